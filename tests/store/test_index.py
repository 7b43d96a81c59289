"""Nothing recorded is forgotten, whatever falls between a record and its look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.client import Client
from bot.store.clock import milliseconds, now
from bot.store.index import AT_ONCE, Index
from bot.store.thread import Thread
from tests.store.until import until

LATER = timedelta(hours=1)


async def test_a_thread_is_due_when_its_time_has_come_and_stays_due_until_it_is_put_off(client: Client, thread: Thread):
    index = Index(client)
    await index.lower(thread, after=LATER)
    assert await index.due(10) == []

    read = await index.lower(thread, after=AT_ONCE)
    assert await index.due(10) == [thread]
    assert await index.due(10) == [thread]

    assert await index.put_off(thread, until=None, read=read)
    assert await index.due(10) == []
    assert await index.read(thread) is None


async def test_a_look_is_lowered_and_never_raised_by_lowering(client: Client, thread: Thread):
    index = Index(client)
    soon = await index.lower(thread, after=timedelta(seconds=30))
    assert await index.lower(thread, after=LATER) < soon


async def test_a_look_that_was_noted_since_the_thread_was_read_is_not_put_off(client: Client, thread: Thread):
    index = Index(client)
    read = await index.lower(thread, after=AT_ONCE)
    await index.lower(thread, after=AT_ONCE)
    assert not await index.put_off(thread, until=None, read=read)

    read = await index.read(thread)
    assert read
    await index.lower(thread, after=LATER)  # even one that changes nothing about when
    assert not await index.put_off(thread, until=await now(client) + LATER, read=read)
    assert await index.due(10) == [thread]


async def test_a_record_wakes_its_thread_at_once(client: Client, thread: Thread):
    index = Index(client)
    async with index.recording(thread):
        assert await index.due(10) == []
    assert await index.due(10) == [thread]
    assert await client.command("ZCARD", "assent:index") == 1


async def test_a_record_is_found_though_a_look_before_it_found_nothing_and_its_listener_died(
    client: Client, thread: Thread
):
    index = Index(client)
    read = await index.lower(thread, after=AT_ONCE)

    async def record() -> None:
        async with index.recording(thread):
            assert await index.put_off(thread, until=None, read=read)
            raise ConnectionAbortedError("the listener dies right after its record")

    with pytest.raises(ConnectionAbortedError):
        await record()

    async def found() -> bool:
        return await index.due(10) == [thread]

    await until(found)
    assert await index.due(10) == [thread], "and the look stays until it is put off"


async def test_a_promise_that_comes_due_moves_a_look_that_a_holder_is_about_to_put_off(client: Client, thread: Thread):
    index = Index(client)
    read = await index.lower(thread, after=AT_ONCE)
    past = milliseconds(await now(client)) - 1
    await client.command("ZADD", "assent:index", past, f"{thread}#promised")
    assert await index.due(10) == [thread]
    assert not await index.put_off(thread, until=None, read=read)


async def test_those_that_waited_longest_come_first(client: Client):
    index = Index(client)
    threads = [Thread("T1", "C1", f"{number}.0") for number in range(5)]
    for thread in threads:
        await index.lower(thread, after=AT_ONCE)
        await client.command("ZINCRBY", "assent:index", -1000 * (10 - len(await index.due(10))), str(thread))
    assert await index.due(2) == threads[:2]
    assert await index.due(10) == threads
