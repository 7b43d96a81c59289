"""Clicks at 50 a second, and what a pending approval weighs in Redis: `python -m tests.bench.clicks`.

The bot and who clicks share a process, so a click's way to the local Slack counts as well.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import structlog

from bot.agents import Agent, ToolContext, function_tool
from bot.app.bot import BotConfig, running_bot
from bot.app.served import Served
from bot.approvals.policy import AnyMember
from bot.store.client import Client, worker_client
from bot.store.embedded import embedded_redis
from bot.workspace.driver import Driver
from bot.workspace.seen import Message
from tests.bench.measure import show, tell
from tests.bench.model import InProcess
from tests.bench.slack import slack
from tests.journeys.conversation import Conversation
from tests.store.until import until


@dataclass
class Desk:
    """An agent that asks before it deletes; `started` has when the tool's body began, by thread."""

    started: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def served(self) -> Served:
        @function_tool(needs_approval=True)
        async def delete(ctx: ToolContext[Any], order: str) -> str:
            """Delete an order."""
            if ctx.origin:
                self.started[ctx.origin.thread] = time.perf_counter()
            return f"{order} is deleted"

        return Served(Agent[Any]("desk", instructions="Be brief.", tools=[delete], model=InProcess()))


@dataclass
class Office:
    """The bot at work, and who asks it."""

    driver: Driver
    store: Client
    desk: Desk

    async def ask(self, times: int) -> list[Conversation]:
        """Let so many calls wait, each in a thread of its own, and be shown."""
        limit = asyncio.Semaphore(10)
        return await asyncio.gather(*(self._ask_once(limit) for _ in range(times)))

    async def _ask_once(self, limit: asyncio.Semaphore) -> Conversation:
        async with limit:
            posted = await self.driver.say("ana", "ops", "@assent 1 order is to be deleted")
            thread = Conversation(self.driver, self.store, posted)
            await thread.card()
            return thread

    async def bytes_used(self) -> int:
        """What Redis holds in all, once the workers have cleaned up after themselves."""
        await asyncio.sleep(3)
        return int((await self.store.command("INFO", "memory"))["used_memory"])

    async def bytes_of(self, thread: Conversation) -> int:
        """What the keys of one thread hold."""
        found = [key async for key in self.store.keys(f"assent:{thread.thread.tag}:*")]
        return sum([await self.store.command("MEMORY USAGE", key, "SAMPLES", 0) for key in found])


@asynccontextmanager
async def an_office(folder: Path) -> AsyncGenerator[Office]:
    desk = Desk()
    async with slack() as place, embedded_redis(folder) as redis, Driver(place.url, place.control_token) as driver:
        config = BotConfig(
            redis_url=redis.url,
            slack_bot_token=place.bot_token,
            slack_app_token=place.app_token,
            slack_api_url=place.api_url,
            approvers=AnyMember(),
            expires_for=timedelta(hours=24),
        )
        async with running_bot(config, desk.served):
            store = worker_client(redis.url)
            try:
                yield Office(driver, store, desk)
            finally:
                await store.aclose()


async def click_all(office: Office, threads: Sequence[Conversation], *, a_second: int) -> dict[str, list[float]]:
    """Approve all of them at that pace; the milliseconds of each to its ack, and to the start of its tool."""
    await asyncio.sleep(3)  # the bot has done what there was to do
    cards = [await thread.card() for thread in threads]
    acks: list[float] = []
    sent: dict[str, float] = {}

    async def click(card: Message, thread: Conversation, *, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        began = time.perf_counter()
        result = await office.driver.click("ben", card, "assent:approve")
        if result.ack_ms is not None:  # else Slack gave up after three seconds, as on a machine that is too busy
            acks.append(result.ack_ms)
            sent[thread.posted.ts] = began

    first = time.perf_counter() + 0.5
    await asyncio.gather(
        *(
            click(card, thread, at=first + number / a_second)
            for number, (card, thread) in enumerate(zip(cards, threads, strict=True))
        )
    )

    async def all_started() -> bool:
        return sent.keys() <= office.desk.started.keys()

    await until(all_started, within=60)
    starts = [(office.desk.started[ts] - at) * 1000 for ts, at in sent.items()]
    return {"click to ack": acks, "click to tool start": starts}


def spread(milliseconds: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(milliseconds, n=100)
    return {"p50 ms": median(milliseconds), "p99 ms": cuts[98], "max ms": max(milliseconds)}


async def weigh(office: Office, *, pending: Sequence[int]) -> dict[str, dict[str, float]]:
    """Bytes in Redis for each pending approval, up to several numbers of them."""
    await office.ask(10)  # what is there once for all
    used, rows = await office.bytes_used(), dict[str, dict[str, float]]()
    for number, before in zip(pending, [0, *pending], strict=False):
        threads = await office.ask(number - before)
        used, used_before = await office.bytes_used(), used
        of_threads = [await office.bytes_of(thread) for thread in threads[:50]]
        rows[f"{before:,} to {number:,} pending"] = {
            "bytes in all": (used - used_before) / (number - before),
            "bytes of its keys": sum(of_threads) / len(of_threads),
        }
    return rows


async def main(clicks: int, pending: Sequence[int], *, a_second: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="assent-") as folder:
        async with an_office(Path(folder)) as office:
            weights = await weigh(office, pending=pending)
            spent = await click_all(office, await office.ask(clicks), a_second=a_second)
    times = {name: spread(found) for name, found in spent.items()}
    acked = len(spent["click to ack"])
    show(f"{acked} of {clicks} clicks acked, {a_second} a second, beside {pending[-1]:,} others that wait", times)
    show("Redis, for each pending approval", weights)
    tell({"acked": acked, "clicks": times, "redis": weights})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=300)
    parser.add_argument("--a-second", type=int, default=50)
    parser.add_argument("--pending", type=int, nargs="+", default=[100, 1000])
    given = parser.parse_args()
    asyncio.run(main(given.clicks, given.pending, a_second=given.a_second))
