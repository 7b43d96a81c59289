"""What a vote, the clock or a cancel does to a request: the only place where a policy is applied."""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.approvals.audit import AuditEvent, What, audited
from bot.approvals.grants import may_grant
from bot.approvals.model import Frozen
from bot.approvals.people import Person, Refusal, Voter, not_a_full_member
from bot.approvals.policy import AnyMember, ChannelMembers, Listed, Policy, RequesterAlone
from bot.approvals.request import CountedVote, Request, Settlement, Source, Vote
from bot.approvals.words import deciders_in_words, requester_or, settled_in_words

GAP_THAT_COUNTS = timedelta(minutes=5)
"""A gap in which no worker was alive, and longer than this, gives what ran out in it more time."""

EXTENDED_FOR = timedelta(minutes=15)


class Outcome(Frozen):
    """What to write, and what to tell.

    `request` is as it is now (the very same when nothing changed), `event` goes into the audit trail, and `refusal`
    says why the vote did not count. A vote that comes too late has both: the request, expired, is to be written, and
    the person is to be told.
    """

    request: Request
    event: AuditEvent
    refusal: Refusal | None = None


def decide(request: Request, vote: Vote, now: datetime) -> Outcome:
    """What `vote` does to `request` at `now`, which is the store's clock; it never raises, and in doubt it refuses."""
    if refusal := forged(request, vote.nonce) or _settled_before(request, vote):
        return refused(request, refusal, now, by=vote.by, source=vote.source)
    if now >= request.expires_at:
        expired = _expired(request, now)
        late = Refusal(code="expired", reason=settled_in_words(expired.request, reader=vote.by))
        return expired.model_copy(update={"refusal": late})
    if refusal := _stale(request, vote) or may_decide(request, vote.by) or _unfit(request, vote):
        return refused(request, refusal, now, by=vote.by, source=vote.source)
    return _counted(request, vote, now)


def may_decide(request: Request, voter: Voter) -> Refusal | None:
    """Why `voter` may not decide `request`, or None.

    The operator at the terminal may always. Whoever asked may let a run go on that reached its limit, as that performs
    nothing by itself.
    """
    if voter.terminal:
        return None
    if refusal := not_a_full_member(voter, team=request.team, doing="decide requests"):
        return refusal
    own = request.asked_by(voter)
    if own and request.kind == "limit":
        return None
    if not _is_approver(voter, request.policy, channel=request.channel, own=own):
        return Refusal(code="not_approver", reason=f"Only {deciders_in_words(request)} may decide this.")
    if own and not request.policy.requester_may_approve:
        return Refusal(
            code="own_request",
            reason=f"You cannot decide your own request; {deciders_in_words(request)} may. You can cancel the run.",
        )
    return None


def stranded(request: Request, candidates: Iterable[Voter]) -> str | None:
    """Why nobody can decide `request`, in a sentence that names the setting, or None when one of `candidates` may.

    The candidates are all whom the policy could mean: the members of the workspace, of the channel or of the groups and
    the listed people, and the requesters.
    """
    if any(may_decide(request, candidate) is None for candidate in candidates):
        return None
    risk = ", for a tool of high risk" if request.risk == "high" else ""
    return (
        f"Nobody can decide this: it takes {deciders_in_words(request)}, and there is no such person here. "
        f"That comes from {request.policy.setting}{risk}. You can cancel the run."
    )


def expire(request: Request, now: datetime) -> Outcome | None:
    """The request ended by its time, or None while it has time left or when it is settled."""
    return _expired(request, now) if not request.settled and now >= request.expires_at else None


def extended(request: Request, *, alive_at: datetime, now: datetime) -> Outcome | None:
    """The request with more time, when it ran out while no worker was alive, from `alive_at` until `now`; else None."""
    ran_out_unseen = alive_at < request.expires_at <= now
    if request.settled or not ran_out_unseen or now - alive_at <= GAP_THAT_COUNTS:
        return None
    because = "It ran out while Assent was not running, so there is more time."
    changed = written_again(request, expires_at=now + EXTENDED_FOR, extended_because=because)
    return Outcome(request=changed, event=audited(request, "extended", at=now, reason=because, source="expiry"))


def cancel(request: Request, now: datetime, *, by: Person | None, reason: str = "") -> Outcome | None:
    """The request ended because its run was cancelled, or None when it is settled already."""
    if request.settled:
        return None
    return _settled(request, Settlement(verdict="cancelled", by=by, at=now, reason=reason, source="cancel"))


