"""A post is looked for after a lost answer: found, known not to stand there, or too far away to tell."""

from __future__ import annotations

import asyncio

import pytest

from bot.slack.api import Answered
from bot.slack.clients import Clients
from bot.slack.finding import CannotLook, find_post, post_metadata
from bot.store.thread import DIRECT, Thread
from bot.workspace.driver import Driver
from tests.slack.people import BOT, OPS, TEAM

NAME = "card r_1/t0.c0/1"
PAGE = 2
"""Messages that are read at a time, so that few make a long thread."""


@pytest.mark.parametrize(("before", "found"), [(7, True), (30, False)])
async def test_it_is_found_in_a_long_thread_or_said_to_be_too_far_away(
    before: int, found: bool, driver: Driver, clients: Clients
) -> None:
    asked = await driver.say("ana", "#ops", "please")
    thread = Thread(TEAM, OPS, asked.ts)
    await _talk(driver, thread, before)
    ts = await _post(clients, thread)
    if found:
        assert await find_post(clients.posting, thread, NAME, bot_user=BOT, page=PAGE) == ts
    else:
        with pytest.raises(CannotLook, match="more messages"):
            await find_post(clients.posting, thread, NAME, bot_user=BOT, page=PAGE)


async def test_that_it_stands_nowhere_is_known_where_everything_was_read(driver: Driver, clients: Clients) -> None:
    asked = await driver.say("ana", "#ops", "please")
    thread = Thread(TEAM, OPS, asked.ts)
    await _talk(driver, thread, 5)
    assert await find_post(clients.posting, thread, NAME, bot_user=BOT, page=PAGE) is None


async def test_of_a_direct_message_the_latest_are_read_first(driver: Driver, clients: Clients) -> None:
    dm = await driver.direct_message("ana")
    thread = Thread(TEAM, dm.id, DIRECT)
    await _talk(driver, thread, 30)
    ts = await _post(clients, thread)
    await _talk(driver, thread, 5)
    assert await find_post(clients.posting, thread, NAME, bot_user=BOT, page=PAGE) == ts


async def _talk(driver: Driver, thread: Thread, times: int) -> None:
    in_thread = None if thread.ts == DIRECT else thread.ts
    await asyncio.gather(*(driver.say("ana", thread.channel, "and?", in_thread) for _ in range(times)))


async def _post(clients: Clients, thread: Thread) -> str:
    in_thread = None if thread.ts == DIRECT else thread.ts
    metadata = post_metadata(thread, NAME)
    posted = await clients.posting.write(
        "chat.postMessage", _Posted, channel=thread.channel, thread_ts=in_thread, text="Approve?", metadata=metadata
    )
    return posted.ts


class _Posted(Answered):
    ts: str
