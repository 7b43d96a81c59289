"""Write into the record of a call how it ended."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.agents.decision import Decision
from bot.agents.execution import Outcome, answer, not_made
from bot.agents.tree import Call, RunTree

_WITHHELD = "The output of this call was not let through."


def end(call: Call, outcome: Outcome) -> None:
    """Write an outcome into the record of its call."""
    call.ended_at = datetime.now(UTC)
    call.error = outcome.error_class
    if outcome.status == "unknown":
        return call.need_person("unknown")
    call.become("done" if outcome.status == "done" else "failed")
    call.output = answer(call, outcome)
    return None


def cancel_call(call: Call, decision: Decision, *, text: str) -> None:
    """A call that will not be made any more, or of which nobody will be asked any more; also those within it."""
    if call.child:
        drop(call.child, decision, text=text)
    if call.unchecked:
        call.unchecked, call.output = False, not_made(call, _WITHHELD)
        return
    call.decision = decision
    if call.status != "unknown":
        call.become("refused")
    call.output = not_made(call, text)


def drop(run: RunTree, decision: Decision, *, text: str) -> None:
    """End what is open in a run that nobody goes on with."""
    for call in run.open_calls:
        if call.status == "started" and call.child is None:
            call.need_person("unknown")
        cancel_call(call, decision, text=text)
