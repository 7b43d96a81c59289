"""What a decision does to the record of a call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from pydantic import JsonValue

from bot.agents.errors import UserError
from bot.agents.record.clean import encodable
from bot.agents.record.content import Arguments, canonical, parse_arguments
from bot.agents.record.decision import Decision, Grant, Verdict
from bot.agents.record.tree import Call, RunTree

_CAN_BE_CHANGED = ("function", "agent", "mcp_local")


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


def approve(run: RunTree, item: Names, *, always: bool = False, arguments: dict[str, JsonValue] | None = None) -> None:
    """Let the call go ahead; with `always` also the tool's other calls: those that wait, and those to come.

    With `arguments` it is these that are carried out. Whether they fit the tool is for the caller to see.
    """
    owner, call = named(run, item)
    _check(call)
    if arguments is not None:
        change_arguments(call, arguments)
    _decide(owner, call, _decision("approve", None), always=always)


def reject(run: RunTree, item: Names, *, always: bool = False, message: str | None = None) -> None:
    """The call is not made, and the model reads `message`; with `always` the same for the tool's other calls.

    Without a message the model reads that of an earlier "always" for the tool, if there is one. Of an agent that was
    called and waits it drops what the agent did so far.
    """
    owner, call = named(run, item)
    _check(call, "reject")
    words = _always_said(owner, call) if message is None else encodable(message)
    _decide(owner, call, _decision("reject", words), always=always)


def mark_done(run: RunTree, item: Names, *, output: str) -> None:
    """A call that may have run is not run again; the model reads `output` as what came of it."""
    owner, call = named(run, item)
    if call.status != "unknown" or call.over:
        raise UserError(f"{item.tool_name}: only a call that may have run can be marked as done.")
    _decide(owner, call, _decision("done", encodable(output)), always=False)


def change_arguments(call: Call, arguments: dict[str, JsonValue]) -> None:
    """What is carried out instead; the approval is for that. Raises `UserError` where it cannot be changed."""
    call.run_with = changed_arguments(call, arguments).value
    call.digest = call.true_digest


def changed_arguments(call: Call, arguments: dict[str, JsonValue]) -> Arguments:
    """These arguments as they would be carried out. Raises `UserError` where they cannot be changed, or are no JSON."""
    if call.kind not in _CAN_BE_CHANGED:
        raise UserError(f"What {call.tool} is to do cannot be changed. Reject the call, and say what to do instead.")
    try:
        read = parse_arguments(canonical(arguments))
    except (TypeError, ValueError, RecursionError):
        raise UserError(f"{call.tool}: the changed arguments are not JSON.") from None
    if read.value is None:
        raise UserError(f"{call.tool}: {read.error}")
    return read


def grant(owner: RunTree, call: Call, decision: Decision) -> None:
    """Let a decision on `call` hold for the later calls of its tool."""
    agent, kind, server, tool, raw_tool = call.identity
    if kind == "mcp_hosted" and not (server and tool):
        raise UserError('This request names no server or no tool, so there is nothing that "always" could hold for.')
    owner.grants.append(
        Grant(agent=agent, kind=kind, server=server, tool=tool, raw_tool=raw_tool, path=call.path, decision=decision)
    )


def revoke(run: RunTree, path: str) -> bool:
    """Let the "always" of the call at `path` hold no longer; true when there was one."""
    for tree in run.trees:
        withdrawn = [each for each in tree.grants if each.path == path]
        if withdrawn:
            tree.grants = [each for each in tree.grants if each.path != path]
            _take_back(tree, withdrawn[-1])
            return True
    return False


def _take_back(owner: RunTree, withdrawn: Grant) -> None:
    """Let the calls wait again that it decided and that were not begun."""
    for call in owner.open_calls:
        if call.identity != withdrawn.identity or call.decision is None or call.decision.source != "grant":
            continue
        if call.status == "allowed":
            call.need_person("pending")
        elif call.decided:
            call.decision = None


def named(run: RunTree, item: Names) -> tuple[RunTree, Call]:
    """The call that is meant, and the run that made it. Raises `UserError` for none, or when it could be several."""
    if not item.call_id:
        raise UserError(
            "A decision needs the call's id, and this item has none. Decide one of state.get_interruptions()."
        )
    found = [(owner, call) for owner, call in run.owned if call.call_id == item.call_id and not call.replay_of]
    if item.path:
        found = [(owner, call) for owner, call in found if call.path == item.path]
    elif item.tool_name:
        found = [(owner, call) for owner, call in found if call.tool == item.tool_name]
    if len(found) != 1:
        which = "no call" if not found else "several calls"
        raise UserError(f"This run has {which} with the id {item.call_id!r} of {item.tool_name or 'any tool'}.")
    return found[0]


def _decide(owner: RunTree, call: Call, decision: Decision, *, always: bool) -> None:
    """Note the decision; the loop applies it, which also writes what the model reads."""
    if always:
        grant(owner, call, decision)
        for other in owner.open_calls:
            if other.waiting and other.identity == call.identity and other.status == "pending":
                other.decision = decision.model_copy(update={"source": "grant"})
    call.decision = decision


def _decision(verdict: Verdict, message: str | None) -> Decision:
    return Decision(verdict=verdict, at=datetime.now(UTC), message=message)


def _check(call: Call, verdict: Verdict = "approve") -> None:
    """Raises `UserError` for a call of which nothing can be decided any more."""
    dropped = verdict == "reject" and call.status == "started" and call.child is not None
    if call.over or not (dropped or call.status in ("new", "pending", "unknown", "allowed")):
        raise UserError(f"The call of {call.tool} ({call.path}) is {call.status}: there is nothing to decide.")


def _always_said(owner: RunTree, call: Call) -> str | None:
    """The words of the newest "always reject" of the call's tool."""
    grants = (grant.decision for grant in reversed(owner.grants) if grant.identity == call.identity)
    return next((decision.message for decision in grants if decision.verdict == "reject"), None)
