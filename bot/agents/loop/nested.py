"""Drive the run of an agent that was called as a tool, as far as it can go."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import timedelta

from bot.agents.agent import AgentTool
from bot.agents.errors import MaxTurnsExceeded
from bot.agents.loop.app_code import app_code
from bot.agents.loop.ending import must_ask_first
from bot.agents.loop.execution import Outcome, failed
from bot.agents.loop.live import Live
from bot.agents.loop.setting import Setting
from bot.agents.loop.within import agents_called
from bot.agents.record.message import text_message
from bot.agents.record.tree import Call, RunTree, Turn
from bot.agents.result import RunResult
from bot.agents.state import RunState
from bot.agents.tools.text_output import WITHHELD, output_as_text

DEEPEST = 7
"""How many agents may be called within each other; a card's address holds that many."""

_GRACE_BETWEEN = timedelta(seconds=2)
"""How much sooner calls within are broken off at a cancel, so that what came of them is kept."""


def child_of(live: Live, call: Call, tool: AgentTool) -> RunTree:
    """The run within a call, still to begin. It has the id of the whole, and knows who asked."""
    told = text_message("input", tool.input_of(call.runs), origin=live.run.origin_of(call))
    name = tool.agent.name
    return RunTree(
        run_id=live.run.run_id,
        start_agent=name,
        agent=name,
        max_turns=tool.max_turns,
        turns=[Turn(agent=name, input=[told])],
    )


async def drive_child(live: Live, call: Call, tool: AgentTool) -> Outcome:
    """Go on with the run within; `paused` while it waits for a person. Errors of the keeper of the run come through."""
    child = call.child
    if child is None:
        raise RuntimeError(f"The call {call.path} has no run within.")
    setting = _setting_within(live, call, tool)
    try:
        await live.drive(child, setting, call.path)
    except Exception as error:
        if live.unkept:
            raise
        return await _stopped(live, call, tool, error)
    if child.at_limit and not child.ended and not child.open_calls:
        words = f"The agent {child.agent} did not come to an end within {child.max_turns} turns."
        return await _stopped(live, call, tool, MaxTurnsExceeded(words))
    if child.ended is None:
        return Outcome("paused")
    if child.ended.how != "done":
        return Outcome("failed", f"The agent was stopped: {child.ended.how}.", "Stopped")
    return await _done(live, call, tool, setting)


async def _done(live: Live, call: Call, tool: AgentTool, setting: Setting) -> Outcome:
    state = RunState.model_construct(**dict(call.child or {})).bound_to(
        setting.agents, (await live.context(call)).context
    )
    result = RunResult(state)
    if tool.sensitive_output:
        return Outcome("done", WITHHELD)
    if tool.custom_output_extractor is None:
        return Outcome("done", output_as_text(result.final_output))
    try:
        async with app_code(f"custom_output_extractor of {tool.name}", live.setting.journal):
            told = tool.custom_output_extractor(result)
            return Outcome("done", output_as_text(await told if inspect.isawaitable(told) else told))
    except Exception as error:  # noqa: BLE001 - the agent has done its work; only its words are missing
        return await _failed(live, call, tool, error)


async def _stopped(live: Live, call: Call, tool: AgentTool, error: Exception) -> Outcome:
    """What ends the run within is kept together with the end of its call; first a person looks at what broke off."""
    if call.child and not call.child.ended and must_ask_first(call.child):
        return Outcome("paused", error=error)
    return replace(await _failed(live, call, tool, error), within=error)


async def _failed(live: Live, call: Call, tool: AgentTool, error: Exception) -> Outcome:
    return await failed(tool, await live.tool_context(call), error)


def _setting_within(live: Live, call: Call, tool: AgentTool) -> Setting:
    mine = live.setting
    return replace(
        mine,
        agents=agents_called(tool, call),
        config=mine.config.within(tool.run_config),
        hooks=tool.hooks,
        history=(),
        journal=live.journal_within(call),
        tell=None,
        session=None,
        on_limit=None,
        cancel_grace=max(mine.cancel_grace - _GRACE_BETWEEN, timedelta(0)),
    )
