"""An "always": what it decides, for how long, and who may end it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.approvals.decide import Outcome, cancel, decide, settle_by_grant
from bot.approvals.grants import grant_for, in_force
from bot.approvals.people import Voter
from bot.approvals.policy import ChannelMembers, Listed, RequesterAlone
from bot.approvals.request import Request, Verdict
from bot.approvals.revoking import revoke
from bot.approvals.words import settled_in_words
from tests.approvals.makers import NONCE, NOON, minutes, person, request, vote, voter

BEN = voter("ben")
SOON = NOON + minutes(2)
MCP: dict[str, Any] = {"call_kind": "mcp_local", "server": "wiki", "tool": "delete_page"}


def always(verdict: Verdict = "approve", *, by: Voter = BEN, after: float = 2, **fields: Any) -> Request:
    """A request that was decided for the later calls as well."""
    outcome = decide(request(**fields), vote(by, verdict, always=True, reason="Go on"), NOON + minutes(after))
    assert outcome.refusal is None
    return outcome.request


def revoked(grant: Request, by: Voter = BEN, *, nonce: str = NONCE) -> Outcome:
    return revoke(grant, by, NOON + minutes(5), nonce=nonce)


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_an_always_is_a_vote_like_any_other_and_recorded_as_such(verdict: Verdict) -> None:
    outcome = decide(request(), vote(BEN, verdict, always=True), SOON)
    assert outcome.request.always
    assert outcome.request.settlement
    assert (outcome.request.settlement.verdict, outcome.request.settlement.by) == (verdict, person("ben"))
    assert [counted.always for counted in outcome.request.votes] == [True]
    assert outcome.event.what == f"always_{verdict}"
    assert settled_in_words(outcome.request, reader=BEN).endswith("at 12:02 UTC, for the later calls as well.")


def test_who_may_not_decide_one_call_may_not_decide_the_later_ones_either() -> None:
    outcome = decide(request(), vote(voter("gus", is_guest=True), always=True), SOON)
    assert outcome.refusal
    assert not outcome.request.settled


@pytest.mark.parametrize(
    ("fields", "verdict", "reason"),
    [
        ({"risk": "high"}, "approve", "This is a high-risk tool"),
        ({"kind": "uncertain"}, "approve", "a call that has not run"),
        ({"kind": "uncertain"}, "reject", "a call that has not run"),
        ({"kind": "uncertain"}, "done", "a call that has not run"),
        ({"kind": "limit", "digest": "", "path": "t20"}, "approve", "a call that has not run"),
        ({"call_kind": "mcp_hosted"}, "reject", "not known which server"),
    ],
)
def test_what_cannot_be_decided_for_later_calls_says_why(fields: dict[str, Any], verdict: Verdict, reason: str) -> None:
    outcome = decide(request(**fields), vote(BEN, verdict, always=True), SOON)
    assert outcome.refusal
    assert outcome.refusal.code == "not_always"
    assert reason in outcome.refusal.reason
    assert not outcome.request.settled


def test_a_tool_of_high_risk_can_be_rejected_for_the_run_and_a_hosted_one_of_a_known_server_approved() -> None:
    assert always("reject", risk="high").always
    assert always(call_kind="mcp_hosted", server="wiki").always


@pytest.mark.parametrize(
    ("other", "decided"),
    [
        ({}, True),
        ({"path": "t3.c0", "arguments": '{"page":"other"}'}, True),
        ({"agent": "billing"}, False),
        ({"server": "shop"}, False),
        ({"server": None}, False),
        ({"call_kind": "mcp_hosted"}, False),
        ({"tool": "read_page"}, False),
        ({"path": "t0.c0/t0.c2"}, False),
        ({"kind": "uncertain"}, False),
        ({"risk": "high"}, False),
    ],
)
def test_a_grant_decides_the_calls_of_one_tool_of_one_server_and_agent_in_one_run(
    other: dict[str, Any], decided: bool
) -> None:
    fields: dict[str, Any] = {"path": "t0.c2", **MCP, **other}
    later = request(**fields)
    outcome = settle_by_grant(later, grant_for(later, [always(**MCP)]), NOON + minutes(3))
    assert (outcome is not None) is decided


def test_what_a_grant_decides_is_recorded_as_decided_by_whoever_granted_it() -> None:
    outcome = settle_by_grant(request(path="t0.c2"), always(by=voter("ana")), NOON + minutes(3))
    assert outcome
    settlement = outcome.request.settlement
    assert settlement
    assert (settlement.verdict, settlement.by, settlement.source) == ("approve", person("ana"), "grant")
    assert (settlement.reason, settlement.self_approved, settlement.always) == ("Go on", True, False)
    assert (outcome.event.what, outcome.event.source, outcome.event.who) == ("approve", "grant", person("ana"))
    assert not in_force([outcome.request]), "only what a person says holds for later calls"


def test_a_grant_decides_nothing_that_is_settled_or_has_run_out() -> None:
    cancelled = cancel(request(), SOON, by=None)
    assert cancelled
    assert settle_by_grant(cancelled.request, always(), SOON) is None
    assert settle_by_grant(request(), always(), request().expires_at) is None
    assert settle_by_grant(request(), None, SOON) is None


def test_of_two_that_disagree_the_newer_one_is_in_force_and_revoking_it_does_not_bring_back_the_older() -> None:
    older, newer = always("approve", after=2), always("reject", after=3, path="t0.c2")
    assert in_force([newer, older]) == [newer]
    assert in_force([revoked(newer).request, older]) == []


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (voter("ben"), True),
        (voter("ana"), True),
        (voter("cleo", groups=frozenset({"oncall"})), True),
        (voter("ben").model_copy(update={"name": "Benjamin"}), True),
        (Voter(id="terminal:root", name="root", team="", terminal=True), True),
        (voter("cleo"), False),
        (voter("ana", is_guest=True), False),
        (voter("ben", deactivated=True), False),
        (voter("ben", team="T0OTHER"), False),
    ],
)
def test_who_granted_it_who_asked_and_who_may_decide_may_revoke(who: Voter, may: bool) -> None:
    approvers = Listed(groups=("oncall",))
    granted = always(approvers=approvers, by=voter("ben", groups=frozenset({"oncall"})))
    outcome = revoked(granted, who)
    assert (outcome.refusal is None) is may
    assert (outcome.request.revocation is not None) is may


def test_a_requester_may_end_what_they_could_not_have_decided() -> None:
    outcome = revoked(always("reject", approvers=ChannelMembers(), risk="high"), voter("ana"))
    assert outcome.refusal is None
    refused = revoked(always(approvers=RequesterAlone(), by=voter("ana")), voter("cleo"))
    assert refused.refusal
    assert refused.refusal.reason == "Only the requester may revoke this."


def test_a_revocation_is_recorded_like_a_vote_and_a_second_one_is_told_of_the_first() -> None:
    outcome = revoked(always())
    revocation = outcome.request.revocation
    assert revocation
    assert (revocation.by, revocation.at, revocation.source) == (person("ben"), NOON + minutes(5), "slack")
    assert outcome.request.version == always().version + 1
    assert (outcome.event.what, outcome.event.who) == ("revoked", person("ben"))

    again = revoked(outcome.request, voter("cleo"))
    assert again.request is outcome.request
    assert again.event.what == "refused"
    assert again.refusal
    assert again.refusal.reason == "Already revoked by Ben on 3 May 2026 at 12:05 UTC."


def test_what_is_no_grant_and_what_was_not_asked_cannot_be_revoked() -> None:
    once = decide(request(), vote(BEN), SOON).request
    for asked, nonce, code in (
        (once, NONCE, "no_grant"),
        (request(), NONCE, "no_grant"),
        (always(), "B" * 22, "forged"),
    ):
        outcome = revoked(asked, nonce=nonce)
        assert outcome.request is asked
        assert outcome.refusal
        assert outcome.refusal.code == code
