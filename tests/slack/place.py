"""A bot's side of Slack, connected: real Bolt over a real Socket Mode connection, and a request to click on."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.approvals.ask import AskRules
from bot.approvals.policy import AnyMember, Policy, policy_for
from bot.approvals.request import Request
from bot.slack import names
from bot.slack.api import SlackApi
from bot.slack.blocks import Content
from bot.slack.card import approval_card
from bot.slack.clients import make_clients
from bot.slack.directory import Directory
from bot.slack.listeners import Listening, register
from bot.slack.parts import CardView
from bot.slack.writer import ThreadWriter
from bot.store.client import Client, listener_client
from bot.store.clock import now
from bot.store.index import Index
from bot.store.posts import Posts
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread
from bot.workspace import Workspace
from bot.workspace.driver import Driver
from bot.workspace.seen import Message, Posted
from tests.approvals.makers import request
from tests.slack.people import ANA, BOT, OPS, TEAM

FOR_ANYONE = policy_for(AnyMember(), risk="low")


@dataclass
class Place:
    """A workspace with our listeners in it.

    `woken` are the threads that they had looked at; `later` is how many seconds later it is for the directory.
    """

    driver: Driver
    store: Client
    listening: Listening
    slack: SlackApi
    woken: list[Thread] = field(default_factory=list[Thread])
    later: float = 0

    def pass_time(self, *, seconds: float) -> None:
        """Let what the directory knows grow old."""
        self.later += seconds

    @property
    def requests(self) -> Requests:
        return Requests(self.store)

    async def asked(self, *, channel: str = OPS, **fields: Any) -> Card:
        """A request of Ana's in a thread, with its card; `fields` are those of `Request`."""
        posted = await self.driver.say("ana", channel, "please")
        thread = Thread(TEAM, posted.channel, posted.ts)
        moment = await now(self.store)
        defaults: dict[str, Any] = {
            "thread": str(thread),
            "run": "r_1",
            "requesters": (ANA,),
            "created_at": moment,
            "expires_at": moment + timedelta(hours=1),
            "policy": FOR_ANYONE,
        }
        asked = request(**{**defaults, **fields})
        held = await Runs(self.store).claim(thread)
        assert held
        await self.requests.open(held.lease, [asked])
        await held.lease.release(look_at=None)
        card = Card(self, thread, posted, asked)
        await card.show()
        return card

    async def due(self) -> list[Thread]:
        """What the sweep would look at now."""
        return await Index(self.store).due(100)

    async def heard(self, posted: Posted, *, as_user: str) -> list[str]:
        """What the bot says to one person alone in a thread, after what was begun has ended."""
        await self.listening.afterwards.drain(within=5)
        seen = await self.driver.thread(posted.channel, posted.thread_ts, as_user)
        return [message.visible for message in seen.messages if message.ephemeral]

    async def said(self, posted: Posted) -> list[str]:
        """What the bot says in a thread before everybody."""
        await self.listening.afterwards.drain(within=5)
        seen = await self.driver.thread(posted.channel, posted.thread_ts, "ana")
        return [one.visible for one in seen.messages if one.name == "assent" and not one.ephemeral]


@dataclass
class Card:
    """A request before people."""

    place: Place
    thread: Thread
    posted: Posted
    asked: Request

    @property
    def name(self) -> str:
        return self.asked.name

    async def now(self) -> Request:
        """The request as it is recorded."""
        found = await self.place.requests.find(self.thread, self.name)
        assert found
        return found

    async def show(self) -> None:
        """Write the card as the request is now."""

        async def render() -> Content:
            asked = await self.now()
            in_force = await self.place.listening.grants.of(self.thread)
            return approval_card(CardView(asked, revocable=asked in in_force))

        shown = await self.place.listening.writer.show(self.thread, names.card(self.name), render)
        assert shown.how == "done"

    async def message(self, *, as_user: str = "ana") -> Message:
        """The card as somebody sees it."""
        seen = await self.place.driver.thread(self.posted.channel, self.posted.ts, as_user)
        return next(one for one in seen.messages if one.name == "assent" and one.buttons)

    async def click(self, user: str, action_id: str, value: object = None, *, forge: bool = False) -> str | None:
        """Click on the card; what the bot tells this person alone about it, or None."""
        card = await self.message()
        result = await self.place.driver.click(user, card, action_id, value, forge=forge)
        assert result.acked
        return await self.told(user)

    async def told(self, user: str) -> str | None:
        """The last that the bot told somebody alone here."""
        heard = await self.place.heard(self.posted, as_user=user)
        return heard[-1] if heard else None

    async def replace(self, changes: Mapping[str, object]) -> None:
        """Let another request stand where this one was."""
        key = f"assent:{self.thread.tag}:requests"
        changed = self.asked.model_copy(update=changes)
        await self.place.store.command("HDEL", key, self.name)
        await self.place.store.command("HSET", key, changed.name, changed.model_dump_json())


@asynccontextmanager
async def connected(
    workspace: Workspace,
    driver: Driver,
    redis_url: str,
    *,
    listening_at: str = "",
    rules: AskRules | None = None,
    cancel_policy: Policy = FOR_ANYONE,
    wake: Callable[[Thread], Awaitable[None]] | None = None,
) -> AsyncGenerator[Place]:
    """The listeners, connected to the workspace; `listening_at` is the Redis that they write to, if another."""
    store, client = listener_client(redis_url), listener_client(listening_at or redis_url)
    clients = make_clients(workspace.bot_token, workspace.api_url)

    async def note_who_is_woken(thread: Thread) -> None:
        place.woken.append(thread)

    listening = Listening(
        client=client,
        directory=Directory(clients.looking_up, team=TEAM, bot_user=BOT, clock=lambda: time.monotonic() + place.later),
        writer=ThreadWriter(clients.posting, Posts(client), bot_user=BOT),
        wake=wake or note_who_is_woken,
        ask_rules=rules or AskRules(team=TEAM),
        cancel_policy=cancel_policy,
        team=TEAM,
        bot_user=BOT,
    )
    place = Place(driver, store, listening, clients.posting)
    app = AsyncApp(client=clients.bolt, process_before_response=True)
    register(app, listening)
    handler = AsyncSocketModeHandler(app, workspace.app_token, ping_interval=1)
    await handler.connect_async()
    try:
        yield place
    finally:
        await handler.close_async()
        await listening.close()
        await client.aclose()
        await store.aclose()
