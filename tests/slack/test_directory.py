"""Who somebody is: looked up before anything is decided, kept for a while, and refused where Slack does not say."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.approvals.ask import AskRules
from bot.approvals.people import Voter
from bot.approvals.policy import AnyMember, Approvers, ChannelMembers, Listed, Policy, RequesterAlone, Risk, policy_for
from bot.slack.clients import Clients
from bot.slack.directory import CannotCheck, Directory
from bot.workspace.config import SCOPES
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault
from tests.slack.people import ANA, BOT, OPS, TEAM

ANYONE = policy_for(AnyMember(), risk="low")
CHANNEL = policy_for(ChannelMembers(), risk="low")
ONCALL = policy_for(Listed(groups=("oncall",)), risk="low")


@pytest.mark.parametrize(
    ("user", "facts"),
    [
        ("U0ANA", set[str]()),
        ("U0ADA", set[str]()),
        ("U0GUS", {"is_guest"}),
        ("U0EVE", {"is_external"}),
        ("U0ROBO", {"is_bot"}),
        ("U0DORA", {"deactivated"}),
        (BOT, {"is_bot"}),
    ],
)
async def test_every_kind_of_person_is_told_apart(user: str, facts: set[str], directory: Directory) -> None:
    voter = await directory.voter(user, ANYONE, channel=OPS)
    kinds = {
        "is_guest": voter.is_guest,
        "is_external": voter.is_external,
        "is_bot": voter.is_bot,
        "deactivated": voter.deactivated,
    }
    assert {kind for kind, true in kinds.items() if true} == facts
    assert voter.id == user


async def test_memberships_are_those_that_the_policy_names(directory: Directory) -> None:
    assert (await directory.voter("U0BEN", ANYONE, channel=OPS)).channels == set()
    assert (await directory.voter("U0BEN", CHANNEL, channel=OPS)).channels == {OPS}
    assert (await directory.voter("U0CHLOE", CHANNEL, channel="C0PAYMENTS")).channels == set()
    assert (await directory.voter("U0BEN", ONCALL, channel=OPS)).groups == {"oncall"}
    assert (await directory.voter("U0ANA", ONCALL, channel=OPS)).groups == set()
    by_id = policy_for(Listed(groups=("S0ONCALL", "nobody")), risk="low")
    assert (await directory.voter("U0BEN", by_id, channel=OPS)).groups == {"S0ONCALL"}


async def test_who_asks_has_the_groups_that_the_rules_name(directory: Directory) -> None:
    rules = AskRules(team=TEAM, requesters=Listed(groups=("oncall",)))
    assert (await directory.asker("U0BEN", rules)).groups == {"oncall"}
    assert (await directory.asker("U0ANA", rules)).groups == set()


async def test_an_answer_serves_a_minute_and_five_seconds_at_high_risk(driver: Driver, clients: Clients) -> None:
    time = [0.0]
    directory = Directory(clients.looking_up, team=TEAM, bot_user=BOT, clock=lambda: time[0])
    await directory.voter("U0BEN", ONCALL, channel=OPS)
    asked = len(await driver.log())
    await driver.change_group("oncall", users=["chloe"])
    time[0] = 59
    assert (await directory.voter("U0BEN", ONCALL, channel=OPS)).groups == {"oncall"}
    assert len(await driver.log()) == asked
    assert (await directory.voter("U0BEN", ONCALL, channel=OPS, high_risk=True)).groups == set()
    time[0] = 63
    asked = len(await driver.log())
    assert (await directory.voter("U0BEN", ONCALL, channel=OPS, high_risk=True)).groups == set()
    assert len(await driver.log()) == asked


async def test_many_who_ask_the_same_make_one_look_up(driver: Driver, directory: Directory) -> None:
    await asyncio.gather(*(directory.voter("U0BEN", CHANNEL, channel=OPS) for _ in range(20)))
    assert sorted(entry.method for entry in await driver.log()) == ["conversations.members", "users.info"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="error", error="missing_scope"),
        Fault(kind="error", status=500),
        Fault(kind="rate_limited", retry_after=30),
        Fault(kind="timeout"),
    ],
    ids=lambda fault: fault.kind,
)
@pytest.mark.parametrize("method", ["users.info", "usergroups.users.list"])
async def test_where_slack_does_not_say_nobody_counts_and_it_may_be_asked_again(
    fault: Fault, method: str, driver: Driver, directory: Directory
) -> None:
    await driver.fault(fault.model_copy(update={"method": method}))
    async with asyncio.timeout(1.5):
        with pytest.raises(CannotCheck):
            await directory.voter("U0BEN", ONCALL, channel=OPS)
    assert (await _asked_again(directory)).groups == {"oncall"}


async def _asked_again(directory: Directory) -> Voter:
    """The answer, once a look-up that began late on a busy machine, and is joined until it fails, is over."""
    with suppress(CannotCheck):
        return await directory.voter("U0BEN", ONCALL, channel=OPS)
    await asyncio.sleep(1)
    return await directory.voter("U0BEN", ONCALL, channel=OPS)


async def test_somebody_slack_does_not_know_cannot_be_checked(directory: Directory) -> None:
    with pytest.raises(CannotCheck):
        await directory.voter("U0NOBODY", ANYONE, channel=OPS)


async def test_groups_go_by_their_handle(directory: Directory) -> None:
    assert await directory.groups_by_handle() == {"oncall": "S0ONCALL"}


async def test_without_the_scope_no_group_has_an_id(driver: Driver, directory: Directory) -> None:
    await driver.change_app("assent", scopes=[scope for scope in SCOPES if scope != "usergroups:read"])
    assert await directory.groups_by_handle() == {}


def _policy(approvers: Approvers, risk: Risk = "low") -> Policy:
    return policy_for(approvers, risk=risk)


@pytest.mark.parametrize(
    ("policy", "ids"),
    [
        (_policy(RequesterAlone()), {"U0ANA"}),
        (_policy(ChannelMembers()), {"U0ANA"}),
        (_policy(ChannelMembers(), "high"), {"U0ANA", "U0ADA"}),
        (_policy(Listed(groups=("oncall",)), "high"), {"U0ANA", "U0BEN"}),
        (_policy(Listed(users=("U0GUS", "U0CHLOE", "U0BEN")), "high"), {"U0ANA", "U0GUS", "U0CHLOE"}),
    ],
    ids=["requester", "channel", "channel, high", "group", "listed"],
)
async def test_candidates_are_as_many_as_it_takes_to_see_that_somebody_can_decide(
    policy: Policy, ids: set[str], directory: Directory
) -> None:
    found = await directory.candidates(policy, channel=OPS, requesters=[ANA])
    assert found is not None
    assert {voter.id for voter in found} == ids


async def test_everybody_is_a_candidate_where_anybody_may_decide(directory: Directory) -> None:
    found = await directory.candidates(_policy(AnyMember(), "high"), channel=OPS, requesters=[ANA])
    assert found is not None
    assert {"U0ANA", "U0BEN", "U0GUS", "U0ROBO"} <= {voter.id for voter in found}


async def test_candidates_cannot_be_told_where_slack_does_not_say(driver: Driver, directory: Directory) -> None:
    await driver.fault(Fault(kind="error", method="conversations.members", error="missing_scope"))
    assert await directory.candidates(CHANNEL, channel=OPS, requesters=[ANA]) is None
