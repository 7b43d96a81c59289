"""What people say while a run goes, waits or is over; and what the bot says back."""

from __future__ import annotations

import asyncio

from bot.agents.testing import call
from tests.journeys.conversation import PATIENCE, Conversation
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop


async def test_a_message_while_a_call_waits_is_kept_and_read_before_the_next_answer(houses: Houses) -> None:
    workshop = Workshop()
    house = await houses.open(workshop.served, answers=[asks_for(call("deploy", {"to": "blue"})), says("Both noted.")])
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.say("ben", "@assent and tell me when")
    await thread.reply("I am waiting for a decision. I will take this into account")
    assert house.times_asked == 1
    await thread.approve("ben", card)
    await thread.reply("Both noted.")
    read = house.read_by_model(1)
    assert [item.get("type") for item in read] == [None, "function_call", "function_call_output", None]
    assert read[-1]["content"] == "and tell me when"
    assert house.times_asked == 2
    await thread.is_quiet()


async def test_messages_while_a_call_runs_enter_the_run_in_their_order(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("slow_deploy", {"to": "blue"})), says("All noted.")]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card()
    await thread.approve("ben", card)
    await thread.turned(card, "Running…")
    for number in ("one", "two", "three"):
        await thread.say("ana", f"@assent and {number}")
    await _is_told_of(3, thread)
    await thread.say("ana", "@assent and four")
    await _is_told_of(4, thread)
    workshop.hold.set()
    await thread.reply("All noted.")
    said = [item["content"] for item in house.read_by_model(1) if item.get("role") == "user"]
    assert said == ["deploy to blue", "and one", "and two", "and three", "and four"]
    await thread.is_quiet()


async def test_what_comes_too_late_for_a_run_begins_the_next(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[says("First."), says("Second.")])
    thread = await house.say("ana", "@assent one")
    await thread.reply("First.")
    await thread.say("ben", "@assent two")
    await thread.reply("Second.")
    assert [item["content"] for item in house.read_by_model(1) if item.get("role") == "user"] == ["one", "two"]
    assert any(item.get("role") == "assistant" for item in house.read_by_model(1))
    await thread.is_quiet()


async def test_a_direct_message_is_one_conversation(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[says("First."), says("Second.")])
    direct = await house.write_directly("ana", "one")
    await direct.reply("First.")
    await direct.say("ana", "two")
    await direct.reply("Second.")
    assert [item["content"] for item in house.read_by_model(1) if item.get("role") == "user"] == ["one", "two"]
    await direct.is_quiet()


async def test_other_threads_are_other_conversations(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[says("First."), says("Second.")])
    await (await house.say("ana", "@assent one")).reply("First.")
    await (await house.say("ana", "@assent two")).reply("Second.")
    assert [item["content"] for item in house.read_by_model(1)] == ["two"]


async def test_each_tool_acts_as_the_one_whose_message_it_follows(houses: Houses) -> None:
    workshop = Workshop()
    answers = [
        asks_for(call("deploy", {"to": "blue"})),
        asks_for(call("deploy", {"to": "green"}, call_id="call_2")),
        says("Both done."),
    ]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent deploy to blue")
    blue = await thread.card("blue")
    await thread.say("ben", "@assent and to green")
    await thread.approve("chloe", blue)
    await thread.approve("chloe", await thread.card("green"))
    await thread.reply("Both done.")
    assert workshop.done == ["blue for ana", "green for ben"]
    assert {"ana", "ben"} <= set(workshop.contexts)
    await thread.is_quiet()


async def test_many_threads_at_once_keep_apart(houses: Houses) -> None:
    house = await houses.open()
    threads = [await house.say("ana", f"@assent scale api to {replicas}") for replicas in range(6, 16)]
    cards = await asyncio.gather(*(thread.card() for thread in threads))
    await asyncio.gather(*(thread.approve("ben", card) for thread, card in zip(threads, cards, strict=True)))
    said = await asyncio.gather(*(thread.reply("scale api to") for thread in threads))
    assert [f"to {replicas} replicas" in one for one, replicas in zip(said, range(6, 16), strict=True)] == [True] * 10


async def test_the_bot_shows_what_it_does_while_that_lasts(houses: Houses) -> None:
    workshop = Workshop()
    answers = [asks_for(call("slow_deploy", {"to": "blue"})), says("Deployed.")]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent deploy to blue")
    await thread.approve("ben", await thread.card())

    async def shown() -> bool:
        seen = await house.driver.thread(thread.posted.channel, thread.posted.thread_ts, "ana")
        return seen.status is not None and seen.status.text == "is running slow_deploy…"

    await house.driver.until(shown, within=PATIENCE)
    workshop.hold.set()
    await thread.reply("Deployed.")
    assert not await shown()
    await thread.is_quiet()


async def test_an_answer_is_markdown_and_mentions_nobody_whom_the_model_made_up(houses: Houses) -> None:
    text = "**Done**, see `web-1`. <!channel> <@U0BEN> <!subteam^S0ONCALL> <#C0OPS> @here @channel"
    house = await houses.open(Workshop().served, answers=[says(text)])
    thread = await house.say("ana", "@assent hello")
    assert "**Done**" in await thread.reply("web-1")
    [answer] = [one for one in await thread.seen_by("ana") if "web-1" in one.visible]
    assert [block["type"] for block in answer.blocks] == ["markdown"]
    for live in ("<!channel>", "<@U0BEN>", "<!subteam^S0ONCALL>", "<#C0OPS>", "<!here>"):
        assert live not in answer.visible
        assert live not in answer.text
    await thread.is_quiet()


async def test_a_long_answer_comes_in_several_messages_in_order(houses: Houses) -> None:
    text = "\n\n".join(f"Paragraph {number}: {'word ' * 60}" for number in range(120))
    house = await houses.open(Workshop().served, answers=[says(text)])
    thread = await house.say("ana", "@assent tell me all")
    await thread.reply("Paragraph 119:")
    await thread.is_quiet()
    said = await thread.said()
    assert len(said) > 2
    whole = "\n".join(said)
    places = [whole.index(f"Paragraph {number}:") for number in range(120)]
    assert places == sorted(places)


async def test_a_model_that_says_nothing_is_told_as_that(houses: Houses) -> None:
    house = await houses.open(Workshop().served, answers=[says("")])
    thread = await house.say("ana", "@assent hello")
    await thread.reply("finished and said nothing")
    await thread.is_quiet()


async def _is_told_of(messages: int, thread: Conversation) -> None:
    """Wait until the thread says of so many messages that they are kept."""

    async def look() -> bool:
        return len([one for one in await thread.said() if "I am still at work" in one]) == messages

    await thread.driver.until(look, within=PATIENCE)
