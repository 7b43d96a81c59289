"""A run that was cancelled: nothing is begun any more, and every call gets an output, so that the history is paired."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.agents.checkpoint import checkpoint
from bot.agents.loop.ending import WITHHELD, cancel_call, drop, end
from bot.agents.loop.execution import Outcome, not_made
from bot.agents.loop.live import Live
from bot.agents.record.decision import Decision
from bot.agents.record.kept import Ended
from bot.agents.record.tree import Call

_NOT_MADE = "The run was cancelled, so this call was not made."
_MIDWAY = "The run was cancelled while this call ran; whether it was carried out is not known."


async def wind_down(live: Live) -> None:
    """Stop the model, settle what waits, and give what runs its grace before it is broken off."""
    live.stir_within()
    await _stop_asking(live)
    decision = Decision(verdict="reject", source="cancel", by=live.cancelled_by, at=datetime.now(UTC))
    for call in live.calls:
        if not call.over and call not in live.bodies.values():
            waited = call.waiting
            cancel_call(call, decision, text=_MIDWAY if call.status == "unknown" else _NOT_MADE)
            if waited:
                live.spans.waited(call)
    if live.bodies:
        await live.save()
        await _end_bodies(live)
        checkpoint("body done")
    _drop_unasked_turn(live)
    live.run.ended = Ended(how="cancelled", by=live.cancelled_by, at=datetime.now(UTC))
    await live.save()
    checkpoint("cancelled saved")


async def _stop_asking(live: Live) -> None:
    if live.asking:
        live.asking.cancel()
        await asyncio.gather(live.asking, return_exceptions=True)
        live.asking = None


async def _end_bodies(live: Live) -> None:
    ended, running = await asyncio.wait(live.bodies, timeout=live.setting.cancel_grace.total_seconds())
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=1)
    for task in ended:
        _end_in_time(live, live.bodies.pop(task), task.result())
    for task in running:
        _end_broken_off(live.bodies.pop(task))


def _end_in_time(live: Live, call: Call, outcome: Outcome) -> None:
    """A call that ended within its grace. Nobody asks the guardrails on its output any more, so it is withheld."""
    tool = live.tool(call)
    if outcome.status == "paused":  # the run within was not told in time
        return _end_broken_off(call)
    _end(call, outcome)
    if outcome.status == "done" and tool and tool.tool_output_guardrails:
        call.output = not_made(call, WITHHELD)
    return None


def _end(call: Call, outcome: Outcome) -> None:
    end(call, outcome)
    if not call.over:
        call.output = not_made(call, _MIDWAY)


def _end_broken_off(call: Call) -> None:
    """Whether it was carried out is not known; of an agent that was called, the calls within say what is."""
    if call.child is None:
        return _end(call, Outcome("unknown", error_class="Cancelled"))
    drop(call.child, Decision(verdict="reject", source="cancel", at=datetime.now(UTC)), text=_MIDWAY)
    return _end(call, Outcome("failed", _MIDWAY, "Cancelled"))


def _drop_unasked_turn(live: Live) -> None:
    """What was said and not answered stays in the run; a turn in which nothing was said goes."""
    if live.turn and live.turn.response is None:
        live.turn.input = list(live.messages)
        if not live.turn.input:
            live.run.turns.pop()
