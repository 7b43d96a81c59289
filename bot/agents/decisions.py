"""What a decision does to the record of a call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from bot.agents.clean import encodable
from bot.agents.decision import Decision, Grant, Verdict
from bot.agents.errors import UserError
from bot.agents.tree import Call, RunTree


class Names(Protocol):
    """Whatever names a call: an interruption, or a copy of one."""

    @property
    def call_id(self) -> str | None: ...

    @property
    def tool_name(self) -> str | None: ...

    @property
    def path(self) -> str | None:
        """Our own name of the call, where it is known."""
        ...


def approve(run: RunTree, item: Names, *, always: bool = False) -> None:
    """Let the call go ahead; with `always` also the tool's other calls: those that wait, and those to come."""
    _decide(run, item, "approve", always=always, message=None)


def reject(run: RunTree, item: Names, *, always: bool = False, message: str | None = None) -> None:
    """The call is not made, and the model reads `message`; with `always` the same for the tool's other calls.

    Without a message the model reads that of an earlier "always" for the tool, if there is one.
    """
    _decide(run, item, "reject", always=always, message=message)


def mark_done(run: RunTree, item: Names, *, output: str) -> None:
    """A call that may have run is not run again; the model reads `output` as what came of it."""
    if _named(run, item).status != "unknown":
        raise UserError(f"{item.tool_name}: only a call that may have run can be marked as done.")
    _decide(run, item, "done", always=False, message=output)


def _decide(run: RunTree, item: Names, verdict: Verdict, *, always: bool, message: str | None) -> None:
    call = _named(run, item)
    if verdict == "reject" and message is None:
        message = _always_said(run, call)
    words = None if message is None else encodable(message)
    decision = Decision(verdict=verdict, at=datetime.now(UTC), message=words)
    if call.status not in ("new", "pending", "unknown", "allowed") or call.over:
        raise UserError(f"The call of {call.tool} ({call.path}) is {call.status}: there is nothing to decide.")
    call.decision = decision  # applied by the loop, which also writes what the model reads
    if always:
        agent, kind, server, tool = call.identity
        run.grants.append(Grant(agent=agent, kind=kind, server=server, tool=tool, decision=decision))
        for other in run.waiting:
            if other.identity == call.identity and other.status == "pending":
                other.decision = decision.model_copy(update={"source": "grant"})


def _always_said(run: RunTree, call: Call) -> str | None:
    """The words of the newest "always reject" of the call's tool."""
    grants = (grant.decision for grant in reversed(run.grants) if grant.identity == call.identity)
    return next((decision.message for decision in grants if decision.verdict == "reject"), None)


def _named(run: RunTree, item: Names) -> Call:
    """The call that is meant. Raises `UserError` when there is none, or when it could be several."""
    if not item.call_id:
        raise UserError(
            "A decision needs the call's id, and this item has none. Decide one of state.get_interruptions()."
        )
    found = [call for call in run.calls if call.call_id == item.call_id and not call.replay_of]
    if item.path:
        found = [call for call in found if call.path == item.path]
    elif item.tool_name:
        found = [call for call in found if call.tool == item.tool_name]
    if len(found) != 1:
        which = "no call" if not found else "several calls"
        raise UserError(f"This run has {which} with the id {item.call_id!r} of {item.tool_name or 'any tool'}.")
    return found[0]
