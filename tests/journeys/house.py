"""The whole bot in a workspace of its own, and people in it: what a journey is told with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from redis.asyncio import Redis

from bot.agents.record.plain import Item
from bot.agents.testing import message
from bot.app.bot import BotConfig, running_bot
from bot.app.served import Served
from bot.approvals.policy import AnyMember
from bot.demo.agent import make_agent
from bot.demo.fleet import Fleet
from bot.demo.model_server import ModelServer
from bot.store.client import Client, worker_client
from bot.workspace import Config, Workspace
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault, FaultKind
from tests.agents.responses_server import Answer, ResponsesServer, response, serving
from tests.journeys.conversation import Conversation

WORKSPACE = Config(retry_after=(0.1, 0.3, 0.3))
"""Slack as it comes, but it does not wait for minutes before it tells an event again."""

_STARTS_WITHIN = 30.0


def says(text: str) -> Answer:
    """The model answers with words."""
    return Answer(body=response(message(text)))


def asks_for(*calls: Item) -> Answer:
    """The model asks for calls."""
    return Answer(body=response(*calls))


@dataclass
class House:
    """A workspace and the bot in it. `fleet` is what the demo's tools operate, `model` the scripted model if any."""

    workspace: Workspace
    driver: Driver
    store: Client
    bot: RunningBot
    fleet: Fleet
    model: ResponsesServer | None = None

    async def say(self, user: str, text: str, *, channel: str = "ops", forge: bool = False) -> Conversation:
        """Somebody begins a conversation with the bot."""
        posted = await self.driver.say(user, channel, text, forge=forge)
        return Conversation(self.driver, self.store, posted)

    async def write_directly(self, user: str, text: str) -> Conversation:
        """Somebody writes to the bot alone."""
        channel = await self.driver.direct_message(user)
        posted = await self.driver.say(user, channel.id, text)
        return Conversation(self.driver, self.store, posted, direct=True, reader=user)

    async def fault(self, *, kind: FaultKind, **details: Any) -> None:  # Any: fields of Fault
        """Let something go wrong with what Slack does next."""
        await self.driver.fault(Fault(kind=kind, **details))

    async def restart(self) -> None:
        """Stop the bot, and start it again."""
        await self.bot.stop()
        await self.bot.start()

    def read_by_model(self, request: int) -> list[dict[str, Any]]:
        """What the scripted model was given the n-th time: items of the Responses API."""
        assert self.model
        return self.model.requests[request].body["input"]

    @property
    def times_asked(self) -> int:
        """How often the scripted model was asked."""
        assert self.model
        return len(self.model.requests)

    async def everything_in_redis(self) -> str:
        """All keys with what they hold; the engine's queue holds pickles, so all is read as bytes."""
        redis: Any = Redis.from_url(self.bot.config.redis_url)  # pyright: ignore[reportUnknownMemberType]: half untyped
        try:
            return "\n".join([f"{key} {await _held(redis, key)}" async for key in redis.scan_iter("*")])
        finally:
            await redis.aclose()


async def _held(redis: Any, key: bytes) -> str:
    """What a key holds, of whatever type it is."""
    match await redis.type(key):
        case b"hash":
            held = await redis.hgetall(key)
        case b"list":
            held = await redis.lrange(key, 0, -1)
        case b"zset":
            held = await redis.zrange(key, 0, -1)
        case b"set":
            held = await redis.smembers(key)
        case b"stream":
            held = await redis.xrange(key)
        case _:
            held = await redis.get(key)
    return str(held)


@dataclass
class RunningBot:
    """The bot in a task of its own, to be stopped and started at will."""

    config: BotConfig
    served: Served
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        ready = asyncio.Event()
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([self._task, waiting], timeout=_STARTS_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()
        assert ready.is_set()

    def tell_to_stop(self) -> None:
        """As SIGTERM does: it ends by itself from here on."""
        self._stopping.set()

    async def stop(self) -> None:
        self.tell_to_stop()
        if self._task:
            await self._task
        self._task = None

    async def _run(self, ready: asyncio.Event) -> None:
        async with running_bot(self.config, self.served) as bot:
            ready.set()
            await self._stopping.wait()
            assert not bot.failed.done()


class Houses:
    """Opens houses, and closes them in the end."""

    def __init__(self, redis_url: str, stack: AsyncExitStack) -> None:
        self._redis_url = redis_url
        self._stack = stack

    async def open(
        self,
        served: Served | None = None,
        *,
        answers: Sequence[Answer] = (),
        workspace: Config = WORKSPACE,
        redis_url: str = "",
        **settings: Any,  # Any: fields of BotConfig
    ) -> House:
        """A house for the demo's agent, or another; with `answers` its model says these, else the demo's rules."""
        house = open_house(served, answers, workspace, redis_url or self._redis_url, settings)
        return await self._stack.enter_async_context(house)


@asynccontextmanager
async def open_house(
    served: Served | None, answers: Sequence[Answer], config: Config, redis_url: str, settings: dict[str, Any]
) -> AsyncGenerator[House]:
    fleet = Fleet()
    async with AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(Workspace(config))
        driver = await stack.enter_async_context(Driver(workspace.url, workspace.control_token))
        scripted = await stack.enter_async_context(serving(*answers)) if answers else None
        client = _client(scripted or await stack.enter_async_context(ModelServer()))
        stack.push_async_callback(client.close)
        store = worker_client(redis_url)
        stack.push_async_callback(store.aclose)
        defaults: dict[str, Any] = {"approvers": AnyMember(), "openai_client": client}
        in_place = BotConfig(
            redis_url=redis_url,
            slack_bot_token=workspace.bot_token,
            slack_app_token=workspace.app_token,
            slack_api_url=workspace.api_url,
            **(defaults | settings),
        )
        bot = RunningBot(in_place, served or Served(make_agent(fleet)))
        await bot.start()
        stack.push_async_callback(bot.stop)
        yield House(workspace, driver, store, bot, fleet, scripted)


def _client(server: ModelServer | ResponsesServer) -> AsyncOpenAI:
    """The real client, straight to the server whatever proxy there is."""
    return AsyncOpenAI(
        api_key=server.api_key if isinstance(server, ModelServer) else "sk-test",
        base_url=server.base_url,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(trust_env=False),
    )
