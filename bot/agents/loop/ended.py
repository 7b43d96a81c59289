"""What comes after a call: its outcome is kept, then looked at by guardrails, then told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.agents.checkpoint import checkpoint
from bot.agents.errors import UserError
from bot.agents.items import output_item_of
from bot.agents.loop.app_code import BrokenOff, app_code
from bot.agents.loop.ending import end
from bot.agents.loop.execution import Outcome, answer
from bot.agents.loop.guarding import guard_output
from bot.agents.loop.live import Live
from bot.agents.record.forms import answer_as_text
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call
from bot.agents.stream_events import AgentUpdatedStreamEvent, item_event


async def keep_ended(live: Live, tasks: Sequence[asyncio.Task[Outcome]]) -> None:
    """Keep what came of calls before anything else is done with it; then tell hooks and events."""
    if not tasks:
        return
    checkpoint("body done")
    outcomes, raised = _results(live, tasks)
    ended = [(call, outcome) for call, outcome in outcomes if outcome.status != "paused"]
    for call, outcome in ended:
        _end_in(live, call, outcome)
    if ended:
        await live.save()
        checkpoint("call ended saved")
    await check_outputs(live)
    tell_ended(live, [call for call, _ in ended if call.over])
    if raised:
        raise raised
    for call, outcome in outcomes:
        live.failures += [outcome.error] if outcome.error else []
        if outcome.status == "done":
            await _tell_hooks(live, call, outcome)
    live.raise_failure()


def _results(
    live: Live, tasks: Sequence[asyncio.Task[Outcome]]
) -> tuple[list[tuple[Call, Outcome]], BaseException | None]:
    """What bodies gave, and what one raised: only what is meant for whoever drives the run comes out of a body."""
    outcomes: list[tuple[Call, Outcome]] = []
    raised: BaseException | None = None
    for task in tasks:
        call = live.bodies.pop(task)
        try:
            outcomes.append((call, task.result()))
        except BaseException as error:  # noqa: BLE001 - raised when the others are kept
            raised = raised or error
    return outcomes, raised


def _end_in(live: Live, call: Call, outcome: Outcome) -> None:
    """Write an outcome into its record, and into the run what follows from it."""
    end(call, outcome)
    tool = live.tool(call)
    call.unchecked = bool(outcome.status == "done" and tool and tool.tool_output_guardrails)
    if outcome.next_turn:
        live.run.agent = outcome.next_turn.agent
        live.run.turns.append(outcome.next_turn)


async def check_outputs(live: Live) -> list[Call]:
    """Ask the guardrails on what came of tools, which is kept already, before anything else reads it.

    Returns the calls that are over by that. What guardrails raise is among the failures of the run then.
    """
    ended: list[Call] = []
    if live.failures:
        return ended
    for call in [call for call in live.calls if call.unchecked]:
        try:
            checked = await _checked(live, call)
        except BrokenOff:
            raise
        except Exception as error:  # noqa: BLE001 - raised when no call runs any more
            live.failures.append(error)
        else:
            call.output, call.unchecked = checked, False
            await live.save()
            ended.append(call)
    return ended


async def _checked(live: Live, call: Call) -> Item:
    """What the model is to read of a call."""
    tool = live.tool(call)
    if tool is None or call.output is None:
        raise UserError(f"The tool {call.tool} of agent {call.agent} has run, and its guardrails are not there.")
    text = answer_as_text(call.output)
    ctx, agent = await live.tool_context(call), live.agent(call.agent)
    told = await guard_output(tool, call, ctx, agent, output=text, journal=live.setting.journal, spans=live.spans)
    return call.output if told is None else answer(call, Outcome("done", told))


async def _tell_hooks(live: Live, call: Call, outcome: Outcome) -> None:
    tool = live.tool(call)
    if tool is None or not (outcome.next_turn or live.has_hooks(call.agent)):
        return
    try:
        ctx, agent = await live.tool_context(call), live.agent(call.agent)
        await live.tell_hooks(call.agent, lambda hooks: hooks.on_tool_end(ctx, agent, tool, outcome.text))
        if outcome.next_turn:
            await _tell_of_handoff(live, call, outcome.next_turn.agent)
    except Exception as error:  # noqa: BLE001 - raised when no call runs any more
        live.failures.append(error)


async def _tell_of_handoff(live: Live, call: Call, to: str) -> None:
    before, after, ctx = live.agent(call.agent), live.agent(to), await live.context(call)
    live.tell(AgentUpdatedStreamEvent(after))
    await live.tell_hooks(None, lambda hooks: hooks.on_handoff(ctx, before, after))
    if own := after.hooks:
        async with app_code("A hook", live.setting.journal):
            await own.on_handoff(ctx, after, before)
    await live.tell_hooks(to, lambda hooks: hooks.on_agent_start(ctx, after))


def tell_ended(live: Live, calls: Sequence[Call]) -> None:
    if live.setting.tell:
        for call in calls:
            live.tell(item_event(output_item_of(call, live.agent(call.agent))))
