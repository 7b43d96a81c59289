"""The calls of the last turn: let through, refused, begun."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from bot.agents.agent import AgentTool, Handoff
from bot.agents.errors import UserError
from bot.agents.loop.ended import check_outputs, tell_ended
from bot.agents.loop.ending import drop, end
from bot.agents.loop.execution import Outcome, answer, not_made, objection
from bot.agents.loop.gate import AtTheGate, let_through, rejection_text
from bot.agents.loop.handing_over import next_turn
from bot.agents.loop.live import Live
from bot.agents.loop.nested import DEEPEST
from bot.agents.loop.reading import MOST_CALLS
from bot.agents.loop.starting import begin, ready_calls, resting_calls, start
from bot.agents.record.decision import Decision
from bot.agents.record.tree import Call

REPEATED_AT_MOST = 3
"""How often an idempotent call that was broken off is begun again by itself: it may be what ends the process."""

_MARKED_DONE = "Somebody looked, and says that this call was carried out."
_TOO_MANY = f"A response may ask for at most {MOST_CALLS} calls, so none was made. Ask for fewer at a time."
_TOO_DEEP = f"Agents may call each other {DEEPEST} deep, so this call was not made."
_ONE_HANDOFF = "Multiple handoffs detected, ignoring this one."
_DROPPED = "The call of this agent was rejected, so this call was not made."


def find_broken_off(live: Live) -> None:
    """What was under way when an earlier driver died: repeated where that is safe, else a person is asked.

    The run of an agent that was called goes on; what was under way within it is found there.
    """
    for call in live.calls:
        if call.status == "started" and not call.over and call.child is None:
            tool = live.tool(call)
            if tool and tool.idempotent and call.repeated < REPEATED_AT_MOST:
                call.become("allowed")
                call.repeated += 1
            else:
                call.need_person("unknown")
            live.unsaved = True


def gate_again(live: Live) -> None:
    """What no decision let through is for the gate again: a damaged record may say that it was let through."""
    for call in live.calls:
        if call.status == "allowed" and not call.over and call.decision is None:
            call.become("new")


def check_unaltered(live: Live) -> None:
    """Raises `UserError` when a call that may still run is not the one that was recorded: then none runs."""
    for call in live.run.open_calls:
        if call.digest != call.true_digest:
            raise UserError(f"The call {call.path} is not the one that was recorded: it was altered.")


async def settle(live: Live) -> bool:
    """Let through, refuse and start whatever can be; true when there may be more to do at once."""
    await live.know_tools()
    ended = await check_outputs(live)
    live.raise_failure()
    if live.failures:
        return False  # nothing more is begun
    gated = _to_let_through(live)
    for call in gated:
        await _gate(live, call)
        live.unsaved = True
    ended += [call for call in gated if call.over]
    ended += [call for call in live.calls if await _apply_decision(live, call)]
    ready = ready_calls(live)
    going_on = resting_calls(live)
    if not live.setting.journal.stopping.is_set():
        ended += await start(live, ready) if ready else []
        for call, tool in going_on:
            begin(live, call, tool)
    await live.save_if_needed()
    tell_ended(live, ended)
    return bool(ended or _to_let_through(live))


def _to_let_through(live: Live) -> list[Call]:
    """The new calls; those whose callback decides last only when nothing beside them waits for a person."""
    new = [call for call in live.calls if call.status == "new" and not call.over]
    late = [call for call in new if (tool := live.tool(call)) and tool.decides_last]
    at_once = [call for call in new if call not in late]
    return at_once if at_once or live.run.waiting else late


async def _gate(live: Live, call: Call) -> None:
    tool = live.tool(call)
    if tool is None:
        return end(call, Outcome("failed", live.missing(call) or objection(None, call) or "", "NotPerformed"))
    if len(live.calls) > MOST_CALLS:
        return end(call, Outcome("failed", _TOO_MANY, "NotPerformed"))
    if call.child is None and isinstance(tool, AgentTool) and call.path.count("/") >= DEEPEST:
        return end(call, Outcome("failed", _TOO_DEEP, "NotPerformed"))
    if call.kind == "handoff" and call is not next(each for each in live.calls if each.kind == "handoff"):
        return end(call, Outcome("failed", _ONE_HANDOFF, "NotPerformed"))
    if call.arguments.value is not None and (reason := objection(tool, call)):
        return end(call, Outcome("failed", reason, "InvalidArguments"))  # nobody need look at what cannot be done
    asked = AtTheGate(
        run=live.run,
        call=call,
        tool=tool,
        agent=live.agent(call.agent),
        ctx=await live.context(call),
        tool_ctx=partial(live.tool_context, call),
        config=live.setting.config,
        journal=live.setting.journal,
        revoked=live.revoked,
        spans=live.spans,
    )
    return await let_through(asked)


async def _apply_decision(live: Live, call: Call) -> bool:
    """Do what the decision on a call says; true when the call is over by that."""
    decision = call.decision
    if call.over or decision is None or call in live.bodies.values():
        return False
    if not call.decided and call.status not in ("new", "allowed"):
        return False
    live.unsaved = live.unsaved or call.status != "allowed" or decision.verdict != "approve"
    if call.status in ("pending", "unknown"):
        live.spans.waited(call)
    match decision.verdict:
        case "approve":
            if call.status != "allowed":
                call.become("allowed")
            return False
        case "reject":
            text = await rejection_text(
                call, await live.context(call), config=live.setting.config, journal=live.setting.journal
            )
            if call.child:
                drop(call.child, Decision(verdict="reject", source="cancel", at=datetime.now(UTC)), text=_DROPPED)
            call.become("refused")
            call.output = not_made(call, text)
        case "done":
            await _end_as_done(live, call, decision)
    return True


async def _end_as_done(live: Live, call: Call, decision: Decision) -> None:
    """Somebody looked, and says that the call was carried out; after a handoff its agent goes on."""
    text, tool = decision.message or _MARKED_DONE, live.tool(call)
    turn = await next_turn(live, call, tool, output=text) if isinstance(tool, Handoff) else None
    call.become("done")
    call.output = answer(call, Outcome("done", text))
    if turn:
        live.run.agent = turn.agent
        live.run.turns.append(turn)
