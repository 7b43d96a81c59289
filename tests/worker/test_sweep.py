"""The sweep finds what nobody was woken for, whatever else cannot be read."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds, now
from bot.store.pending import alive_at
from bot.store.runs import Runs
from bot.store.thread import Thread
from tests.journeys.house import House, Houses
from tests.slack.people import OPS, TEAM
from tests.store.until import until
from tests.worker.kept import keep_a_message

NO_ADDRESS = "an entry that is no thread's"


async def test_a_request_that_cannot_be_read_stops_neither_the_sweep_nor_the_heartbeat(houses: Houses) -> None:
    house = await houses.open()
    conversation = await house.say("ana", "@assent restart web-1")
    await conversation.card()
    await conversation.rests()
    await house.bot.stop()
    await as_a_newer_version_would_write_it(house.store, conversation.thread)
    gap = await now(house.store) - timedelta(minutes=10)
    await house.store.command("SET", keys.ALIVE, milliseconds(gap))

    await house.bot.start()
    await finds_what_nobody_was_woken_for(house)
    alive = await alive_at(house.store)
    assert alive
    assert alive > gap + timedelta(minutes=5)


async def test_entries_that_are_no_threads_are_dropped_and_the_rest_is_looked_at(houses: Houses) -> None:
    house = await houses.open()
    await house.bot.stop()
    for listed in (keys.INDEX, keys.PENDING):
        await house.store.command("ZADD", listed, 1, NO_ADDRESS)
    gap = await now(house.store) - timedelta(minutes=10)
    await house.store.command("SET", keys.ALIVE, milliseconds(gap))

    await house.bot.start()
    await finds_what_nobody_was_woken_for(house)
    for listed in (keys.INDEX, keys.PENDING):
        assert await house.store.command("ZSCORE", listed, NO_ADDRESS) is None


async def finds_what_nobody_was_woken_for(house: House) -> None:
    """A message is kept, its listener dies before it wakes anybody, and its run begins all the same."""
    await keep_a_message(house.store, thread := Thread(TEAM, OPS, "1700000000.000100"))

    async def begun() -> bool:
        return await Runs(house.store).find(thread) is not None

    await until(begun, within=10)


async def as_a_newer_version_would_write_it(store: Client, thread: Thread) -> None:
    where = keys.requests(thread)
    [name] = await store.command("HKEYS", where)
    request = json.loads(await store.command("HGET", where, name)) | {"quorum": 2}
    await store.command("HSET", where, name, json.dumps(request))
