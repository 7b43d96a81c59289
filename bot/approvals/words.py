"""What a request says to people in plain text: who may decide it, and how it ended."""

from collections.abc import Callable
from datetime import datetime

from bot.approvals.people import Person
from bot.approvals.policy import Approvers, RequesterAlone, approvers_in_words
from bot.approvals.request import Request, Revocation


def deciders_in_words(
    request: Request, *, user: Callable[[str], str] = str, group: Callable[[str], str] = "@{}".format
) -> str:
    """Who may decide, to complete "Only ... may decide this"; `user` writes a user's id, `group` a group's handle."""
    if request.kind == "limit":
        return requester_or(request.policy.approvers, user=user, group=group)
    return request.policy.in_words(user=user, group=group)


def requester_or(
    approvers: Approvers, *, user: Callable[[str], str] = str, group: Callable[[str], str] = "@{}".format
) -> str:
    """The requester, or whoever else `approvers` means."""
    words = approvers_in_words(approvers, user=user, group=group)
    return words if isinstance(approvers, RequesterAlone) else f"the requester or {words}"


def settled_in_words(request: Request, *, reader: Person | None = None) -> str:
    """How a settled request ended, by whom and when: "Already rejected by Ben on 3 May 2026 at 14:02 UTC."

    For a request that waits: "This still waits for a decision."
    """
    settlement = request.settlement
    if settlement is None:
        return "This still waits for a decision."
    when = _moment_in_words(settlement.at)
    if settlement.verdict == "expired":
        return f"This expired on {when} without a decision."
    what = verdict_in_words(request)
    also = ", for the later calls as well" if settlement.always else ""
    if settlement.by is None:
        return f"Already {what} on {when}."
    return f"Already {what} by {_name(settlement.by, reader)} on {when}{also}."


def revoked_in_words(revocation: Revocation, *, reader: Person | None = None) -> str:
    """Who revoked a grant, and when: "Already revoked by Ben on 3 May 2026 at 14:02 UTC."""
    return f"Already revoked by {_name(revocation.by, reader)} on {_moment_in_words(revocation.at)}."


def verdict_in_words(request: Request) -> str:
    """The state of `request` as a past participle: "approved", "sent to run again", "waiting"."""
    if request.settlement is None:
        return "waiting"
    match request.kind, request.settlement.verdict:
        case "uncertain", "approve":
            return "sent to run again"
        case "limit", "approve":
            return "continued"
        case "limit", "reject":
            return "stopped"
        case _, "approve":
            return "approved"
        case _, "reject":
            return "rejected"
        case _, "done":
            return "marked as done"
        case _, "expired":
            return "expired"
        case _, "cancelled":
            return "cancelled"


def _name(person: Person, reader: Person | None) -> str:
    return "you" if reader is not None and person.id == reader.id else person.name


def _moment_in_words(at: datetime) -> str:
    return f"{at.day} {at:%B %Y} at {at:%H:%M} UTC"
