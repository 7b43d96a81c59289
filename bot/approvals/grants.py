"""Grants: an "always" that decides the later calls of one tool in a run, for as long as it is in force."""

from collections.abc import Iterable
from typing import TypeAlias

from bot.approvals.people import Refusal
from bot.approvals.request import Request, Verdict

Granted: TypeAlias = tuple[str, str, str, str | None, str]
"""What a grant is for: the run within the run, its agent, and the tool's kind, server and name."""


def granted_to(request: Request) -> Granted:
    """Which calls an "always" on this one decides: none of another agent or server, nor of a run within or around."""
    within = request.path.rpartition("/")[0]
    return (within, request.agent, request.call_kind, request.server, request.tool)


def may_grant(request: Request, verdict: Verdict) -> Refusal | None:
    """Why this verdict cannot be said for the later calls as well, whoever says it; or None."""
    reason: str | None = None
    if request.kind != "call" or verdict == "done":
        reason = "Only an approval or a rejection of a call that has not run can hold for later calls as well."
    elif request.call_kind == "mcp_hosted" and not request.server:
        reason = "It is not known which server has this tool, so each of its calls is decided by itself."
    elif verdict == "approve" and request.risk == "high":
        reason = "This is a high-risk tool: each of its calls is approved by itself."
    return Refusal(code="not_always", reason=reason) if reason else None


def in_force(requests: Iterable[Request]) -> list[Request]:
    """Those of a run's requests whose "always" decides now: for each tool the newest, unless it was revoked."""
    said = [(request.settlement.at, request.name, request) for request in requests if request.settlement]
    in_order = [request for _, _, request in sorted(said, key=lambda one: one[:2]) if request.always]
    newest = {granted_to(request): request for request in in_order}
    return [request for request in newest.values() if request.revocation is None]


def grant_for(request: Request, requests: Iterable[Request]) -> Request | None:
    """The one of the run's requests whose "always" decides `request`, or None when a person has to."""
    return next((grant for grant in in_force(requests) if granted_to(grant) == granted_to(request)), None)
