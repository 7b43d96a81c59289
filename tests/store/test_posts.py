"""What stands in a thread is written by one at a time, and never twice without knowing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store.client import Client
from bot.store.clock import moment, now
from bot.store.errors import LeaseLost
from bot.store.posts import Post, Posts
from bot.store.thread import Thread

CARD = "card r_1/t0.c0/1"
LOCKED_UNTIL = f"{CARD}#writer_until"


async def test_a_post_is_noted_step_by_step(client: Client, thread: Thread):
    posts = Posts(client)
    async with posts.writing(thread, CARD) as card:
        assert card
        assert card.post == Post()
        await card.posting()
        assert (await posts.of(thread))[CARD] == Post(posting=True)
        assert await card.posted("5.0")
        await card.shown("digest")
    assert await posts.of(thread) == {CARD: Post(ts="5.0", shown="digest")}

    async with posts.writing(thread, CARD) as card:
        assert card
        assert card.post == Post(ts="5.0", shown="digest")


async def test_of_many_who_would_write_a_post_one_does(client: Client, thread: Thread):
    done = asyncio.Event()
    writing: list[bool] = []

    async def write() -> None:
        async with Posts(client).writing(thread, CARD) as card:
            writing.append(card is not None)
            if len(writing) == 10:
                done.set()
            await done.wait()

    await asyncio.gather(*(write() for _ in range(10)))
    assert sorted(writing) == [False] * 9 + [True]


async def test_other_posts_are_free(client: Client, thread: Thread):
    async with Posts(client).writing(thread, CARD), Posts(client).writing(thread, "reply r_1") as reply:
        assert reply


async def test_who_takes_over_a_post_learns_that_it_may_stand_there(client: Client, thread: Thread):
    posts = Posts(client)
    async with posts.writing(thread, CARD) as dead:
        assert dead
        await dead.posting()
        await client.command("HSET", f"assent:{thread.tag}:posts", LOCKED_UNTIL, 1)
        async with posts.writing(thread, CARD) as card:
            assert card
            assert card.post == Post(posting=True)
            with pytest.raises(LeaseLost):
                await dead.shown("digest")
            with pytest.raises(LeaseLost):
                await dead.posting()
            assert (await posts.of(thread))[CARD].shown is None


async def test_where_a_post_stands_is_known_from_whoever_says_so_first(client: Client, thread: Thread):
    posts = Posts(client)
    async with posts.writing(thread, CARD) as card:
        assert card
        await card.posting()
        assert await posts.adopt(thread, CARD, "5.0") == "5.0"
        assert await posts.of(thread) == {CARD: Post(ts="5.0")}
        assert await card.posted("5.0")
        assert not await card.posted("6.0"), "a second copy"
    assert await posts.adopt(thread, CARD, "7.0") == "5.0"
    assert await posts.of(thread) == {CARD: Post(ts="5.0")}


async def test_what_slack_refused_does_not_stand_there(client: Client, thread: Thread):
    posts = Posts(client)
    at = moment(1_763_964_000_000)
    async with posts.writing(thread, CARD) as card:
        assert card
        await card.posting()
        await card.not_posted()
        await card.wait(at)
    assert await posts.of(thread) == {CARD: Post(not_before=at)}

    async with posts.writing(thread, CARD) as card:
        assert card
        assert await card.posted("5.0")
        await card.shown("digest")
    assert await posts.of(thread) == {CARD: Post(ts="5.0", shown="digest")}


async def test_a_writer_that_dies_holds_a_post_for_a_while_only(client: Client, thread: Thread):
    async with Posts(client).writing(thread, CARD):
        ends: str = await client.command("HGET", f"assent:{thread.tag}:posts", LOCKED_UNTIL)
        assert moment(int(ends)) <= await now(client) + timedelta(seconds=15)