def settle_by_grant(request: Request, grant: Request | None, now: datetime) -> Outcome | None:
    """The request decided by the "always" that somebody said to another call of its tool, or None when it waits on.

    `grant` is that other request, as `grant_for` finds it.
    """
    said = grant and grant.settlement
    if said is None or request.settled or now >= request.expires_at:
        return None
    if (said.verdict != "approve" and said.verdict != "reject") or may_grant(request, said.verdict):
        return None
    own = said.verdict == "approve" and said.by is not None and request.asked_by(said.by)
    settlement = Settlement(
        verdict=said.verdict, by=said.by, at=now, reason=said.reason, source="grant", self_approved=own
    )
    return _settled(request, settlement)


def may_cancel(voter: Voter, *, thread: str, requesters: Iterable[Person], policy: Policy) -> Refusal | None:
    """Why `voter` may not cancel the run of `thread`, or None: its requesters and the approvers may."""
    team, channel, _ = thread.split(":")
    if voter.terminal:
        return None
    if refusal := not_a_full_member(voter, team=team, doing="cancel a run"):
        return refusal
    own = any(voter.same_as(requester) for requester in requesters)
    if own or _is_approver(voter, policy, channel=channel, own=own):
        return None
    return Refusal(code="not_approver", reason=f"Only {requester_or(policy.approvers)} may cancel this run.")


def _is_approver(voter: Voter, policy: Policy, *, channel: str, own: bool) -> bool:
    match policy.approvers:
        case AnyMember():
            return True
        case RequesterAlone():
            return own
        case ChannelMembers():
            return channel in voter.channels
        case Listed(users=users, groups=groups):
            return voter.id in users or not voter.groups.isdisjoint(groups)


def forged(request: Request, nonce: str) -> Refusal | None:
    """Why somebody with this nonce did not have the request before them, or None."""
    if hmac.compare_digest(nonce.encode(), request.nonce.encode()):
        return None
    return Refusal(code="forged", reason="This button belongs to no request of mine.")


def refused(request: Request, refusal: Refusal, now: datetime, *, by: Voter, source: Source) -> Outcome:
    """Nothing changes, but for the trail."""
    event = audited(request, "refused", at=now, who=by.person, reason=refusal.reason, source=source)
    return Outcome(request=request, event=event, refusal=refusal)


def written_again(request: Request, **changes: object) -> Request:
    """The request with these fields changed, in its next version."""
    return request.model_copy(update={**changes, "version": request.version + 1})


def _settled_before(request: Request, vote: Vote) -> Refusal | None:
    reason = settled_in_words(request, reader=vote.by)
    return Refusal(code="settled", reason=reason) if request.settled else None


def _stale(request: Request, vote: Vote) -> Refusal | None:
    if vote.revision == request.revision:
        return None
    return Refusal(code="stale", reason="This has changed since you saw it. Please look again before you decide.")


def _unfit(request: Request, vote: Vote) -> Refusal | None:
    """Why these words do not answer this request, whoever says them."""
    if vote.verdict == "done" and request.kind != "uncertain":
        return Refusal(code="wrong_verdict", reason="Only a call that may have run can be marked as done.")
    to_type = request.policy.typed_name_review and vote.verdict == "approve" and request.kind != "limit"
    if to_type and vote.typed_name.strip() != request.tool:
        return Refusal(
            code="name_not_typed", reason="This is a high-risk tool: type its name exactly as it stands to approve it."
        )
    return may_grant(request, vote.verdict) if vote.always else None


def _counted(request: Request, vote: Vote, now: datetime) -> Outcome:
    counted = CountedVote(
        by=vote.by,
        verdict=vote.verdict,
        reason=vote.reason,
        always=vote.always,
        source=vote.source,
        revision=vote.revision,
        at=now,
    )
    settlement = Settlement(
        verdict=vote.verdict,
        by=vote.by.person,
        at=now,
        reason=vote.reason,
        source=vote.source,
        always=vote.always,
        self_approved=vote.verdict == "approve" and request.asked_by(vote.by),
    )
    return _settled(request.model_copy(update={"votes": (*request.votes, counted)}), settlement)


def _expired(request: Request, now: datetime) -> Outcome:
    return _settled(request, Settlement(verdict="expired", by=None, at=now, source="expiry"))


def _settled(request: Request, settlement: Settlement) -> Outcome:
    event = audited(
        request,
        _what(settlement),
        at=settlement.at,
        who=settlement.by,
        reason=settlement.reason,
        source=settlement.source,
    )
    return Outcome(request=written_again(request, settlement=settlement), event=event)


def _what(settlement: Settlement) -> What:
    match settlement.verdict:
        case "approve" if settlement.always:
            return "always_approve"
        case "reject" if settlement.always:
            return "always_reject"
        case verdict:
            return verdict
