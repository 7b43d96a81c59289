"""What ends by itself: requests that nobody decides, runs that use up their turns, answers with too many calls."""

from __future__ import annotations

from datetime import timedelta

from bot.agents.testing import call
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop

SOON = timedelta(seconds=2)


async def test_a_request_that_nobody_decides_expires_and_model_and_thread_are_told(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("deploy", {"to": "blue"})), says("Then not.")]
    house = await houses.open(workshop.served, answers=answers, expires_for=SOON)
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.reply("<@U0ANA> Nobody decided on `deploy` in time")
    await thread.reply("Then not.")
    assert "Nobody decided on this call in time" in house.read_by_model(1)[-1]["output"]
    card = await thread.turned(card, "Expired", "nobody had decided")
    assert card.labels == []
    assert workshop.done == []
    await thread.is_quiet()


async def test_a_click_on_what_has_expired_is_told_so(houses: Houses) -> None:
    house = await houses.open(expires_for=SOON)
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.turned(card, "Expired")
    assert "expired" in await thread.refused("ben", card)
    await thread.reply("restart web-1")
    await thread.is_quiet()
    assert house.fleet.service("web-1").restarts == 0


async def test_a_request_expires_though_the_bot_was_away(houses: Houses) -> None:
    house = await houses.open(expires_for=SOON)
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await house.restart()
    await thread.turned(card, "Expired")
    await thread.reply("restart web-1")
    await thread.is_quiet()


async def test_what_became_of_a_call_is_left_open_when_nobody_says_it_in_time(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("shaky_deploy", {"to": "blue"})), says("Nobody knows.")]
    house = await houses.open(workshop.served, answers=answers, expires_for=SOON)
    thread = await house.say("ana", "@assent deploy to blue")
    await thread.approve("ben", await thread.card())
    card = await thread.card(button="Run again")
    await thread.reply("Nobody knows.")
    await thread.turned(card, "Expired", "whether it was carried out is not known")
    assert workshop.done == ["blue"]
    output = house.read_by_model(1)[-1]["output"]
    assert "not known" in output
    await thread.is_quiet()


async def test_at_its_limit_of_turns_a_run_asks_whether_to_go_on(houses: Houses) -> None:
    workshop = Workshop()
    looks = [asks_for(call("look", call_id=f"call_{number}")) for number in range(3)]
    house = await houses.open(workshop.served, answers=[*looks, says("All is well.")], max_turns=2)
    thread = await house.say("ana", "@assent look around")
    card = await thread.card(button="Continue")
    assert "The run has used all its turns" in card.visible
    assert house.times_asked == 2
    await thread.click("ana", card, "Continue")
    await thread.reply("All is well.")
    await thread.turned(card, "Continued by <@U0ANA>")
    assert workshop.done == ["look"] * 3
    await thread.is_quiet()


async def test_a_run_at_its_limit_may_be_stopped(houses: Houses) -> None:
    workshop = Workshop()
    looks = [asks_for(call("look", call_id=f"call_{number}")) for number in range(3)]
    house = await houses.open(workshop.served, answers=looks, max_turns=2)
    thread = await house.say("ana", "@assent look around")
    card = await thread.card(button="Stop")
    await thread.click("ben", card, "Stop")
    await thread.turned(card, "Stopped by <@U0BEN>")
    await thread.is_quiet()
    assert house.times_asked == 2
    assert len(await thread.said()) == 1


async def test_the_limit_expires_like_a_request(houses: Houses) -> None:
    looks = [asks_for(call("look", call_id=f"call_{number}")) for number in range(3)]
    house = await houses.open(Workshop().served, answers=looks, max_turns=2, expires_for=SOON)
    thread = await house.say("ana", "@assent look around")
    card = await thread.card(button="Stop")
    card = await thread.turned(card, "Expired")
    assert card.labels == []
    await thread.is_quiet()
    assert house.times_asked == 2


async def test_more_than_twenty_calls_at_once_are_an_error_for_the_model(houses: Houses) -> None:
    workshop = Workshop()
    many = asks_for(*(call("deploy", {"to": str(number)}, call_id=f"call_{number}") for number in range(21)))
    house = await houses.open(workshop.served, answers=[many, says("Fewer, then.")])
    thread = await house.say("ana", "@assent deploy everywhere")
    await thread.reply("Fewer, then.")
    outputs = [item["output"] for item in house.read_by_model(1) if "output" in item]
    assert len(outputs) == 21
    assert all("at most 20 calls" in output for output in outputs)
    assert await thread.cards() == []
    assert workshop.done == []
    await thread.is_quiet()


async def test_twenty_calls_have_twenty_cards_in_their_order(houses: Houses) -> None:
    workshop = Workshop()
    many = asks_for(*(call("deploy", {"to": f"place-{number}!"}, call_id=f"call_{number}") for number in range(20)))
    house = await houses.open(workshop.served, answers=[many, says("Nowhere, then.")])
    thread = await house.say("ana", "@assent deploy everywhere")
    await thread.card("place-19!")
    cards = await thread.cards()
    assert [f"place-{number}!" in card.visible for number, card in enumerate(cards)] == [True] * 20
    await thread.choose("ana", cards[7], "cancel")
    await thread.reply("Cancelled by")
    await thread.is_quiet()
    assert all(card.labels == [] for card in await thread.cards())


async def test_a_rejected_call_that_is_asked_for_again_gets_the_same_answer_without_a_card(houses: Houses) -> None:
    workshop = Workshop()
    again = [asks_for(call("deploy", {"to": "blue"}, call_id=f"call_{number}")) for number in range(3)]
    house = await houses.open(workshop.served, answers=[*again, says("I give up.")])
    thread = await house.say("ana", "@assent deploy to blue, whatever they say")
    await thread.reject("ben", await thread.card(), "Blue is closed")
    await thread.reply("I give up.")
    outputs = [item["output"] for item in house.read_by_model(3) if "output" in item]
    assert outputs == ["Blue is closed"] * 3
    assert len(await thread.cards()) == 1
    assert workshop.done == []
    await thread.is_quiet()


async def test_the_same_call_in_a_later_run_is_asked_about_anew(houses: Houses) -> None:
    workshop = Workshop()
    first = [asks_for(call("deploy", {"to": "blue"})), says("Not now.")]
    second = [asks_for(call("deploy", {"to": "blue"}, call_id="call_2")), says("Now.")]
    house = await houses.open(workshop.served, answers=[*first, *second])
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.reject("ben", card, "Not yet")
    await thread.reply("Not now.")
    await thread.say("ana", "@assent and now?")
    await thread.approve("ben", await thread.card())
    await thread.reply("Now.")
    assert workshop.done == ["blue for ana"]
    await thread.is_quiet()
