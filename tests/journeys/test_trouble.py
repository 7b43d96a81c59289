"""What happens to the bot's world: Slack says no or nothing, the model fails, cards vanish, connections drop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.agents import Origin
from bot.agents.testing import call
from bot.workspace.faults import FaultKind
from tests.agents.responses_server import Answer
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop

BROKEN = Answer(status=500, body={"error": {"message": "the model is on fire", "type": "server_error"}})
REFUSING = Answer(status=400, body={"error": {"message": "no such model", "type": "invalid_request_error"}})


@pytest.mark.parametrize(("kind", "times"), [("rate_limited", 2), ("drop_response", 2), ("error", 2), ("timeout", 1)])
async def test_each_card_and_reply_stands_once_whatever_slack_does_with_posts(
    kind: FaultKind, times: int, houses: Houses
) -> None:
    house = await houses.open()
    await house.fault(kind=kind, method="chat.postMessage", times=times, retry_after=1)
    thread = await house.say("ana", "@assent restart web-1 and web-2")
    first, second = await thread.card("web-1"), await thread.card("web-2")
    await house.fault(kind=kind, method="chat.postMessage", times=1, retry_after=1)
    await house.fault(kind=kind, method="chat.update", times=times, retry_after=1)
    await thread.approve("ben", first)
    await thread.approve("chloe", second)
    await thread.reply("web-1 was restarted", "web-2 was restarted")
    await thread.turned(first, "Done in")
    await thread.turned(second, "Done in")
    await thread.is_quiet()
    assert len(await thread.cards()) == 2
    assert len(await thread.said()) == 1
    assert [house.fleet.service(name).restarts for name in ("web-1", "web-2")] == [1, 1]


async def test_what_slack_puts_off_is_shown_while_the_tool_still_runs(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("slow_deploy", {"to": "blue"})), says("Blue runs.")]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await house.fault(kind="rate_limited", method="chat.update", retry_after=1)
    await thread.approve("ben", card)
    await thread.turned(card, "Running…")
    workshop.hold.set()
    await thread.reply("Blue runs.")
    await thread.is_quiet()


async def test_a_card_that_an_admin_deleted_is_posted_anew(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await house.driver.delete(card)
    assert await thread.cards() == []
    await thread.say("ben", "@assent cancel")
    await thread.reply("Cancelled by <@U0BEN>")
    await thread.is_quiet()
    [again] = await thread.cards("Cancelled by <@U0BEN>")
    assert again.ts != card.ts
    assert again.labels == []


@pytest.mark.parametrize(("answer", "error"), [(BROKEN, "InternalServerError"), (REFUSING, "BadRequestError")])
async def test_an_error_of_the_model_is_told_in_the_thread(answer: Answer, error: str, houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[answer, says("Back again.")])
    thread = await house.say("ana", "@assent hello")
    said = await thread.reply("This run failed")
    assert error in said
    assert "fire" not in said
    await thread.say("ana", "@assent and now?")
    await thread.reply("Back again.")
    await thread.is_quiet()


async def test_what_was_done_before_the_model_failed_is_kept(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("deploy", {"to": "blue"})), BROKEN, says("Blue runs.")]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.approve("ben", card)
    await thread.reply("This run failed")
    await thread.turned(card, "Done in")
    await thread.say("ana", "@assent what runs?")
    await thread.reply("Blue runs.")
    assert [item.get("type") for item in house.read_by_model(2)] == [
        None,
        "function_call",
        "function_call_output",
        None,
    ]
    assert workshop.done == ["blue for ana"]
    await thread.is_quiet()


async def test_a_context_that_cannot_be_made_is_told_in_the_thread(houses: Houses) -> None:
    def no_context(_: Origin) -> str:
        raise PermissionError("nobody of that name")

    house = await houses.open(replace(Workshop().served, context=no_context), answers=[says("Hello.")])
    thread = await house.say("ana", "@assent hello")
    assert "PermissionError" in await thread.reply("This run failed")
    assert house.times_asked == 0
    await thread.is_quiet()


async def test_a_lost_connection_is_made_again_and_clicks_count(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await house.fault(kind="disconnect", method="events_api", reason="refresh_requested")
    other = await house.say("ana", "@assent what is running?")
    await other.reply("list services")
    await thread.approve("ben", card)
    await thread.reply("web-1 was restarted")
    await thread.is_quiet()


async def test_where_slack_will_not_have_a_post_the_others_stand(houses: Houses) -> None:
    house = await houses.open()
    await house.fault(kind="error", method="chat.postMessage", error="msg_too_long", times=1)
    thread = await house.say("ana", "@assent restart web-1 and web-2")
    await thread.choose("ana", await thread.card("web-2"), "cancel")
    await thread.reply("Cancelled by")
