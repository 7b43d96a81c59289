"""The global lists may be lost: the next start makes them anew from the threads."""

from __future__ import annotations

from datetime import timedelta

from bot.store import keys
from bot.store.pending import Pending
from bot.store.rebuild import rebuild
from bot.store.runs import Runs
from bot.store.thread import Thread
from tests.journeys.house import Houses
from tests.slack.people import OPS, TEAM
from tests.store.until import until
from tests.worker.kept import keep_a_message


async def test_a_start_finds_what_waits_and_what_nobody_has_taken_though_the_lists_are_lost(houses: Houses) -> None:
    house = await houses.open(expires_for=timedelta(seconds=10))
    conversation = await house.say("ana", "@assent restart web-1")
    await conversation.card()
    await conversation.rests()
    await house.bot.stop()
    await keep_a_message(house.store, unread := Thread(TEAM, OPS, "1700000000.000100"))
    await house.store.command("DEL", keys.INDEX, keys.PENDING)

    await house.bot.start()

    async def found() -> bool:
        waiting = [one.thread for one in await Pending(house.store).oldest()]
        return conversation.thread in waiting and await Runs(house.store).find(unread) is not None

    await until(found)
    await conversation.reply("Nobody decided")
    await conversation.is_quiet()


async def test_a_start_looks_at_no_thread_that_rests(houses: Houses) -> None:
    house = await houses.open()
    conversation = await house.say("ana", "@assent restart web-1")
    await conversation.approve("ben", await conversation.card())
    await conversation.reply("web-1 was restarted")
    await conversation.is_quiet()
    await house.bot.stop()
    assert await rebuild(house.store) == 0
    await house.store.command("SET", "assent:{no thread}:run", "of somebody else")
    await house.store.command("PERSIST", keys.run(conversation.thread))
    assert await rebuild(house.store) == 1
