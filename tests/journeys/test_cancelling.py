"""Stopping a run: by the card's menu or the word, by whoever may, while it waits and while a tool hangs."""

from __future__ import annotations

from bot.agents.testing import call
from bot.approvals.policy import Listed
from tests.agents.responses_server import Answer
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop


async def test_the_menu_of_a_card_cancels_the_run_and_all_its_cards(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1 and web-2")
    first, second = await thread.card("web-1"), await thread.card("web-2")
    await thread.choose("ana", first, "cancel")
    await thread.reply("Cancelled by <@U0ANA>")
    for card in (first, second):
        card = await thread.turned(card, "Cancelled by <@U0ANA>")
        assert card.labels == []
    assert house.fleet.service("web-1").restarts == 0
    await thread.is_quiet()


async def test_the_word_cancels_the_run(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.say("ana", "@assent Cancel")
    await thread.reply("Cancelled by <@U0ANA>")
    await thread.turned(card, "Cancelled by")
    await thread.is_quiet()


async def test_who_may_approve_may_cancel_and_nobody_else(houses: Houses) -> None:
    house = await houses.open(approvers=Listed(groups=("oncall",)))
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.choose("ada", card, "cancel")
    assert "Only the requester or members of @oncall may cancel this run" in (await thread.hears("ada"))[-1]
    await thread.say("gus", "@assent cancel")
    assert "Guests cannot cancel a run" in (await thread.hears("gus"))[-1]
    assert (await thread.now(card)).labels == card.labels
    await thread.say("ben", "@assent cancel")
    await thread.reply("Cancelled by <@U0BEN>")
    await thread.is_quiet()


async def test_a_tool_that_hangs_is_given_its_time_and_then_named(houses: Houses) -> None:
    workshop = Workshop()
    house = await houses.open(workshop.served, answers=[asks_for(call("slow_deploy", {"to": "blue"}))])
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.approve("ben", card)
    await workshop.begun.wait()
    await thread.say("ana", "@assent cancel")
    said = await thread.reply("Cancelled by <@U0ANA>")
    assert "slow_deploy" in said
    assert "whether they were carried out is not known" in said
    await thread.turned(card, "whether it was carried out is not known")
    assert workshop.done == []
    assert house.times_asked == 1
    await thread.is_quiet()


async def test_a_tool_that_ends_within_its_time_is_done(houses: Houses) -> None:
    workshop = Workshop()
    calls = asks_for(call("slow_deploy", {"to": "blue"}), call("deploy", {"to": "green"}, call_id="call_2"))
    house = await houses.open(workshop.served, answers=[calls])
    thread = await house.say("ana", "@assent deploy to both")
    blue, green = await thread.card("blue"), await thread.card("green")
    await thread.approve("ben", blue)
    await workshop.begun.wait()
    await thread.choose("ana", green, "cancel")
    await thread.turned(green, "Cancelled by")
    workshop.hold.set()
    await thread.reply("Cancelled by <@U0ANA>")
    await thread.turned(blue, "Done in")
    assert workshop.done == ["blue"]
    await thread.is_quiet()


async def test_a_cancelled_conversation_goes_on_with_its_history_paired(houses: Houses) -> None:
    workshop = Workshop()
    house = await houses.open(workshop.served, answers=[asks_for(call("deploy", {"to": "blue"})), says("Here.")])
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.choose("ana", card, "cancel")
    await thread.reply("Cancelled by")
    await thread.say("ana", "@assent are you there?")
    await thread.reply("Here.")
    read = house.read_by_model(1)
    assert [item.get("type") for item in read] == [None, "function_call", "function_call_output", None]
    assert "was cancelled" in read[2]["output"]
    await thread.is_quiet()


async def test_a_model_that_thinks_for_long_is_stopped_at_once(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[Answer(hang=True)])
    thread = await house.say("ana", "@assent hello")

    async def asked() -> bool:
        return house.times_asked == 1

    await house.driver.until(asked)
    await thread.say("ana", "@assent cancel")
    await thread.reply("Cancelled by <@U0ANA>")
    await thread.is_quiet()


async def test_what_was_said_to_a_cancelled_run_begins_the_next(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[asks_for(call("deploy", {"to": "blue"})), says("Here.")])
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.say("ben", "@assent are you there?")
    await thread.reply("I am waiting for a decision")
    await thread.choose("ana", card, "cancel")
    await thread.reply("Cancelled by <@U0ANA>")
    await thread.reply("Here.")
    assert house.read_by_model(1)[-1]["content"] == "are you there?"
    await thread.is_quiet()


async def test_there_may_be_nothing_to_cancel(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent what is running?")
    await thread.reply("list services")
    await thread.is_quiet()
    await thread.say("ana", "@assent cancel")
    assert "There is nothing to cancel here" in (await thread.hears("ana"))[-1]
    await thread.is_quiet()
