"""Revoke a grant: who may, and what it does."""

from datetime import datetime
from typing import Literal

from bot.approvals.audit import audited
from bot.approvals.decide import Outcome, forged, may_decide, refused, written_again
from bot.approvals.people import Refusal, Voter, not_a_full_member
from bot.approvals.request import Request, Revocation
from bot.approvals.words import requester_or, revoked_in_words


def revoke(
    request: Request, by: Voter, now: datetime, *, nonce: str, source: Literal["slack", "terminal"] = "slack"
) -> Outcome:
    """What it does to a grant that somebody revokes it at `now`, the store's clock; it never raises, like `decide`."""
    refusal = forged(request, nonce) or _nothing_to_revoke(request, by) or may_revoke(request, by)
    if refusal:
        return refused(request, refusal, now, by=by, source=source)
    revocation = Revocation(by=by.person, at=now, source=source)
    event = audited(request, "revoked", at=now, who=by.person, source=source)
    return Outcome(request=written_again(request, revocation=revocation), event=event)


def may_revoke(request: Request, voter: Voter) -> Refusal | None:
    """Why `voter` may not revoke the grant of `request`, or None: who granted it, who asked and who may decide may."""
    if voter.terminal:
        return None
    if refusal := not_a_full_member(voter, team=request.team, doing="revoke decisions"):
        return refusal
    granter = request.settlement and request.settlement.by
    granted_it = granter is not None and voter.same_as(granter)
    if granted_it or request.asked_by(voter) or may_decide(request, voter) is None:
        return None
    return Refusal(code="not_revoker", reason=f"Only {requester_or(request.policy.approvers)} may revoke this.")


def _nothing_to_revoke(request: Request, by: Voter) -> Refusal | None:
    if not request.always:
        return Refusal(code="no_grant", reason="This was decided for one call alone, so there is nothing to revoke.")
    if request.revocation:
        return Refusal(code="revoked", reason=revoked_in_words(request.revocation, reader=by))
    return None
