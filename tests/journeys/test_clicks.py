"""Clicks that come twice, too late, or from where they should not: one counts, and everybody else learns why not."""

from __future__ import annotations

import asyncio

from bot.slack.modals import REASON
from bot.workspace.seen import Message
from tests.journeys.conversation import Conversation
from tests.journeys.house import Houses


async def test_of_two_people_who_click_at_once_one_counts_and_the_other_learns_it(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await asyncio.gather(*(thread.approve(user, card) for user in ("ben", "chloe")))
    await thread.reply("web-1 was restarted")

    async def the_slower() -> str | None:
        told = [*await thread.whispers("ben"), *await thread.whispers("chloe")]
        return told[0] if told else None

    assert "Already approved by" in await house.driver.until(the_slower)
    await thread.is_quiet()
    assert house.fleet.service("web-1").restarts == 1
    assert len(await thread.whispers("ben")) + len(await thread.whispers("chloe")) == 1


async def test_a_click_that_slack_sends_twice_counts_once(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await house.fault(kind="duplicate", method="interactive")
    await thread.approve("ben", card)
    await thread.reply("web-1 was restarted")
    await thread.is_quiet()
    assert house.fleet.service("web-1").restarts == 1


async def test_approve_and_reject_at_once_settle_one_way(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.click("chloe", card, "Reject")
    form = await thread.form("chloe")
    sent, _ = await asyncio.gather(
        house.driver.submit("chloe", form.id, {REASON: {REASON: "No"}}), thread.approve("ben", card)
    )
    answer = await thread.reply("restart web-1")
    await thread.is_quiet()
    [request] = await thread.requests()
    assert request.settlement
    approved = request.settlement.verdict == "approve"
    assert sent.closed != approved
    assert house.fleet.service("web-1").restarts == int(approved)
    assert ("was restarted" in answer) == approved


async def test_a_late_click_is_told_who_decided(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.approve("ben", card)
    await thread.reply("web-1 was restarted")
    assert "Already approved by <@U0BEN>" in await thread.refused("chloe", card)
    await thread.is_quiet()
    assert house.fleet.service("web-1").restarts == 1


async def test_a_click_on_a_card_of_an_earlier_run_is_told_so(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.reject("ben", card)
    await thread.reply("restart web-1")
    await thread.say("ana", "@assent what is running?")
    await thread.reply("list services")
    assert "Already rejected by" in await thread.refused("chloe", card)
    await thread.is_quiet()


async def test_a_made_up_nonce_counts_for_nothing(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    address, _, _ = card.button("Approve").value.rpartition(":")
    await _forge(thread, "ben", card, f"{address}:{'A' * 22}")
    assert "belongs to no request of mine" in (await thread.hears("ben"))[-1]
    await _forge(thread, "ben", card, "nonsense")
    assert "belongs to no request of mine" in (await thread.hears("ben", after=1))[-1]
    assert not (await thread.requests())[0].settled


async def test_an_approval_of_one_card_counts_for_no_other(houses: Houses) -> None:
    """The address of one thread's request, clicked on in another, is foreign there."""
    house = await houses.open()
    here = await house.say("ana", "@assent restart web-1")
    there = await house.say("ana", "@assent restart web-2")
    card, other = await here.card(), await there.card()
    await _forge(here, "ben", card, other.button("Approve").value)
    assert "belongs to no request of mine" in (await here.hears("ben"))[-1]
    assert not (await here.requests())[0].settled
    assert not (await there.requests())[0].settled


async def test_a_click_on_what_has_changed_since_is_stale(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    parts = card.button("Approve").value.split(":")
    parts[-2] = "7"
    await _forge(thread, "ben", card, ":".join(parts))
    assert "has changed since you saw it" in (await thread.hears("ben"))[-1]
    assert not (await thread.requests())[0].settled


async def test_a_form_that_is_sent_too_late_says_so(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.click("chloe", card, "Reject")
    form = await thread.form("chloe")
    await thread.approve("ben", card)
    await thread.reply("web-1 was restarted")
    sent = await house.driver.submit("chloe", form.id, {REASON: {REASON: "No"}})
    assert "Already approved by ben" in sent.errors[REASON]
    assert house.fleet.service("web-1").restarts == 1


async def test_where_no_whisper_reaches_them_they_are_told_in_another_way(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent rotate the secret of api")
    card = await thread.card()
    await house.fault(kind="error", method="chat.postEphemeral", error="user_not_in_channel")
    await thread.approve("ana", card)
    assert "You cannot approve your own request" in (await thread.form("ana")).shown


async def _forge(thread: Conversation, user: str, card: Message, value: str) -> None:
    button = card.button("Approve")
    clicked = await thread.driver.click(user, card, button.action_id, value, block_id=button.block_id, forge=True)
    assert clicked.acked
