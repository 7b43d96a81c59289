"""Who may decide in each mode and at each risk, and how the operator says so."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.approvals.decide import may_decide
from bot.approvals.policy import (
    AnyMember,
    Approvers,
    ChannelMembers,
    Listed,
    PolicyError,
    RequesterAlone,
    Risk,
    parse_approvers,
    parse_requesters,
    policy_for,
)
from tests.approvals.makers import request, voter

ONCALL = Listed(groups=("oncall",))
BEN_LISTED = Listed(users=("U0BEN",))
MIXED = Listed(users=("U0BEN",), groups=("oncall",))

ANA = voter("ana")  # she asked
BEN = voter("ben")
ELSEWHERE = voter("cleo", channels=frozenset())
ANA_ON_CALL = voter("ana", groups=frozenset({"oncall"}))
BEN_ON_CALL = voter("ben", groups=frozenset({"oncall"}))


@pytest.mark.parametrize(
    ("approvers", "risk", "may", "may_not"),
    [
        (AnyMember(), "low", [ANA, BEN, ELSEWHERE], []),
        (AnyMember(), "high", [BEN, ELSEWHERE], [ANA]),
        (RequesterAlone(), "medium", [ANA], [BEN, ELSEWHERE]),
        (RequesterAlone(), "high", [ANA], [BEN, ELSEWHERE]),
        (ChannelMembers(), "low", [ANA, BEN], [ELSEWHERE]),
        (ChannelMembers(), "high", [BEN], [ANA, ELSEWHERE]),
        (ONCALL, "low", [ANA_ON_CALL, BEN_ON_CALL], [ANA, BEN]),
        (ONCALL, "high", [BEN_ON_CALL], [ANA_ON_CALL, BEN]),
        (BEN_LISTED, "low", [BEN], [ANA, ELSEWHERE]),
        (MIXED, "medium", [BEN, ANA_ON_CALL], [ANA, ELSEWHERE]),
        (MIXED, "high", [BEN], [ANA, ANA_ON_CALL, ELSEWHERE]),
    ],
)
def test_the_table_of_modes_says_who_may_decide(
    approvers: Approvers, risk: Risk, may: list[object], may_not: list[object]
) -> None:
    asked = request(approvers=approvers, risk=risk)
    everyone = [ANA, BEN, ELSEWHERE, ANA_ON_CALL, BEN_ON_CALL]
    assert [who for who in everyone if who in may and may_decide(asked, who)] == []
    assert [who for who in everyone if who in may_not and not may_decide(asked, who)] == []


@pytest.mark.parametrize("approvers", [AnyMember(), RequesterAlone(), ChannelMembers(), ONCALL, BEN_LISTED])
def test_only_a_requester_alone_types_the_name_of_a_high_risk_tool(approvers: Approvers) -> None:
    alone = approvers == RequesterAlone()
    assert policy_for(approvers, risk="high").typed_name_review is alone
    assert not policy_for(approvers, risk="medium").typed_name_review


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("requester", RequesterAlone()),
        (" Channel ", ChannelMembers()),
        ("@oncall", ONCALL),
        ("@On-Call.team", Listed(groups=("on-call.team",))),
        ("U123,U456", Listed(users=("U123", "U456"))),
        ("@oncall, U123 ,@sec,U123", Listed(users=("U123",), groups=("oncall", "sec"))),
        ("S0ABC,W99A", Listed(users=("W99A",), groups=("S0ABC",))),
    ],
)
def test_the_setting_is_read_as_it_is_written(text: str, meaning: Approvers) -> None:
    assert parse_approvers(text) == meaning


@pytest.mark.parametrize(
    "text", ["", "  ", "everyone", "U123,", "ana", "requester,U123", "@", "u123", "@a b", "*", "<!here>"]
)
def test_a_setting_that_means_nothing_names_all_choices(text: str) -> None:
    with pytest.raises(PolicyError) as error:
        parse_approvers(text)
    for choice in ("ASSENT_APPROVERS", "requester", "channel", "@oncall", "U012AB3CD"):
        assert choice in str(error.value)


def test_a_list_of_nobody_cannot_be_made() -> None:
    with pytest.raises(ValidationError):
        Listed()


@pytest.mark.parametrize(
    ("approvers", "risk", "words"),
    [
        (AnyMember(), "low", "any full member of this workspace"),
        (ChannelMembers(), "high", "members of this channel other than the requester"),
        (RequesterAlone(), "high", "the requester"),
        (ONCALL, "high", "members of @oncall other than the requester"),
        (MIXED, "low", "members of @oncall or U0BEN"),
    ],
)
def test_a_policy_speaks_of_its_approvers_in_words(approvers: Approvers, risk: Risk, words: str) -> None:
    assert policy_for(approvers, risk=risk).in_words() == words


def test_the_words_can_name_people_and_groups_in_the_readers_way() -> None:
    policy = policy_for(MIXED, risk="low")
    assert (
        policy.in_words(user="<@{}>".format, group="the group {}".format) == "members of the group oncall or <@U0BEN>"
    )


def test_a_policy_knows_the_setting_that_it_came_from() -> None:
    assert policy_for(parse_approvers("U123,@oncall"), risk="low").setting == "ASSENT_APPROVERS=@oncall,U123"
    assert policy_for(ChannelMembers(), risk="low").setting == "ASSENT_APPROVERS=channel"


def test_a_request_lives_for_a_day_unless_it_is_set() -> None:
    assert policy_for(ChannelMembers(), risk="low").expires_for == timedelta(hours=24)
    assert policy_for(ChannelMembers(), risk="low", expires_for=timedelta(hours=1)).expires_for == timedelta(hours=1)


def test_requesters_are_not_narrowed_by_an_empty_setting() -> None:
    assert parse_requesters("") is None
    assert parse_requesters("@support,U123") == Listed(users=("U123",), groups=("support",))
    with pytest.raises(PolicyError, match="ASSENT_REQUESTERS"):
        parse_requesters("channel")
