"""A run that cannot go on because something raised."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.agents.decision import Decision
from bot.agents.ending import cancel_call
from bot.agents.errors import AgentsError
from bot.agents.kept import Ended
from bot.agents.tree import RunTree

_NOT_MADE = "The run failed, so this call was not made."


def fail(run: RunTree, error: Exception) -> None:
    """End the run with `error`, every call paired with an output; or, when a call was broken off, ask a person first.

    A run that has ended already stays as it ended: its answer stands.
    Only the words of our own errors are kept, as others may hold anything.
    """
    if run.ended:
        return
    if _find_broken_off(run) or run.waiting:
        return
    at = datetime.now(UTC)
    for call in run.open_calls:
        cancel_call(call, Decision(verdict="reject", source="cancel", at=at), text=_NOT_MADE)
    words = f": {error}" if isinstance(error, AgentsError) else ""
    run.ended = Ended(how="failed", error=f"{type(error).__name__}{words}", at=at)


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
