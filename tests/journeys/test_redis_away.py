"""Redis is gone for five seconds, and comes back: nothing is lost, nothing runs twice, and people are told."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from bot.agents.testing import call
from bot.store.embedded import EmbeddedRedis
from bot.workspace import Config
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop

Way = Literal["frozen", "stopped"]
WAYS: tuple[Way, ...] = ("frozen", "stopped")

GONE_FOR = 5.0
PATIENT = Config(retry_after=(1.0, 4.0, 4.0))
"""Slack tells an event again when Redis may be back; the real one waits for minutes."""


class Redis:
    """A Redis server that can be taken away, and comes back at the same place with what it had."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._server = EmbeddedRedis.start(data_dir)
        self.url = self._server.url

    async def freeze(self) -> None:
        """It hangs: connections stay, and nothing is answered."""
        os.kill(self._server.pid, signal.SIGSTOP)

    async def thaw(self) -> None:
        os.kill(self._server.pid, signal.SIGCONT)

    async def stop(self) -> None:
        """It is not there: connections are refused."""
        await asyncio.to_thread(self._server.stop)

    async def start(self) -> None:
        self._server = await asyncio.to_thread(EmbeddedRedis.start, self._data_dir)
        assert self._server.url == self.url


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="assent-") as short_path:  # the socket stays in it
        redis = Redis(Path(short_path))
        yield redis
        await redis.thaw()
        await redis.stop()


@asynccontextmanager
async def away(redis: Redis, how: Way) -> AsyncGenerator[None]:
    """Redis is gone while the block lasts, and for five seconds at least."""
    leave, come_back = (redis.freeze, redis.thaw) if how == "frozen" else (redis.stop, redis.start)
    await leave()
    gone_for = asyncio.create_task(asyncio.sleep(GONE_FOR))
    try:
        yield
        await gone_for
    finally:
        await come_back()


@pytest.mark.parametrize("how", WAYS)
async def test_a_tool_that_runs_meanwhile_is_kept_and_a_click_is_told_to_come_again(
    how: Way, redis: Redis, houses: Houses
) -> None:
    workshop = Workshop()
    both = asks_for(call("slow_deploy", {"to": "blue"}), call("deploy", {"to": "green"}, call_id="call_2"))
    house = await houses.open(workshop.served, answers=[both, says("Both done.")], redis_url=redis.url)
    thread = await house.say("ana", "@assent deploy to both")
    blue, green = await thread.card("blue"), await thread.card("green")
    await thread.approve("ben", blue)
    await thread.turned(blue, "Running…")
    async with away(redis, how):
        workshop.hold.set()
        assert "could not be recorded" in await thread.refused("ben", green)
    assert workshop.done == ["blue"]
    await thread.approve("ben", green)
    await thread.reply("Both done.")
    await thread.turned(blue, "Done in")
    await thread.turned(green, "Done in")
    assert workshop.done == ["blue", "green for ana"]
    assert house.times_asked == 2
    await thread.is_quiet()


async def test_what_is_said_meanwhile_is_told_again_by_slack_and_heard(redis: Redis, houses: Houses) -> None:
    house = await houses.open(redis_url=redis.url, workspace=PATIENT)
    before = await house.say("ana", "@assent restart web-1")
    card = await before.card()
    async with away(redis, "stopped"):
        meanwhile = await house.say("ana", "@assent restart web-2")
    await meanwhile.approve("ben", await meanwhile.card())
    await meanwhile.reply("web-2 was restarted")
    await before.approve("ben", card)
    await before.reply("web-1 was restarted")
    for thread in (before, meanwhile):
        await thread.is_quiet()
        assert len(await thread.cards()) == 1
    assert [house.fleet.service(name).restarts for name in ("web-1", "web-2")] == [1, 1]


async def test_a_bot_that_is_stopped_while_redis_is_away_ends_and_goes_on_later(redis: Redis, houses: Houses) -> None:
    house = await houses.open(redis_url=redis.url)
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.rests()
    async with away(redis, "stopped"):
        await house.bot.stop()
    await house.bot.start()
    await thread.approve("ben", card)
    await thread.reply("web-1 was restarted")
    await thread.is_quiet()
