"""A form asks for words; when it is sent everything is checked again."""

from __future__ import annotations

import pytest

from bot.approvals.policy import AnyMember, RequesterAlone, policy_for
from bot.slack.modals import OUTCOME, REASON, TYPED_NAME
from bot.workspace.faults import Fault
from bot.workspace.seen import Submitted, View
from bot.workspace.wire import JsonObject
from tests.slack.place import Card, Place

ALONE = policy_for(RequesterAlone(), risk="high")


async def test_a_rejection_carries_its_reason(place: Place) -> None:
    card = await place.asked()
    view = await _open(card, "ben", "assent:reject")
    assert view.heading == "Reject request"
    sent = await _send(card, "ben", view, {REASON: {REASON: "Too risky"}})
    assert sent.closed
    settlement = (await card.now()).settlement
    assert settlement
    assert (settlement.verdict, settlement.reason) == ("reject", "Too risky")
    assert place.woken == [card.thread]


async def test_a_reason_may_be_left_out(place: Place) -> None:
    card = await place.asked()
    assert (await _send(card, "ben", await _open(card, "ben", "assent:reject"), {})).closed
    assert (await card.now()).settled


async def test_what_came_of_a_call_is_told_to_the_agent(place: Place) -> None:
    card = await place.asked(kind="uncertain")
    view = await _open(card, "ben", "assent:done")
    sent = await _send(card, "ben", view, {OUTCOME: {OUTCOME: "web-1 was restarted at noon"}})
    assert sent.closed
    settlement = (await card.now()).settlement
    assert settlement
    assert (settlement.verdict, settlement.reason) == ("done", "web-1 was restarted at noon")


async def test_who_approves_their_own_high_risk_call_types_its_name(place: Place) -> None:
    card = await place.asked(policy=ALONE, risk="high")
    view = await _open(card, "ana", "assent:review")
    sent = await _send(card, "ana", view, {TYPED_NAME: {TYPED_NAME: "restart"}})
    assert "type its name exactly" in sent.errors[TYPED_NAME]
    assert not (await card.now()).settled
    sent = await _send(card, "ana", view, {TYPED_NAME: {TYPED_NAME: card.asked.tool}})
    assert sent.closed
    settlement = (await card.now()).settlement
    assert settlement
    assert settlement.self_approved


async def test_the_name_cannot_be_left_out_by_clicking_approve(place: Place) -> None:
    card = await place.asked(policy=ALONE, risk="high")
    value = next(button.value for button in (await card.message()).buttons if button.action_id == "assent:review")
    assert "type its name exactly" in (await card.click("ana", "assent:approve", value, forge=True) or "")
    assert not (await card.now()).settled


@pytest.mark.parametrize("action", ["assent:reject", "assent:done"])
async def test_no_form_opens_for_who_may_not_decide(action: str, place: Place) -> None:
    card = await place.asked(kind="uncertain", policy=policy_for(RequesterAlone(), risk="low"))
    assert "Only the requester" in (await card.click("ben", action) or "")
    assert await place.driver.views("ben") == []


async def test_a_form_that_was_open_while_another_decided_is_told(place: Place) -> None:
    card = await place.asked()
    view = await _open(card, "ben", "assent:reject")
    await card.click("chloe", "assent:approve")
    sent = await _send(card, "ben", view, {REASON: {REASON: "Too risky"}})
    assert not sent.closed
    assert "Already approved by chloe" in sent.errors[REASON]
    settlement = (await card.now()).settlement
    assert settlement
    assert settlement.verdict == "approve"


async def test_who_became_a_guest_while_the_form_was_open_does_not_count(place: Place) -> None:
    card = await place.asked(risk="high", policy=policy_for(AnyMember(), risk="high"))
    view = await _open(card, "ben", "assent:reject")
    await place.driver.change_user("ben", is_restricted=True)
    place.pass_time(seconds=6)
    sent = await _send(card, "ben", view, {})
    assert "Guests cannot decide" in sent.errors[REASON]
    assert not (await card.now()).settled


async def test_a_form_keeps_what_was_typed_when_slack_does_not_say_who_it_is(place: Place) -> None:
    card = await place.asked()
    view = await _open(card, "ben", "assent:reject")
    place.pass_time(seconds=61)
    await place.driver.fault(Fault(kind="error", method="users.info", status=500))
    sent = await _send(card, "ben", view, {REASON: {REASON: "Too risky"}})
    assert "could not check" in sent.errors[REASON]
    assert (await _send(card, "ben", view, {REASON: {REASON: "Too risky"}})).closed
    assert (await card.now()).settled


@pytest.mark.parametrize("change", [{"nonce": "B" * 22}, {"round": 2}, {"revision": 2}])
async def test_a_form_for_another_request_does_not_count(change: dict[str, object], place: Place) -> None:
    card = await place.asked()
    view = await _open(card, "ben", "assent:reject")
    await card.replace(change)
    sent = await _send(card, "ben", view, {})
    assert sent.response_action == "errors"
    assert not any(request.settled for request in await place.requests.of(card.thread))


async def test_the_whole_request_can_be_read(place: Place) -> None:
    card = await place.asked(arguments='{"note":"' + "x" * 5000 + '"}')
    await card.click("chloe", "assent:more", "view")
    [view] = await place.driver.views("chloe")
    assert view.heading == "Full request"
    assert "x" * 2000 in view.shown
    assert place.woken == []


async def test_a_form_that_cannot_be_opened_is_told(place: Place) -> None:
    card = await place.asked()
    await place.driver.fault(Fault(kind="error", method="views.open", error="expired_trigger_id"))
    assert "try again" in (await card.click("ben", "assent:reject") or "")


async def _open(card: Card, user: str, action: str) -> View:
    await card.click(user, action)
    [view] = await card.place.driver.views(user)
    return view


async def _send(card: Card, user: str, view: View, values: JsonObject) -> Submitted:
    sent = await card.place.driver.submit(user, view.id, values)
    assert sent.sent
    assert sent.acked
    return sent
