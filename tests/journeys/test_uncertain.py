"""A call that may have run: nobody repeats it in silence, a person says what is to become of it."""

from __future__ import annotations

from bot.agents.testing import call
from bot.slack.modals import OUTCOME
from bot.workspace.seen import Message
from tests.journeys.conversation import Conversation
from tests.journeys.house import House, Houses, asks_for, says
from tests.journeys.tools import Workshop


async def test_run_again_carries_it_out_once_more(houses: Houses) -> None:
    workshop = Workshop()
    house, thread, card = await _broken_off(houses, workshop, "shaky_deploy")
    assert "May have run: shaky_deploy" in card.visible
    assert card.labels[:3] == ["Run again", "Mark as done", "Reject"]
    await thread.click("ben", card, "Run again")
    await thread.reply("So it is.")
    await thread.turned(card, "Sent to run again by <@U0BEN>", "Done in")
    assert workshop.done == ["blue", "blue"]
    assert house.read_by_model(1)[-1]["output"] == "deployed to blue after all"
    await thread.is_quiet()


async def test_mark_as_done_tells_the_model_what_came_of_it(houses: Houses) -> None:
    workshop = Workshop()
    house, thread, card = await _broken_off(houses, workshop, "shaky_deploy")
    await thread.click("ben", card, "Mark as done")
    form = await thread.form("ben")
    empty = await house.driver.submit("ben", form.id, {})
    assert not empty.sent
    sent = await house.driver.submit("ben", form.id, {OUTCOME: {OUTCOME: "Blue runs version 7"}})
    assert sent.closed
    await thread.reply("So it is.")
    await thread.turned(card, "Marked as done by <@U0BEN>", "Blue runs version 7")
    assert "Blue runs version 7" in house.read_by_model(1)[-1]["output"]
    assert workshop.done == ["blue"]
    await thread.is_quiet()


async def test_reject_lets_the_agent_do_without_it(houses: Houses) -> None:
    workshop = Workshop()
    house, thread, card = await _broken_off(houses, workshop, "shaky_deploy")
    await thread.reject("ben", card, "Leave it now")
    await thread.reply("So it is.")
    await thread.turned(card, "Rejected by <@U0BEN>", "Leave it now")
    assert "Leave it now" in house.read_by_model(1)[-1]["output"]
    assert workshop.done == ["blue"]
    await thread.is_quiet()


async def test_a_tool_that_does_not_end_in_its_time_is_asked_about(houses: Houses) -> None:
    workshop = Workshop()
    _, thread, card = await _broken_off(houses, workshop, "late_deploy")
    await thread.reject("ben", card)
    await thread.reply("So it is.")
    assert workshop.done == ["blue"]
    await thread.is_quiet()


async def test_what_breaks_off_again_is_asked_about_again_with_a_card_of_its_own(houses: Houses) -> None:
    workshop = Workshop(breaks=2)
    _, thread, card = await _broken_off(houses, workshop, "shaky_deploy")
    await thread.click("ben", card, "Run again")
    await thread.turned(card, "Sent to run again by", "whether it was carried out is not known")
    again = await thread.card(button="Run again")
    assert again.ts != card.ts
    await thread.click("chloe", again, "Run again")
    await thread.reply("So it is.")
    assert workshop.done == ["blue"] * 3
    assert len(await thread.cards()) == 3
    await thread.is_quiet()


async def test_the_old_approval_counts_for_no_second_run(houses: Houses) -> None:
    """A click on the card of the round before is told, and starts nothing."""
    workshop = Workshop()
    _, thread, card = await _broken_off(houses, workshop, "shaky_deploy")
    [first] = [one for one in await thread.cards() if one.ts != card.ts]
    value = card.button("Run again").value.split(":")
    old = ":".join([*value[:-3], "1", *value[-2:]])
    await thread.driver.click("ben", first, "assent:approve", old, forge=True)
    assert await thread.hears("ben")
    assert workshop.done == ["blue"]
    await thread.choose("ana", card, "cancel")
    said = await thread.reply("Cancelled by <@U0ANA>")
    assert "shaky_deploy" in said
    await thread.is_quiet()


async def test_what_waited_with_it_is_not_lost(houses: Houses) -> None:
    workshop = Workshop()
    both = asks_for(call("shaky_deploy", {"to": "blue"}), call("deploy", {"to": "green"}, call_id="call_2"))
    house = await houses.open(workshop.served, answers=[both, says("Both done.")])
    thread = await house.say("ana", "@assent deploy to both")
    blue, green = await thread.card("blue"), await thread.card("green")
    await thread.approve("ben", blue)
    again = await thread.card("blue", button="Run again")
    await thread.approve("ben", green)
    await thread.turned(green, "Done in")
    assert house.times_asked == 1
    await thread.click("ben", again, "Run again")
    await thread.reply("Both done.")
    assert workshop.done == ["blue", "green for ana", "blue"]
    await thread.is_quiet()


async def _broken_off(houses: Houses, workshop: Workshop, tool: str) -> tuple[House, Conversation, Message]:
    """A call that was approved and broke off, with the card that asks about it."""
    house = await houses.open(workshop.served, answers=[asks_for(call(tool, {"to": "blue"})), says("So it is.")])
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.approve("ben", card)
    again = await thread.card(button="Run again")
    await thread.turned(card, "Approved by <@U0BEN>", "whether it was carried out is not known")
    assert house.times_asked == 1
    return house, thread, again
