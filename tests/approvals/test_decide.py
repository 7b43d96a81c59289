"""What a vote does: it counts once, or the person learns why not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.approvals.decide import cancel, decide, expire, extended, may_cancel, stranded
from bot.approvals.people import Voter
from bot.approvals.policy import AnyMember, ChannelMembers, Listed, RequesterAlone, policy_for
from bot.approvals.request import REASON_LIMIT, Request, Verdict
from tests.approvals.makers import NOON, minutes, person, request, vote, voter

BEN = voter("ben")
SOON = NOON + minutes(2)


def refusal_of(asked: Request, by: Voter, verdict: Verdict = "approve", **fields: Any) -> tuple[str, str]:
    outcome = decide(asked, vote(by, verdict, **fields), SOON)
    assert outcome.request is asked
    assert outcome.event.what == "refused"
    assert outcome.refusal is not None
    return outcome.refusal.code, outcome.refusal.reason


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_a_vote_of_an_approver_settles_the_request(verdict: Verdict) -> None:
    outcome = decide(request(), vote(BEN, verdict, reason="Go on"), SOON)

    assert outcome.refusal is None
    assert outcome.request.version == 2
    assert outcome.request.revision == 1
    settlement = outcome.request.settlement
    assert settlement is not None
    assert (settlement.verdict, settlement.by, settlement.at) == (verdict, person("ben"), SOON)
    assert (settlement.reason, settlement.source, settlement.self_approved) == ("Go on", "slack", False)
    assert [(counted.by, counted.verdict, counted.at) for counted in outcome.request.votes] == [(BEN, verdict, SOON)]
    assert (outcome.event.what, outcome.event.who, outcome.event.request) == (verdict, person("ben"), request().name)


def test_a_requester_who_approves_is_noted_as_such() -> None:
    outcome = decide(request(), vote(voter("ana")), SOON)
    assert outcome.request.settlement is not None
    assert outcome.request.settlement.self_approved


def test_the_first_vote_wins_and_the_second_person_learns_who_was_first() -> None:
    first = decide(request(), vote(BEN, "reject"), SOON).request
    assert refusal_of(first, voter("cleo")) == ("settled", "Already rejected by Ben on 3 May 2026 at 12:02 UTC.")
    assert refusal_of(first, BEN, "reject")[1] == "Already rejected by you on 3 May 2026 at 12:02 UTC."


@pytest.mark.parametrize(
    ("facts", "code", "sentence"),
    [
        ({"is_bot": True}, "bot", "Bots and apps cannot decide requests."),
        ({"deactivated": True}, "deactivated", "A deactivated account cannot decide requests."),
        ({"is_guest": True}, "guest", "Guests cannot decide requests. A full member of this workspace can."),
        ({"is_external": True}, "external", "People from outside this workspace cannot decide requests."),
        ({"team": "T0OTHER"}, "external", "People from outside this workspace cannot decide requests."),
        ({"channels": frozenset[str]()}, "not_approver", "Only members of this channel may decide this."),
    ],
)
def test_who_may_not_decide_is_told_why(facts: dict[str, object], code: str, sentence: str) -> None:
    assert refusal_of(request(), voter("ben", **facts)) == (code, sentence)


@pytest.mark.parametrize("facts", [{"is_bot": True}, {"deactivated": True}, {"is_guest": True}, {"is_external": True}])
@pytest.mark.parametrize("approvers", [AnyMember(), RequesterAlone(), ChannelMembers(), Listed(users=("U0ANA",))])
def test_no_policy_lets_anybody_but_full_members_decide(
    facts: dict[str, object], approvers: AnyMember | RequesterAlone | ChannelMembers | Listed
) -> None:
    refusal_of(request(approvers=approvers), voter("ana", **facts))


def test_everyone_whose_message_is_in_the_run_is_a_requester() -> None:
    asked = request(risk="high", requesters=(person("ana"), person("ben")))
    code, sentence = refusal_of(asked, BEN)
    assert code == "own_request"
    assert "members of this channel other than the requester may" in sentence
    assert decide(asked, vote(voter("cleo")), SOON).refusal is None


def test_a_requester_of_the_same_id_in_another_workspace_is_somebody_else() -> None:
    asked = request(risk="high", requesters=(person("ben", team="T0OTHER"),))
    assert decide(asked, vote(BEN), SOON).refusal is None


@pytest.mark.parametrize("nonce", ["", "B" * 22, "A" * 21, "\u00e9" * 22])
def test_a_forged_nonce_changes_nothing(nonce: str) -> None:
    assert refusal_of(request(), BEN, nonce=nonce)[0] == "forged"
    late = decide(request(), vote(BEN, nonce=nonce), NOON + minutes(60 * 48))
    assert not late.request.settled


def test_a_vote_on_an_older_revision_is_asked_to_look_again() -> None:
    code, sentence = refusal_of(request(revision=3), BEN, revision=2)
    assert code == "stale"
    assert "look again" in sentence


def test_a_vote_after_the_end_expires_the_request_and_tells_the_person() -> None:
    asked = request()
    outcome = decide(asked, vote(BEN), asked.expires_at)

    assert outcome.request.settlement is not None
    assert (outcome.request.settlement.verdict, outcome.request.settlement.by) == ("expired", None)
    assert outcome.request.votes == ()
    assert outcome.event.what == "expired"
    assert outcome.refusal is not None
    assert (outcome.refusal.code, outcome.refusal.reason) == (
        "expired",
        "This expired on 4 May 2026 at 12:00 UTC without a decision.",
    )


def test_a_requester_alone_types_the_name_of_a_high_risk_tool_to_approve_it() -> None:
    asked = request(approvers=RequesterAlone(), risk="high", tool="rotate_secret")
    ana = voter("ana")
    assert refusal_of(asked, ana)[0] == "name_not_typed"
    assert refusal_of(asked, ana, typed_name="rotate_secrets")[0] == "name_not_typed"
    assert decide(asked, vote(ana, "reject"), SOON).refusal is None

    approved = decide(asked, vote(ana, typed_name=" rotate_secret "), SOON).request
    assert approved.settlement is not None
    assert approved.settlement.self_approved


def test_only_a_call_that_may_have_run_can_be_marked_as_done() -> None:
    assert refusal_of(request(), BEN, "done")[0] == "wrong_verdict"
    done = decide(request(kind="uncertain"), vote(BEN, "done", reason="I saw it restart"), SOON).request
    assert done.settlement is not None
    assert done.settlement.verdict == "done"


def test_whoever_asked_may_let_a_run_go_on_at_its_limit() -> None:
    oncall = Listed(groups=("oncall",))
    asked = request(kind="limit", path="t20", digest="", approvers=oncall, risk="high")
    assert decide(asked, vote(voter("ana")), SOON).refusal is None
    assert decide(asked, vote(voter("cleo", groups=frozenset({"oncall"}))), SOON).refusal is None
    assert refusal_of(asked, BEN) == ("not_approver", "Only the requester or members of @oncall may decide this.")


def test_the_operator_at_the_terminal_decides_and_it_is_recorded_so() -> None:
    operator = Voter(id="terminal:root", name="root", team="", terminal=True)
    outcome = decide(request(risk="high"), vote(operator, source="terminal"), SOON)
    assert outcome.request.settlement is not None
    assert outcome.request.settlement.source == "terminal"
    assert outcome.event.source == "terminal"


def test_a_request_expires_when_its_time_is_over_and_not_before() -> None:
    asked = request()
    assert expire(asked, asked.expires_at - minutes(0.001)) is None
    outcome = expire(asked, asked.expires_at)
    assert outcome is not None
    assert outcome.refusal is None
    assert expire(outcome.request, asked.expires_at) is None


def test_cancelling_settles_what_waits_and_leaves_what_is_settled() -> None:
    cancelled = cancel(request(), SOON, by=person("ana"))
    assert cancelled is not None
    assert cancelled.request.settlement is not None
    assert (cancelled.request.settlement.verdict, cancelled.request.settlement.by) == ("cancelled", person("ana"))
    assert cancel(cancelled.request, SOON, by=None) is None
    assert refusal_of(cancelled.request, BEN)[1].startswith("Already cancelled by Ana")


def test_requesters_and_approvers_may_cancel_and_nobody_else() -> None:
    def refused(who: Voter) -> str | None:
        policy = policy_for(Listed(groups=("oncall",)), risk="high")
        refusal = may_cancel(who, thread=request().thread, requesters=[person("ana")], policy=policy)
        return refusal and refusal.reason

    assert refused(voter("ana")) is None
    assert refused(voter("cleo", groups=frozenset({"oncall"}))) is None
    assert refused(BEN) == "Only the requester or members of @oncall may cancel this run."
    assert refused(voter("ana", is_guest=True)) is not None


@pytest.mark.parametrize(
    ("asked", "there", "so"),
    [
        (request(risk="high"), [voter("ana")], True),
        (request(risk="high"), [voter("ana"), voter("bot", is_bot=True), voter("gus", is_guest=True)], True),
        (request(risk="high"), [voter("ana"), BEN], False),
        (request(), [voter("ana")], False),
        (request(approvers=Listed(groups=("empty",))), [], True),
    ],
)
def test_a_request_that_nobody_can_decide_says_which_setting_makes_it_so(
    asked: Request, there: list[Voter], so: bool
) -> None:
    sentence = stranded(asked, there)
    assert (sentence is not None) is so
    assert sentence is None or asked.policy.setting in sentence


def test_what_ran_out_while_no_worker_was_alive_gets_more_time() -> None:
    asked = request()
    gone = asked.expires_at - minutes(1)
    back = asked.expires_at + minutes(30)
    outcome = extended(asked, alive_at=gone, now=back)

    assert outcome is not None
    assert outcome.request.expires_at == back + minutes(15)
    assert outcome.request.extended_because is not None
    assert outcome.event.what == "extended"
    assert decide(outcome.request, vote(BEN), back).refusal is None


@pytest.mark.parametrize(("gone", "back"), [(-1, 4), (1, 30), (-30, -10)], ids=["short gap", "ran out before", "after"])
def test_other_gaps_give_no_more_time(gone: float, back: float) -> None:
    asked = request()
    assert extended(asked, alive_at=asked.expires_at + minutes(gone), now=asked.expires_at + minutes(back)) is None


def test_a_request_is_saved_and_read_back_the_same() -> None:
    settled = decide(request(), vote(voter("ben", groups=frozenset({"b", "a"}))), SOON).request
    assert Request.model_validate_json(settled.model_dump_json()) == settled


@pytest.mark.parametrize(
    "wrong",
    [
        {"thread": "T0HOME:C0OPS"},
        {"path": "t0.c1; drop"},
        {"path": "/".join(["t0.c1"] * 9)},
        {"nonce": "short"},
        {"digest": ""},
        {"digest": "xyz"},
        {"requesters": ()},
        {"created_at": datetime(2026, 5, 3, 12, 0)},
        {"shown": True},
    ],
)
def test_a_request_that_is_not_whole_cannot_be_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        request(**wrong)


def test_a_reason_has_a_limit_as_the_model_reads_it() -> None:
    assert vote(BEN, reason="x" * REASON_LIMIT)
    with pytest.raises(ValidationError):
        vote(BEN, reason="x" * (REASON_LIMIT + 1))


def test_moments_are_kept_in_utc() -> None:
    there = datetime.fromisoformat("2026-05-03T14:00:00+02:00")
    assert request(created_at=there).created_at.tzinfo is UTC
