"""The whole bot: listeners in, workers, the thread out."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import structlog
from openai import AsyncOpenAI
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError

from bot.agents import Origin, RunConfig
from bot.agents.agent import registry
from bot.agents.mcp import opened
from bot.agents.pricing import Prices
from bot.app.served import Served
from bot.approvals.ask import AskRules
from bot.approvals.policy import Approvers, Listed, policy_for
from bot.slack.api import SlackRefused, refusal
from bot.slack.clients import Clients, make_clients
from bot.slack.directory import Directory
from bot.slack.identity import Identity, who_am_i
from bot.slack.listeners import Listening, register
from bot.slack.writer import ThreadWriter
from bot.store.client import listener_client, worker_client
from bot.store.lease import LEASE_FOR
from bot.store.posts import Posts
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.worker.engine import Engine, Wakes, docket_at, running_engine
from bot.worker.work import Work

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class BotConfig:
    """All that the bot needs to know of its world. `hint` is a sentence that cards show."""

    redis_url: str
    slack_bot_token: str
    slack_app_token: str
    slack_api_url: str
    approvers: Approvers
    requesters: Listed | None = None
    channels: frozenset[str] | None = None
    expires_for: timedelta = timedelta(hours=24)
    hint: str = ""
    prices: Prices | None = None
    openai_client: AsyncOpenAI | None = None
    max_turns: int = 20
    concurrency: int = 50
    shuts_down_in: timedelta = timedelta(seconds=10)
    lease_for: timedelta = LEASE_FOR


@dataclass
class Bot:
    """A bot that runs: `ready` while it is connected to Slack; `failed` raises when a part of it dies for good."""

    failed: asyncio.Future[None]
    ready: bool = False


@asynccontextmanager
async def running_bot(config: BotConfig, served: Served) -> AsyncGenerator[Bot]:
    """A bot for as long as the block lasts.

    Waits until Slack says who the bot is, as long as it takes; raises `SlackRefused` when it says that the token is no
    good. MCP servers of the agents are open meanwhile; one that cannot be reached is tried again, and holds nothing up.
    At the end nothing new is begun, what runs gets its grace, and what is left is handed over.
    """
    bot = Bot(asyncio.get_running_loop().create_future())
    async with AsyncExitStack() as stack:
        clients = make_clients(config.slack_bot_token, config.slack_api_url)
        identity = await who_am_i(clients.looking_up)
        listening_client = listener_client(config.redis_url)
        stack.push_async_callback(listening_client.aclose)
        working_client = worker_client(config.redis_url)
        stack.push_async_callback(working_client.aclose)
        directory = Directory(clients.looking_up, team=identity.team, bot_user=identity.user)
        docket = await stack.enter_async_context(docket_at(config.redis_url))
        wakes = Wakes(docket)
        work = Work(
            client=working_client,
            agent=served.agent,
            agents=registry(served.agent),
            run_config=_run_config(config, served),
            context=_context(served),
            approvers=config.approvers,
            expires_for=config.expires_for,
            max_turns=config.max_turns,
            runs=Runs(working_client, lease_for=config.lease_for),
            requests=Requests(working_client),
            posts=Posts(working_client),
            directory=directory,
            writer=ThreadWriter(clients.posting, Posts(working_client), bot_user=identity.user),
            hint=config.hint,
            prices=config.prices,
            shuts_down_in=config.shuts_down_in,
        )
        await stack.enter_async_context(opened(served.mcp_servers))
        engine = await stack.enter_async_context(running_engine(docket, work, concurrency=config.concurrency))
        for part in engine.parts:
            part.add_done_callback(partial(_part_ended, bot, engine))
        listening = Listening(
            client=listening_client,
            directory=directory,
            writer=ThreadWriter(clients.posting, Posts(listening_client), bot_user=identity.user),
            wake=wakes.advance,
            ask_rules=AskRules(team=identity.team, requesters=config.requesters, channels=config.channels),
            cancel_policy=policy_for(config.approvers, risk="low", expires_for=config.expires_for),
            team=identity.team,
            bot_user=identity.user,
        )
        stack.push_async_callback(listening.close)
        await stack.enter_async_context(_connected(config, clients, identity, listening))
        bot.ready = True
        _log.info("ready", team=identity.team)
        try:
            yield bot
        finally:
            bot.ready = False
            engine.begin_nothing()  # before what follows the last acks is waited for


@asynccontextmanager
async def _connected(
    config: BotConfig, clients: Clients, identity: Identity, listening: Listening
) -> AsyncGenerator[None]:
    """Bolt over Socket Mode, answering for the identity that Slack told at the start."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team,
            bot_token=config.slack_bot_token,
            bot_id=identity.bot_id,
            bot_user_id=identity.user,
        )

    clients.bolt.token = None  # `authorize` gives it; Bolt warns of one beside
    app = AsyncApp(client=clients.bolt, authorize=authorize, process_before_response=True)
    register(app, listening)
    handler = AsyncSocketModeHandler(app, config.slack_app_token, ping_interval=10)
    try:
        await _connect(handler)
        yield
    finally:
        await handler.close_async()


async def _connect(handler: AsyncSocketModeHandler) -> None:
    """Connect, however long Slack is away. Raises `SlackRefused` when the app's token is no good."""
    wait = 1.0
    while True:
        try:
            # asked for here, as `connect` would go on for ever when it is refused
            handler.client.wss_uri = await handler.client.issue_new_wss_url()
            return await handler.connect_async()
        except SlackApiError as error:
            if (told := refusal(error)) is not None:
                raise SlackRefused("apps.connections.open", told) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("Slack does not take the connection yet", why=type(error).__name__, again_in=wait)
        await asyncio.sleep(wait)
        wait = min(wait * 2, 30.0)


def _part_ended(bot: Bot, engine: Engine, part: asyncio.Task[None]) -> None:
    """Unless we stop, no part is to end, in whatever way."""
    if engine.stopping or bot.failed.done():
        return
    error = None if part.cancelled() else part.exception()
    bot.failed.set_exception(error or RuntimeError(f"The part `{part.get_name()}` has ended"))


def _run_config(config: BotConfig, served: Served) -> RunConfig:
    """The app's own, with our client for models that are only named."""
    if served.run_config.openai_client or not config.openai_client:
        return served.run_config
    return replace(served.run_config, openai_client=config.openai_client)


def _context(served: Served) -> Callable[[Origin | None], Awaitable[Any]]:
    """What tools see as `ctx.context`: what the app makes for whoever asked."""

    async def context(origin: Origin | None) -> Any:
        if served.context is None or origin is None:
            return None
        made = served.context(origin)
        return await made if inspect.isawaitable(made) else made

    return context
