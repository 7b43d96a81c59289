"""A click counts, or the person learns why it does not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.approvals.policy import AnyMember, ChannelMembers, Listed, Policy, RequesterAlone, policy_for
from bot.slack import names
from bot.slack.address import Address
from bot.slack.api import Answered
from bot.slack.blocks import Block
from bot.workspace.faults import Fault
from tests.slack.people import OPS, TEAM
from tests.slack.place import Place

HIGH = policy_for(AnyMember(), risk="high")


async def test_an_approval_is_recorded_before_the_ack_and_the_thread_is_woken(place: Place) -> None:
    card = await place.asked()
    assert await card.click("ben", "assent:approve") is None
    settlement = (await card.now()).settlement
    assert settlement
    assert settlement.by
    assert (settlement.verdict, settlement.by.id, settlement.source) == ("approve", "U0BEN", "slack")
    assert place.woken == [card.thread]


@pytest.mark.parametrize(
    ("kind", "action", "verdict"),
    [
        ("uncertain", "assent:again", "approve"),
        ("limit", "assent:continue", "approve"),
        ("limit", "assent:stop", "reject"),
    ],
)
async def test_each_kind_of_request_has_its_own_buttons(kind: str, action: str, verdict: str, place: Place) -> None:
    card = await place.asked(kind=kind)
    assert await card.click("ben", action) is None
    settlement = (await card.now()).settlement
    assert settlement
    assert settlement.verdict == verdict


@pytest.mark.parametrize(
    ("user", "policy", "told"),
    [
        ("gus", policy_for(AnyMember(), risk="low"), "Guests cannot decide requests"),
        ("eve", policy_for(AnyMember(), risk="low"), "outside this workspace"),
        ("ana", HIGH, "You cannot approve your own request"),
        ("ben", policy_for(RequesterAlone(), risk="low"), "Only the requester may decide this"),
        ("ana", policy_for(Listed(groups=("oncall",)), risk="low"), "Only members of <!subteam^S0ONCALL> may decide"),
        ("ana", policy_for(Listed(users=("U0BEN",)), risk="low"), "Only <@U0BEN> may decide"),
    ],
    ids=["guest", "external", "own", "not the requester", "not in the group", "not listed"],
)
async def test_who_may_not_decide_is_told_why(user: str, policy: Policy, told: str, place: Place) -> None:
    card = await place.asked(policy=policy, risk="high" if policy == HIGH else "low")
    assert told in (await card.click(user, "assent:approve") or "")
    assert not (await card.now()).settled
    [_, refused] = await place.requests.audit(card.thread)
    assert refused.what == "refused"


@pytest.mark.parametrize("user", ["robo", "dora"])
async def test_a_click_that_nobody_could_make_counts_for_nothing(user: str, place: Place) -> None:
    card = await place.asked()
    result = await place.driver.click(user, await card.message(), "assent:approve", forge=True)
    assert result.acked
    await place.listening.afterwards.drain(within=5)
    assert not (await card.now()).settled


async def test_who_is_in_the_channel_decides_and_somebody_from_elsewhere_does_not(place: Place) -> None:
    members = policy_for(ChannelMembers(), risk="low")
    card = await place.asked(channel="C0PAYMENTS", policy=members)
    await place.driver.click("chloe", await card.message(), "assent:approve", forge=True)
    await place.listening.afterwards.drain(within=5)
    assert not (await card.now()).settled
    assert await card.click("ben", "assent:approve") is None
    assert (await card.now()).settled


async def test_of_two_who_click_at_once_the_first_counts_and_the_other_is_told(place: Place) -> None:
    card = await place.asked()
    message = await card.message()
    await asyncio.gather(*(place.driver.click(user, message, "assent:approve") for user in ("ana", "ben")))
    settlement = (await card.now()).settlement
    assert settlement
    assert settlement.by
    told = {user: await card.told(user) for user in ("ana", "ben")}
    first = "ana" if settlement.by.id == "U0ANA" else "ben"
    assert told.pop(first) is None
    [other] = told.values()
    assert f"Already approved by <@{settlement.by.id}>" in (other or "")


async def test_a_click_that_comes_too_late_settles_as_expired(place: Place) -> None:
    card = await place.asked()
    past = card.asked.created_at - timedelta(seconds=1)
    await card.replace({"expires_at": past})
    assert "expired" in (await card.click("ben", "assent:approve") or "")
    settlement = (await card.now()).settlement
    assert settlement
    assert settlement.verdict == "expired"


async def test_an_old_revision_is_told_and_the_card_is_redrawn(place: Place) -> None:
    card = await place.asked()
    await card.replace({"revision": 2})
    assert "changed since you saw it" in (await card.click("ben", "assent:approve") or "")
    assert not (await card.now()).settled
    assert place.woken == [card.thread]


async def test_forged_foreign_and_malformed_values_are_told_that_they_belong_nowhere(place: Place) -> None:
    card = await place.asked()
    other = await place.asked()
    true = Address.of(card.asked)
    values: list[str] = [
        "",
        "hello",
        "x" * 3000,
        true.to_value().replace(true.nonce, "B" * 22),
        true.to_value().replace(TEAM, "T0OTHER"),
        true.to_value().replace(OPS, "C0LEADS"),
        true.to_value().replace("t0.c1", "t0.c2"),
        Address.of(other.asked).to_value(),
    ]
    for value in values:
        told = await card.click("ben", "assent:approve", value, forge=True)
        assert "belongs to no request of mine here" in (told or ""), value
    assert len(await place.heard(card.posted, as_user="ben")) == len(values)
    assert not (await card.now()).settled
    assert not (await other.now()).settled


@pytest.mark.parametrize("action_id", ["assent:unheard_of", "other:thing", "assent:again", "assent:continue"])
async def test_a_button_that_the_request_does_not_have_belongs_nowhere(action_id: str, place: Place) -> None:
    card = await place.asked()
    value = Address.of(card.asked).to_value()
    assert "belongs to no request" in (await card.click("ben", action_id, value, forge=True) or "")
    assert not (await card.now()).settled


async def test_a_card_that_was_posted_and_not_noted_is_known_from_the_click(place: Place) -> None:
    card = await place.asked()
    post = f"assent:{card.thread.tag}:posts"
    await place.store.command("HDEL", post, f"{names.card(card.name)}#ts")
    assert await card.click("ben", "assent:approve") is None
    assert (await place.listening.posts.of(card.thread))[names.card(card.name)].ts == (
        await place.store.command("HGET", post, f"{names.card(card.name)}#ts")
    )
    assert (await card.now()).settled


async def test_a_copy_of_the_card_does_not_count(place: Place) -> None:
    card = await place.asked()
    await place.store.command("HSET", f"assent:{card.thread.tag}:posts", f"{names.card(card.name)}#ts", "1.000000")
    assert "not the card that I keep up to date" in (await card.click("ben", "assent:approve") or "")
    assert not (await card.now()).settled


async def test_where_slack_does_not_say_who_it_is_nothing_counts_and_trying_again_does(place: Place) -> None:
    card = await place.asked()
    await place.driver.fault(Fault(kind="timeout", method="users.info"))
    assert "could not check" in (await card.click("ben", "assent:approve") or "")
    assert not (await card.now()).settled
    await card.click("ben", "assent:approve")
    assert (await card.now()).settled


async def test_who_cannot_be_told_in_the_thread_is_told_in_a_modal_or_else_directly(place: Place) -> None:
    card = await place.asked(policy=policy_for(RequesterAlone(), risk="low"))
    await place.driver.fault(Fault(kind="error", method="chat.postEphemeral", error="user_not_in_channel", times=2))
    await card.click("ben", "assent:approve")
    [view] = await place.driver.views("ben")
    assert "Only the requester may decide this" in view.shown
    await place.driver.fault(Fault(kind="error", method="views.open", error="expired_trigger_id"))
    await card.click("ben", "assent:approve")
    dm = await place.driver.direct_message("ben")
    [message] = await place.driver.channel(dm.id, "ben")
    assert "Only the requester may decide this" in message.visible


async def test_a_click_in_a_home_tab_belongs_nowhere_and_is_told(place: Place) -> None:
    card = await place.asked()
    button: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Approve"},
        "action_id": "assent:approve",
        "value": Address.of(card.asked).to_value(),
    }
    view: Block = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    await place.slack.write("views.publish", Answered, user_id="U0BEN", view=view)
    home = await place.driver.home("ben")
    assert home
    assert (await place.driver.click("ben", home, "assent:approve")).acked
    await place.listening.afterwards.drain(within=5)
    assert not (await card.now()).settled
    [told] = await place.driver.views("ben")
    assert "belongs to no request" in told.shown
