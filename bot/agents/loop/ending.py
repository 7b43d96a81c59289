"""Write into the record of a call how it ended, or into that of a run that it cannot go on."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.agents.errors import AgentsError
from bot.agents.loop.execution import Outcome, answer, not_made
from bot.agents.record.decision import Decision
from bot.agents.record.kept import Ended
from bot.agents.record.tree import Call, RunTree

_NOT_MADE = "The run failed, so this call was not made."
WITHHELD = "The output of this call was not let through."


def end(call: Call, outcome: Outcome) -> None:
    """Write an outcome into the record of its call, and with it what ended the run within."""
    call.ended_at = datetime.now(UTC)
    call.error = outcome.error_class
    if call.child and outcome.within:
        fail(call.child, outcome.within)
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
        call.unchecked, call.output = False, not_made(call, WITHHELD)
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


def fail(run: RunTree, error: Exception) -> None:
    """End the run with `error`, every call paired with an output; or, when a call was broken off, ask a person first.

    A run that has ended already stays as it ended: its answer stands.
    Only the words of our own errors are kept, as others may hold anything.
    """
    if run.ended:
        return
    if must_ask_first(run):
        return
    at = datetime.now(UTC)
    for call in run.open_calls:
        cancel_call(call, Decision(verdict="reject", source="cancel", at=at), text=_NOT_MADE)
    words = f": {error}" if isinstance(error, AgentsError) else ""
    run.ended = Ended(how="failed", error=f"{type(error).__name__}{words}", at=at)


def must_ask_first(run: RunTree) -> bool:
    """Whether a person must look before the run can end; calls that were under way are such from now on."""
    return _find_broken_off(run) or bool(run.waiting)


def _find_broken_off(run: RunTree) -> bool:
    """Whether calls were broken off, here or within; a person is asked about each."""
    found = False
    for call in run.open_calls:
        if call.child:
            found = _find_broken_off(call.child) or found
        elif call.status == "started":
            call.need_person("unknown")
            found = True
    return found
