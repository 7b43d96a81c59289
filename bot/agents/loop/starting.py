"""Begin calls: all that is checked first, the one save before, and the body that each kind of tool has."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.agents.agent import AgentTool, Handoff
from bot.agents.checkpoint import checkpoint
from bot.agents.errors import UserError
from bot.agents.loop.ending import end
from bot.agents.loop.execution import Outcome, invoke, objection
from bot.agents.loop.guarding import guard_input
from bot.agents.loop.handing_over import next_turn
from bot.agents.loop.live import Live
from bot.agents.loop.nested import child_of, drive_child
from bot.agents.loop.within import agents_called
from bot.agents.record.tree import Call
from bot.agents.tools.tool import CallableTool


def ready_calls(live: Live) -> list[Call]:
    """The calls to start now: as many as may run at once, and a handoff only when all beside it are over."""
    ready = [call for call in live.calls if call.status == "allowed" and not call.over]
    others_open = any(not call.over and call.kind != "handoff" for call in live.calls)
    ready = [call for call in ready if call.kind != "handoff" or not others_open]
    room = _room(live)
    return ready if room is None else ready[: max(0, room - len(resting_calls(live)))]


def resting_calls(live: Live) -> list[tuple[Call, CallableTool]]:
    """The calls of agents whose runs go on now: at first, and then whenever something was decided there.

    Raises `UserError` for one that would go on with another agent, before anything beside it is begun.
    """
    found: list[tuple[Call, CallableTool]] = []
    for call in live.calls:
        if call.status != "started" or call.child is None or call.over or call in live.bodies.values():
            continue
        if call.path not in live.rested or call.child.decided:
            tool = _tool_to_start(live, call)
            if isinstance(tool, AgentTool):
                agents_called(tool, call)
            found.append((call, tool))
    return found[: _room(live)]


def _room(live: Live) -> int | None:
    """How many more bodies may run now, or None for any number."""
    most = live.setting.config.tool_execution.max_function_tool_concurrency
    return None if most is None else max(0, most - len(live.bodies))


async def start(live: Live, ready: Sequence[Call]) -> list[Call]:
    """Note all of them as started, in one save, and only then begin their bodies.

    Returns those that could not be carried out at all. When one of them is not what was decided, none is begun.
    """
    found = [(call, _tool_to_start(live, call)) for call in ready if not live.missing(call)]
    unfit = [(call, reason) for call, tool in found if (reason := objection(tool, call))]
    unfit += [(call, reason) for call in ready if (reason := live.missing(call))]
    for call, reason in unfit:
        end(call, Outcome("failed", reason, "InvalidArguments"))
        live.unsaved = True
    going = [(call, tool) for call, tool in found if not call.over and await _guarded(live, call, tool)]
    for call, tool in [(call, tool) for call, tool in going if live.has_hooks(call.agent)]:
        ctx = await live.tool_context(call)
        await live.tell_hooks(
            call.agent,
            lambda hooks, call=call, ctx=ctx, tool=tool: hooks.on_tool_start(ctx, live.agent(call.agent), tool),
        )
    if going:
        live.may_start()
        for call, tool in going:
            call.become("started")
            call.started_at = datetime.now(UTC)
            call.child = child_of(live, call, tool) if isinstance(tool, AgentTool) else None
        checkpoint("calls about to start")
        await live.save()
        checkpoint("started saved")
        live.may_start()  # the save may have taken long: another may be the holder by now
    for call, tool in going:
        begin(live, call, tool)
    return [call for call in ready if call.over]


async def _guarded(live: Live, call: Call, tool: CallableTool) -> bool:
    """Ask the guardrails on a tool's input; false when the call does not go ahead now."""
    if not tool.tool_input_guardrails:
        return True
    ctx, agent = await live.tool_context(call), live.agent(call.agent)
    live.unsaved = True
    said = await guard_input(tool, call, ctx, agent, journal=live.setting.journal, spans=live.spans)
    if said is None:
        return True
    if said.behavior == "require_approval":
        call.need_person("pending")
    else:
        end(call, Outcome("failed", said.message, "GuardrailRejected"))
    return False


def begin(live: Live, call: Call, tool: CallableTool) -> None:
    live.rested.add(call.path)
    live.bodies[asyncio.create_task(_carry_out(live, call, tool))] = call


async def _carry_out(live: Live, call: Call, tool: CallableTool) -> Outcome:
    return await live.spans.tool_call(call, tool, _body(live, call, tool))


async def _body(live: Live, call: Call, tool: CallableTool) -> Outcome:
    match tool:
        case AgentTool():
            return await drive_child(live, call, tool)
        case Handoff():
            return await _hand_over(live, call, tool)
        case _:
            return await invoke(tool, call, await live.tool_context(call))


async def _hand_over(live: Live, call: Call, tool: Handoff) -> Outcome:
    outcome = await invoke(tool, call, await live.tool_context(call))
    if outcome.status != "done":
        return outcome
    try:
        turn = await next_turn(live, call, tool, output=outcome.text)
    except Exception as error:  # noqa: BLE001 - raised through the run once the record is kept
        return Outcome("failed", f"The handoff failed: {type(error).__name__}.", type(error).__name__, error)
    return Outcome("done", outcome.text, next_turn=turn)


def _tool_to_start(live: Live, call: Call) -> CallableTool:
    tool = live.tool(call)
    if tool is None:
        raise UserError(f"The tool {call.tool} of agent {call.agent} was approved, and is not there any more.")
    return tool
