"""Whatever comes in whatever order: a settled request never changes, and nobody settles it who may not."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.approvals.decide import Outcome, cancel, decide, expire, extended
from bot.approvals.people import Voter
from bot.approvals.policy import AnyMember, Approvers, ChannelMembers, Listed, RequesterAlone, Risk
from bot.approvals.request import Request, Vote
from tests.approvals.makers import CHANNEL, NONCE, NOON, TEAM, person, request

APPROVERS: st.SearchStrategy[Approvers] = st.sampled_from(
    [AnyMember(), RequesterAlone(), ChannelMembers(), Listed(users=("U0BEN",)), Listed(groups=("oncall",))]
)
RISKS: st.SearchStrategy[Risk] = st.sampled_from(["low", "medium", "high"])
RARELY = st.sampled_from([False] * 4 + [True])
VOTERS = st.builds(
    Voter,
    id=st.sampled_from(["U0ANA", "U0BEN", "U0CLEO"]),
    name=st.just("Somebody"),
    team=st.sampled_from([TEAM] * 4 + ["T0OTHER"]),
    is_bot=RARELY,
    is_guest=RARELY,
    is_external=RARELY,
    deactivated=RARELY,
    channels=st.sampled_from([frozenset({CHANNEL}), frozenset[str]()]),
    groups=st.sampled_from([frozenset({"oncall"}), frozenset[str]()]),
)
VOTES = st.builds(
    Vote,
    by=VOTERS,
    verdict=st.sampled_from(["approve", "reject", "done"]),
    nonce=st.sampled_from([NONCE] * 4 + ["B" * 22]),
    revision=st.sampled_from([1] * 4 + [2]),
    typed_name=st.sampled_from(["restart_service", ""]),
    always=st.booleans(),
)
STEPS = st.lists(
    st.tuples(
        st.timedeltas(timedelta(0), timedelta(hours=10)), VOTES | st.sampled_from(["expire", "cancel", "extend"])
    ),
    max_size=20,
)


@given(APPROVERS, RISKS, STEPS)
def test_a_request_is_settled_once_and_by_somebody_who_may(
    approvers: Approvers, risk: Risk, steps: list[tuple[timedelta, Vote | str]]
) -> None:
    asked = request(approvers=approvers, risk=risk)
    now = NOON
    for passed, step in steps:
        now += passed
        before, outcome = asked, after(asked, step, now)
        if outcome is None:
            continue
        asked = outcome.request
        assert not before.settled or asked == before
        assert (asked is before) == (outcome.event.what == "refused")
        assert asked.version == before.version + (asked is not before)
        if isinstance(step, Vote) and outcome.refusal is None:
            assert allowed(before, step)
            assert now < before.expires_at


def after(asked: Request, step: Vote | str, now: datetime) -> Outcome | None:
    match step:
        case Vote():
            return decide(asked, step, now)
        case "expire":
            return expire(asked, now)
        case "cancel":
            return cancel(asked, now, by=person("ana"))
        case _:
            return extended(asked, alive_at=now - timedelta(hours=1), now=now)


def allowed(asked: Request, vote: Vote) -> bool:
    """The rule again, written another way: everything that must be true of a vote that counts."""
    by, own = vote.by, vote.by.id == "U0ANA"
    full_member = by.team == TEAM and not (by.is_bot or by.is_guest or by.is_external or by.deactivated)
    high = asked.risk == "high"
    by_mode = {
        "anyone": not (own and high),
        "requester": own and (not high or vote.verdict == "reject" or vote.typed_name == asked.tool),
        "channel": bool(by.channels) and not (own and high),
        "listed": by.id == "U0BEN" if asked.policy.approvers == Listed(users=("U0BEN",)) else bool(by.groups),
    }
    not_own_at_high_risk = not (own and high) or asked.policy.approvers == RequesterAlone()
    genuine = vote.nonce == NONCE and vote.revision == 1 and vote.verdict != "done"
    no_more_than_it_may = not (vote.always and vote.verdict == "approve" and high)
    decider = full_member and by_mode[asked.policy.approvers.kind] and not_own_at_high_risk
    return decider and genuine and no_more_than_it_may
