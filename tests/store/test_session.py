"""A session in Redis: its keys, and commands whose answers are lost."""

from __future__ import annotations

import pytest

from bot.agents.record.plain import Item
from bot.agents.sessions.append import append
from bot.agents.sessions.interface import Entry
from bot.store.client import Client, worker_client
from bot.store.errors import StoreUnavailable
from bot.store.session import RedisSession
from tests.store.lossy import lossy_wire

IDS = ["", "s1", "a b", "a:b", "}", "{", "{}", "a}b", "%7D", "ü \U0001f600", "*", "x" * 1000]


def user(text: str) -> Item:
    return {"role": "user", "content": text}


def entries(*texts: str) -> list[Entry]:
    return [Entry(f"r_1/{text}", user(text)) for text in texts]


async def texts(session: RedisSession) -> list[object]:
    return [item["content"] for item in await session.get_items()]


async def test_any_text_names_a_session_whose_keys_lie_in_one_slot(client: Client) -> None:
    for id in IDS:
        await append(RedisSession(client, id), entries(id), again=False)
    for id in IDS:
        assert await texts(RedisSession(client, id)) == [id]
    tags = [key[key.index("{") + 1 : key.index("}")] async for key in client.keys("assent:sessions:*")]
    assert len(tags) == 2 * len(IDS)
    assert len(set(tags)) == len(IDS)
    assert "" not in tags


async def test_a_session_is_kept_without_an_end_and_cleared_without_a_trace(client: Client) -> None:
    session = RedisSession(client, "s1")
    await append(session, entries("1", "2"), again=False)
    assert [await client.command("PTTL", key) async for key in client.keys("assent:*")] == [-1, -1]
    await session.clear_session()
    assert [key async for key in client.keys("assent:*")] == []


async def test_what_is_written_without_names_leaves_none_for_long(client: Client) -> None:
    session = RedisSession(client, "s1")
    await session.add_items([user("1")])
    await session.pop_item()
    assert all([0 < await client.command("PTTL", key) <= 60_000 async for key in client.keys("*:attempts:*")])


async def test_a_write_whose_answers_are_lost_is_one_write(client: Client, redis_url: str) -> None:
    async with lossy_wire(redis_url) as wire:
        lossy = worker_client(wire.url)
        session = RedisSession(lossy, "s1")
        for change in (
            session.add_items([user("1"), user("1")]),
            append(session, entries("2", "3"), again=False),
            append(session, entries("2", "3", "4"), again=True),
        ):
            wire.lose_answers(2)
            await change
        assert await texts(RedisSession(client, "s1")) == ["1", "1", "2", "3", "4"]
        wire.lose_answers(2)
        popped = await session.pop_item()
        await lossy.aclose()
    assert wire.lost == 8
    assert popped == user("4")
    assert await texts(RedisSession(client, "s1")) == ["1", "1", "2", "3"]


async def test_what_redis_never_answers_is_told_and_may_be_added_again(client: Client, redis_url: str) -> None:
    async with lossy_wire(redis_url) as wire:
        lossy = worker_client(wire.url)
        wire.lose_answers(10_000)
        with pytest.raises(StoreUnavailable):
            await append(RedisSession(lossy, "s1"), entries("1", "2"), again=False)
        await lossy.aclose()
    await append(RedisSession(client, "s1"), entries("1", "2", "3"), again=True)
    assert await texts(RedisSession(client, "s1")) == ["1", "2", "3"]
