"""Who may start a run or add to one."""

import pytest

from bot.approvals.ask import AskRules, may_ask, parse_channels
from bot.approvals.people import Voter
from bot.approvals.policy import Listed, PolicyError
from tests.approvals.makers import CHANNEL, TEAM, voter

OPEN = AskRules(team=TEAM)
NARROW = AskRules(team=TEAM, requesters=Listed(users=("U0ANA",), groups=("support",)))


def code(person: Voter, rules: AskRules, channel: str = CHANNEL) -> str | None:
    refusal = may_ask(person, rules, channel=channel)
    return refusal and refusal.code


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, None),
        ({"is_bot": True}, "bot"),
        ({"is_guest": True}, "guest"),
        ({"is_external": True}, "external"),
        ({"team": "T0OTHER"}, "external"),
        ({"deactivated": True}, "deactivated"),
    ],
)
def test_full_members_of_the_workspace_may_ask(facts: dict[str, object], expected: str | None) -> None:
    assert code(voter("ana", **facts), OPEN) == expected


def test_requesters_can_be_narrowed_to_people_and_groups() -> None:
    assert code(voter("ana"), NARROW) is None
    assert code(voter("ben", groups=frozenset({"support"})), NARROW) is None
    assert code(voter("ben"), NARROW) == "not_requester"


@pytest.mark.parametrize(("channel", "expected"), [("C0OPS", None), ("C0OTHER", "wrong_channel"), ("D0ANA", None)])
def test_channels_can_be_narrowed(channel: str, expected: str | None) -> None:
    rules = AskRules(team=TEAM, channels=parse_channels("C0OPS, dm"))
    assert code(voter("ana"), rules, channel) == expected


def test_direct_messages_are_among_the_channels_only_when_they_are_listed() -> None:
    assert code(voter("ana"), AskRules(team=TEAM, channels=parse_channels("C0OPS")), "D0ANA") == "wrong_channel"


@pytest.mark.parametrize("text", ["ops", "#ops", "C0OPS,", "c0ops"])
def test_a_wrong_list_of_channels_says_what_it_may_be(text: str) -> None:
    with pytest.raises(PolicyError, match="ASSENT_CHANNELS narrows"):
        parse_channels(text)


def test_no_list_of_channels_means_everywhere() -> None:
    assert parse_channels(" ") is None
