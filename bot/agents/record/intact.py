"""Whether a saved run agrees with itself; one that does not is damaged, and must not go on."""

from __future__ import annotations

from collections.abc import Iterator

from bot.agents.record.forms import FORMS, calls_in
from bot.agents.record.tree import Call, RunTree, Turn


def flaw(run: RunTree) -> str | None:
    """The first thing that the loop would never have written, by its place alone, or None."""
    return next(_flaws(run, ""), None)


def _flaws(run: RunTree, path: str) -> Iterator[str]:
    """What is wrong with a run whose calls' paths begin with `path`."""
    known: dict[str, Call] = {}
    for place, turn in enumerate(run.turns):
        if not turn.finished and (place < len(run.turns) - 1 or (run.ended and turn.response)):
            yield f"turn {place} is not finished, and others follow or the run has ended"
        if _called(turn) != [call.item for call in turn.calls]:
            yield f"turn {place} does not have one record for each of its calls"
        for number, call in enumerate(turn.calls):
            name = f"{path}t{place}.c{number}"
            if call.path != name:
                yield f"the record of {name} has another name"
            if wrong := _wrong_with(call, known.setdefault(call.call_id, call)):
                yield f"{name} {wrong}"
            yield from _flaws_within(run, call)


def _flaws_within(run: RunTree, call: Call) -> Iterator[str]:
    """What is wrong with the run of an agent that was called."""
    child = call.child
    if child is None:
        if call.kind == "agent" and call.status == "started":
            yield f"{call.path} has no run"
        return
    if call.kind != "agent" or child.run_id != run.run_id:
        yield f"{call.path} has a run that is not its own"
    yield from _flaws(child, f"{call.path}/")


def _called(turn: Turn) -> list[int]:
    """Where the calls of the response stand."""
    return [place for place, _ in calls_in(turn.response.output if turn.response else [])]


def _wrong_with(call: Call, first: Call) -> str | None:
    """What no call can be; `first` is the first one of its id, or itself."""
    if call.kind == "mcp_hosted" and FORMS[call.kind].server(call.raw_item) != call.server:
        return "is of another server than its request"
    if first is not call:
        repeats = call.replay_of == first.path and call.digest == first.asked_digest
        return None if repeats and call.status == "new" and not call.output else "has the id of another call"
    if call.replay_of:
        return "repeats no call"
    if call.output and FORMS[call.kind].answered(call.output) != call.call_id:
        return "has the output of another call"
    return _wrong_with_status(call)


def _wrong_with_status(call: Call) -> str | None:
    verdict = call.decision.verdict if call.decision else None
    asked, over = call.round > 0, call.output is not None
    match call.status:
        case "new":
            right = not over and not asked
        case "pending":
            right = not over and asked
        case "allowed":
            right = not over and (verdict is not None or not asked)
        case "started":
            dropped = call.child is not None and verdict == "reject"
            right = not over and (dropped or verdict == "approve" or (verdict is None and not asked))
        case "done":
            right = over and (verdict in ("approve", "done") or (verdict is None and not asked))
        case "refused":
            right = over and verdict == "reject"
        case "failed":
            right = over and verdict != "reject"
        case "unknown":
            right = asked
    return None if right else f"cannot be {call.status}"
