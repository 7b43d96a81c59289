"""The bot is stopped and started again in the midst of things: what waited still waits, what ran is not run twice."""

from __future__ import annotations

from datetime import timedelta

from bot.agents.testing import call
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop


async def test_a_click_while_the_bot_is_away_warns_and_the_next_one_counts(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await house.bot.stop()
    button = card.button("Approve")
    lost = await house.driver.click("ben", card, button.action_id)
    assert not lost.acked
    assert lost.warning
    await house.bot.start()
    await thread.approve("ben", card)
    await thread.reply("web-1 was restarted")
    await thread.is_quiet()
    assert house.fleet.service("web-1").restarts == 1


async def test_a_call_that_ends_in_its_grace_is_kept_and_the_run_goes_on_afterwards(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("slow_deploy", {"to": "blue"})), says("Blue runs.")]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.approve("ben", card)
    await workshop.begun.wait()
    house.bot.tell_to_stop()
    workshop.hold.set()
    await house.restart()
    await thread.reply("Blue runs.")
    await thread.turned(card, "Done in")
    assert workshop.done == ["blue"]
    await thread.is_quiet()


async def test_a_call_that_outlives_its_grace_is_asked_about(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("slow_deploy", {"to": "blue"})), says("Blue runs.")]
    house = await houses.open(workshop.served, answers=answers, shuts_down_in=timedelta(seconds=0.2))
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.approve("ben", card)
    await workshop.begun.wait()
    await house.restart()
    again = await thread.card("May have run", button="Run again")
    assert workshop.done == []
    workshop.hold.set()
    await thread.click("ben", again, "Run again")
    await thread.reply("Blue runs.")
    assert workshop.done == ["blue"]
    await thread.is_quiet()


async def test_a_conversation_goes_on_after_a_restart(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[says("First."), says("Second.")])
    thread = await house.say("ana", "@assent one")
    await thread.reply("First.")
    await house.restart()
    await thread.say("ana", "@assent two")
    await thread.reply("Second.")
    assert [item["content"] for item in house.read_by_model(1) if item.get("role") == "user"] == ["one", "two"]
    await thread.is_quiet()
