"""The calls of the last turn: let through, refused, started, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.agents.checkpoint import checkpoint
from bot.agents.decision import Decision
from bot.agents.errors import UserError
from bot.agents.execution import Outcome, invoke, objection, output_item
from bot.agents.gate import let_through, rejection_text
from bot.agents.items import output_item_of
from bot.agents.live import Live
from bot.agents.reading import MOST_CALLS, unaltered
from bot.agents.stream_events import item_event
from bot.agents.tool import FunctionTool
from bot.agents.tree import Call

REPEATED_AT_MOST = 3
"""How often an idempotent call that was broken off is begun again by itself: it may be what ends the process."""

_MARKED_DONE = "Somebody looked, and says that this call was carried out."
_TOO_MANY = f"A response may ask for at most {MOST_CALLS} calls, so none was made. Ask for fewer at a time."


def find_broken_off(live: Live) -> None:
    """What was under way when an earlier driver died: repeated where that is safe, else a person is asked."""
    for call in live.calls:
        if call.status == "started" and not call.over:
            tool = live.tool(call)
            if tool and tool.idempotent and call.repeated < REPEATED_AT_MOST:
                call.become("allowed")
                call.repeated += 1
            else:
                call.need_person("unknown")
            live.unsaved = True


async def settle(live: Live) -> bool:
    """Let through, refuse and start whatever can be; true when there may be more to do at once."""
    for call in live.calls:
        if call.status == "new" and not call.over:
            await _gate(live, call)
            live.unsaved = True
    ended = [call for call in live.calls if await _apply_decision(live, call)]
    ready = [call for call in live.calls if call.status == "allowed" and not call.over]
    if ready and not live.setting.journal.stopping.is_set():
        ended += await _start(live, ready)
    await live.save_if_needed()
    _tell_ended(live, ended)
    return bool(ended)


async def keep_ended(live: Live, tasks: Sequence[asyncio.Task[Outcome]]) -> None:
    """Keep what came of calls before anything else is done with it; then tell hooks and events."""
    if not tasks:
        return
    checkpoint("body done")
    outcomes = [(live.bodies.pop(task), task.result()) for task in tasks]
    for call, outcome in outcomes:
        end(call, outcome)
    await live.save()
    checkpoint("call ended saved")
    _tell_ended(live, [call for call, _ in outcomes if call.over])
    for call, outcome in outcomes:
        live.failures += [outcome.error] if outcome.error else []
        if outcome.status == "done":
            await _tell_hooks(live, call, outcome)
    if live.failures and not live.bodies:
        raise live.failures[0]


def end(call: Call, outcome: Outcome) -> None:
    """Write an outcome into the record of its call."""
    call.ended_at = datetime.now(UTC)
    call.error = outcome.error_class
    if outcome.status == "unknown":
        return call.need_person("unknown")
    call.become(outcome.status)
    call.output = output_item(call, outcome.text)
    return None


async def _gate(live: Live, call: Call) -> None:
    tool = live.tool(call)
    if tool is None:
        return end(call, Outcome("failed", objection(None, call) or "", "NotPerformed"))
    if len(live.calls) > MOST_CALLS:
        return end(call, Outcome("failed", _TOO_MANY, "NotPerformed"))
    return await let_through(
        live.run,
        call,
        tool,
        await live.context(call),
        gate=live.setting.config.gate,
        journal=live.setting.journal,
    )


async def _apply_decision(live: Live, call: Call) -> bool:
    """Do what the decision on a call says; true when the call is over by that."""
    decision = call.decision
    if call.over or decision is None or call.status not in ("new", "pending", "unknown", "allowed"):
        return False
    live.unsaved = live.unsaved or call.status != "allowed" or decision.verdict != "approve"
    match decision.verdict:
        case "approve":
            if call.status != "allowed":
                call.become("allowed")
            return False
        case "reject":
            text = await rejection_text(
                call,
                await live.context(call),
                formatter=live.setting.config.tool_error_formatter,
                journal=live.setting.journal,
            )
            call.become("refused")
            call.output = output_item(call, text)
        case "done":
            call.become("done")
            call.output = output_item(call, decision.message or _MARKED_DONE)
    return True


async def _start(live: Live, ready: Sequence[Call]) -> list[Call]:
    """Note all of them as started, in one save, and only then begin their bodies.

    Returns those that could not be carried out at all. When one of them is not what was decided, none is begun.
    """
    found = [(call, _tool_to_start(live, call)) for call in ready]
    unfit = [(call, reason) for call, tool in found if (reason := objection(tool, call))]
    for call, reason in unfit:
        end(call, Outcome("failed", reason, "InvalidArguments"))
        live.unsaved = True
    going = [(call, tool, await live.tool_context(call)) for call, tool in found if not call.over]
    for call, tool, ctx in going:
        await live.tell_hooks(
            call.agent,
            lambda hooks, call=call, ctx=ctx, tool=tool: hooks.on_tool_start(ctx, live.agent(call.agent), tool),
        )
    if going:
        live.setting.journal.may_start()
        for call, _, _ in going:
            call.become("started")
            call.started_at = datetime.now(UTC)
        checkpoint("calls about to start")
        await live.save()
        checkpoint("started saved")
        live.setting.journal.may_start()  # the save may have taken long: another may be the holder by now
    for call, tool, ctx in going:
        live.bodies[asyncio.create_task(invoke(tool, call, ctx))] = call
    return [call for call, _ in unfit]


def _tool_to_start(live: Live, call: Call) -> FunctionTool:
    tool = live.tool(call)
    if tool is None:
        raise UserError(f"The tool {call.tool} of agent {call.agent} was approved, and is not there any more.")
    if not unaltered(call):
        raise UserError(f"The call of {call.tool} ({call.path}) is not the one that was decided: it was altered.")
    return tool


async def _tell_hooks(live: Live, call: Call, outcome: Outcome) -> None:
    tool = live.tool(call)
    if tool is None:
        return
    try:
        ctx = await live.tool_context(call)
        agent = live.agent(call.agent)
        await live.tell_hooks(call.agent, lambda hooks: hooks.on_tool_end(ctx, agent, tool, outcome.text))
    except Exception as error:  # noqa: BLE001 - raised when no call runs any more
        live.failures.append(error)


def _tell_ended(live: Live, calls: Sequence[Call]) -> None:
    if live.setting.tell:
        for call in calls:
            live.tell(item_event(output_item_of(call, live.agent(call.agent))))


def cancel_call(call: Call, decision: Decision, *, text: str) -> None:
    """A call that will not be made any more, or of which nobody will be asked any more."""
    call.decision = decision
    if call.status != "unknown":
        call.become("refused")
    call.output = output_item(call, text)
