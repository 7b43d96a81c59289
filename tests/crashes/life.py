"""All that outlives a bot: Slack, Redis, the model, the effects of its tools; and the bots that live there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bot.demo.model_server import ModelServer
from bot.store.client import Client, worker_client
from bot.store.thread import Thread
from bot.workspace import Config, Workspace
from bot.workspace.driver import Driver
from bot.workspace.seen import Posted
from tests.crashes.child import Orders, Stop
from tests.crashes.fleet import Effects
from tests.crashes.process import BotProcess, bot_process
from tests.crashes.redis_server import RedisServer, redis_server
from tests.slack.people import TEAM

LEASE_FOR = 4.0

_RETRIES = (1.0, 5.0, 45.0)
"""Slack repeats at once and after a minute and five; here a bot is back sooner, unless the machine is very busy."""


@dataclass(frozen=True)
class Life:
    """A place in which bots live and die."""

    directory: Path
    workspace: Workspace
    driver: Driver
    redis: RedisServer
    model: ModelServer
    store: Client
    bots: AsyncExitStack
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def effects(self) -> Effects:
        return Effects(self.directory / "effects")

    @property
    def passes(self) -> list[str]:
        """The fault points that the bots have passed."""
        return (self.directory / "passes").read_text().splitlines()

    async def bot(
        self,
        *,
        stop: Stop | None = None,
        lease_for: float = LEASE_FOR,
        slow_for: float = 0.0,
        shuts_down_in: float = 10.0,
    ) -> BotProcess:
        """A bot that is connected, or has ended before that."""
        orders = Orders(
            redis_url=self.redis.url,
            bot_token=self.workspace.bot_token,
            app_token=self.workspace.app_token,
            api_url=self.workspace.api_url,
            model_url=self.model.base_url,
            model_key=self.model.api_key,
            effects=self.directory / "effects",
            passes=self.directory / "passes",
            log=self.directory / "log",
            ready=self.directory / f"ready {next(self.numbers)}",
            lease_for=lease_for,
            slow_for=slow_for,
            shuts_down_in=shuts_down_in,
            stop=stop,
        )
        process = await self.bots.enter_async_context(bot_process(orders))
        await process.ready()
        return process

    def thread(self, posted: Posted) -> Thread:
        return Thread(TEAM, posted.channel, posted.thread_ts)


@asynccontextmanager
async def life(directory: Path, *, retry_after: tuple[float, ...] = _RETRIES) -> AsyncGenerator[Life]:
    """A place of its own, with a Redis of its own; Slack repeats events after `retry_after`."""
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(Config(retry_after=retry_after)))
        driver = await stack.enter_async_context(Driver(workspace.url, workspace.control_token))
        redis = await stack.enter_async_context(redis_server(directory / "redis"))
        model = await stack.enter_async_context(ModelServer())
        store = worker_client(redis.url)
        stack.push_async_callback(store.aclose)
        bots = await stack.enter_async_context(AsyncExitStack())
        yield Life(directory, workspace, driver, redis, model, store, bots)
