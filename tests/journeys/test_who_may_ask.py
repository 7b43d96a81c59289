"""Who may ask, and where: whoever may not is told so once in a thread, and nothing begins."""

from __future__ import annotations

import pytest

from bot.approvals.policy import Listed
from tests.journeys.conversation import Conversation
from tests.journeys.house import House, Houses

CANNOT = "cannot ask me to do things"


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("gus", f"Guests {CANNOT}"),
        ("eve", f"People from outside this workspace {CANNOT}"),
        ("robo", f"Bots and apps {CANNOT}"),
    ],
)
async def test_who_is_no_full_member_starts_nothing_and_is_told_once(who: str, why: str, houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say(who, "@assent restart web-1", forge=True)
    await thread.reply(why)
    await thread.say(who, "@assent restart web-2", forge=True)
    await _has_heard_everything(house)
    assert len(await thread.said()) == 1
    await _nothing_began(thread)


async def test_only_the_listed_may_ask(houses: Houses) -> None:
    house = await houses.open(requesters=Listed(groups=("oncall",)))
    thread = await house.say("ana", "@assent restart web-1")
    await thread.reply("ASSENT_REQUESTERS")
    await _nothing_began(thread)
    thread = await house.say("ben", "@assent restart web-1")
    await thread.card()


async def test_only_in_listed_channels_may_anybody_ask(houses: Houses) -> None:
    house = await houses.open(channels=frozenset({"C0GENERAL"}))
    thread = await house.say("ana", "@assent restart web-1")
    await thread.reply("ASSENT_CHANNELS")
    await _nothing_began(thread)
    thread = await house.say("ana", "@assent restart web-1", channel="general")
    await thread.card()
    direct = await house.write_directly("ana", "restart web-1")
    await direct.reply("ASSENT_CHANNELS")
    await _nothing_began(direct)


async def test_what_a_guest_says_into_somebodys_run_does_not_enter_it(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.say("gus", "@assent restart db-1")
    await thread.reply(f"Guests {CANNOT}")
    await thread.approve("ben", card)
    assert "db-1" not in await thread.reply("web-1 was restarted")
    assert house.fleet.service("db-1").restarts == 0
    await thread.is_quiet()


async def test_a_message_without_a_mention_is_not_for_the_bot(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "restart web-1")
    await _has_heard_everything(house)
    assert await thread.said() == []
    await _nothing_began(thread)


async def test_a_mention_alone_is_answered_with_what_to_do(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent")
    await thread.reply("say what you would like me to do")
    await _nothing_began(thread)


async def test_an_event_that_slack_tells_twice_is_one_request(houses: Houses) -> None:
    house = await houses.open()
    await house.fault(kind="duplicate", method="events_api", times=3)
    thread = await house.say("ana", "@assent restart web-1")
    await thread.approve("ben", await thread.card())
    await thread.reply("web-1 was restarted")
    await _has_heard_everything(house)
    await thread.is_quiet()
    assert len(await thread.cards()) == 1
    assert house.fleet.service("web-1").restarts == 1


async def test_an_event_that_did_not_arrive_in_time_is_told_again(houses: Houses) -> None:
    house = await houses.open()
    await house.fault(kind="timeout", method="events_api", times=1)
    thread = await house.say("ana", "@assent restart web-1")
    await thread.approve("ben", await thread.card())
    await thread.reply("web-1 was restarted")
    assert len(await thread.cards()) == 1
    assert house.fleet.service("web-1").restarts == 1


async def _has_heard_everything(house: House) -> None:
    """Wait until the bot has acked all that Slack told it."""

    async def look() -> bool:
        return all(entry.acked for entry in await house.driver.log() if entry.type == "events_api")

    await house.driver.until(look)


async def _nothing_began(thread: Conversation) -> None:
    await thread.is_quiet()
    assert await thread.requests() == []
    assert await thread.cards() == []
