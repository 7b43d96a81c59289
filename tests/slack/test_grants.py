"""An "always" is said from the card's menu, asks once more, is listed, and can be revoked while its run goes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.agents.record.kept import Ended
from bot.approvals.policy import AnyMember, RequesterAlone, policy_for
from bot.approvals.request import Settlement
from bot.slack.address import Address
from bot.slack.modals import REASON
from bot.store.clock import now
from bot.store.runs import Runs
from bot.workspace.seen import View
from tests.slack.people import OPS
from tests.slack.place import Card, Place
from tests.slack.running import start


async def test_an_always_asks_once_more_and_then_counts_as_a_vote(place: Place) -> None:
    card = await _in_a_run(place)
    view = await _form(card, "ben", "always_approve")
    assert view.heading == "Always approve"
    assert "later calls of `restart_service` by `operations` in this run" in view.shown
    assert not (await card.now()).settled
    assert (await place.driver.submit("ben", view.id, {})).closed

    settlement = await _settlement(card)
    assert settlement.by
    assert (settlement.verdict, settlement.always, settlement.by.id) == ("approve", True, "U0BEN")
    assert [entry.what for entry in await place.requests.audit(card.thread)] == ["opened", "always_approve"]
    assert place.woken == [card.thread]


async def test_a_tool_is_rejected_for_the_run_with_a_reason(place: Place) -> None:
    card = await _in_a_run(place)
    view = await _form(card, "ben", "always_reject")
    assert (await place.driver.submit("ben", view.id, {REASON: {REASON: "Not today"}})).closed
    settlement = await _settlement(card)
    assert (settlement.verdict, settlement.always, settlement.reason) == ("reject", True, "Not today")


async def test_no_form_opens_for_who_may_not_decide(place: Place) -> None:
    card = await _in_a_run(place, policy=policy_for(RequesterAlone(), risk="low"))
    assert "Only the requester may decide" in (await card.click("ben", "assent:more", "always_approve") or "")
    assert await place.driver.views("ben") == []


async def test_what_the_menu_does_not_offer_is_refused_all_the_same(place: Place) -> None:
    card = await _in_a_run(place, risk="high", policy=policy_for(AnyMember(), risk="high"))
    assert [button.options for button in (await card.message()).buttons if button.options] == [
        ("view", "always_reject", "cancel")
    ]
    message = await card.message()
    menu = message.buttons[-1]
    clicked = await place.driver.click(
        "ben", message, menu.action_id, "always_approve", block_id=menu.block_id, forge=True
    )
    assert clicked.acked
    assert "each of its calls is approved by itself" in (await card.told("ben") or "")
    assert not (await card.now()).settled


async def test_who_comes_second_is_told_in_the_form(place: Place) -> None:
    card = await _in_a_run(place)
    view = await _form(card, "ben", "always_approve")
    assert await card.click("chloe", "assent:approve") is None
    sent = await place.driver.submit("ben", view.id, {})
    assert sent.response_action == "update"
    [told] = await place.driver.views("ben")
    assert "Already approved by <@U0CHLOE>" in told.shown
    assert not (await _settlement(card)).always


async def test_a_grant_is_revoked_on_its_card_and_a_second_click_is_answered(place: Place) -> None:
    card = await _granted(place)
    assert "Always approved in this run by <@U0BEN>" in (await card.message()).visible
    before = await card.message()
    assert await card.click("ana", "assent:revoke") is None
    revocation = (await card.now()).revocation
    assert revocation
    assert revocation.by.id == "U0ANA"
    assert [entry.what for entry in await place.requests.audit(card.thread)][-1] == "revoked"
    assert place.woken[-1] == card.thread

    again = await place.driver.click("chloe", before, "assent:revoke")
    assert again.acked
    assert "Already revoked by <@U0ANA>" in (await card.told("chloe") or "")
    await card.show()
    [stands] = [text for text in await place.said(card.posted) if "Always approved" in text]
    assert "Revoked by <@U0ANA>" in stands


@pytest.mark.parametrize(
    ("user", "told"), [("gus", "Guests cannot revoke"), ("chloe", "Only the requester may revoke")]
)
async def test_who_may_not_revoke_is_told_why(user: str, told: str, place: Place) -> None:
    card = await _granted(place, by="ana", policy=policy_for(RequesterAlone(), risk="low"))
    assert told in (await card.click(user, "assent:revoke") or "")
    assert (await card.now()).revocation is None


async def test_of_two_who_revoke_at_once_one_does_and_the_other_is_told(place: Place) -> None:
    card = await _granted(place)
    message = await card.message()
    await asyncio.gather(*(place.driver.click(user, message, "assent:revoke") for user in ("ana", "ben")))
    told = [await card.told(user) for user in ("ana", "ben")]
    assert told.count(None) == 1
    assert any("Already revoked by" in (one or "") for one in told)
    assert [entry.what for entry in await place.requests.audit(card.thread)].count("revoked") == 1


async def test_when_the_run_is_over_there_is_nothing_to_revoke(place: Place) -> None:
    card = await _granted(place)
    message = await card.message()
    await _end_run(place, card)
    clicked = await place.driver.click("ben", message, "assent:revoke")
    assert clicked.acked
    assert "decides no later calls any more" in (await card.told("ben") or "")
    assert (await card.now()).revocation is None


async def test_what_is_no_grant_cannot_be_revoked(place: Place) -> None:
    card = await _in_a_run(place)
    value = Address.of(card.asked).to_value()
    assert "nothing to revoke" in (await card.click("ben", "assent:revoke", value, forge=True) or "")
    assert not (await card.now()).settled


async def test_grants_of_runs_that_go_are_listed_by_the_command_and_in_the_home(place: Place) -> None:
    card = await _granted(place)
    line = "`restart_service` of `operations`: always approved by <@U0BEN>"
    assert line in await _listed(place)
    await place.driver.open_home("ana")
    await place.listening.afterwards.drain(within=5)
    home = await place.driver.home("ana")
    assert home
    assert f"{line}" in home.shown
    assert line not in await _listed(place, channel="random")

    await _end_run(place, card)
    assert line not in await _listed(place)


async def test_what_was_revoked_is_listed_no_more(place: Place) -> None:
    card = await _granted(place)
    await card.click("ben", "assent:revoke")
    assert "always approved" not in await _listed(place)


async def _in_a_run(place: Place, **fields: Any) -> Card:
    card = await place.asked(**fields)
    await start(place, card.thread, asked_by=["ana"])
    return card


async def _granted(place: Place, *, by: str = "ben", **fields: Any) -> Card:
    """A card on which somebody said "always", as it is shown then."""
    card = await _in_a_run(place, **fields)
    view = await _form(card, by, "always_approve")
    assert (await place.driver.submit(by, view.id, {})).closed
    await card.show()
    return card


async def _form(card: Card, user: str, option: str) -> View:
    assert await card.click(user, "assent:more", option) is None
    [view] = await card.place.driver.views(user)
    return view


async def _settlement(card: Card) -> Settlement:
    settlement = (await card.now()).settlement
    assert settlement
    return settlement


async def _end_run(place: Place, card: Card) -> None:
    held = await Runs(place.store).claim(card.thread)
    assert held
    run = await held.load()
    assert run
    run.ended = Ended(how="done", at=await now(place.store))
    await held.save(run)
    await held.lease.release(look_at=None)


async def _listed(place: Place, *, channel: str = OPS) -> str:
    """What /assent answers."""
    before = len(await place.driver.channel(channel, "ben"))
    assert (await place.driver.command("ben", channel, "/assent")).acked
    answered = (await place.driver.channel(channel, "ben"))[before:]
    return "\n".join(message.visible for message in answered if message.ephemeral)
