"""All that the listeners need, passed in once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property

import structlog
from structlog.typing import FilteringBoundLogger

from bot.approvals.ask import AskRules
from bot.approvals.policy import Policy
from bot.slack.blocks import Content
from bot.slack.directory import Directory
from bot.slack.listeners.afterwards import Afterwards
from bot.slack.writer import ThreadWriter
from bot.store.client import Client
from bot.store.clock import now
from bot.store.current import CurrentRuns
from bot.store.grants import Grants
from bot.store.inbox import Inbox
from bot.store.pending import Granted, Pending
from bot.store.posts import Posts
from bot.store.requests import Requests
from bot.store.thread import Thread

WITHIN = 2.8
"""Seconds that a listener has: Slack waits three for the ack."""

_WAKE_WITHIN = 0.3
_NOTICE_TRIES = 3
_NOTICE_WAITS_AT_MOST = 10.0
_CLOSE_WITHIN = 5.0

_log: FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Listening:
    """The listeners' side of the bot.

    `client` is one for listeners, which answers within their time. `cancel_policy` says who may cancel beside the
    requesters. `wake` has a thread looked at, and may fail, as the sweep finds it all the same.
    """

    client: Client
    directory: Directory
    writer: ThreadWriter
    wake: Callable[[Thread], Awaitable[None]]
    ask_rules: AskRules
    cancel_policy: Policy
    team: str
    bot_user: str
    afterwards: Afterwards = field(default_factory=Afterwards)

    @cached_property
    def requests(self) -> Requests:
        return Requests(self.client)

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.client)

    @property
    def posts(self) -> Posts:
        return Posts(self.client)

    @property
    def pending(self) -> Pending:
        return Pending(self.client)

    @property
    def granted(self) -> Granted:
        return Granted(self.client)

    @property
    def grants(self) -> Grants:
        return Grants(self.client)

    @property
    def runs(self) -> CurrentRuns:
        return CurrentRuns(self.client)

    async def close(self) -> None:
        """Wait a little for what follows the last acks."""
        await self.afterwards.drain(within=_CLOSE_WITHIN)

    async def wake_up(self, thread: Thread) -> None:
        """Have the thread looked at now; if that fails, the sweep looks at it within seconds."""
        try:
            async with asyncio.timeout(_WAKE_WITHIN):
                await self.wake(thread)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was recorded is found without it
            _log.warning("a thread was not woken, and waits for the sweep", thread=str(thread), error=repr(error))

    def tell(self, person: str, thread: Thread | None, content: Content, *, trigger_id: str | None = None) -> None:
        """Tell one person alone, after the ack."""
        self.afterwards.begin(self.writer.tell(person, thread, content, trigger_id))

    def post(self, thread: Thread, name: str, content: Content) -> None:
        """Write a notice into the thread, once under that name, after the ack."""
        self.afterwards.begin(self._post(thread, name, content))

    async def _post(self, thread: Thread, name: str, content: Content) -> None:
        async def render() -> Content:
            return content

        for _ in range(_NOTICE_TRIES):
            shown = await self.writer.show(thread, name, render)
            if shown.at is None:
                return
            wait = (shown.at - await now(self.client)).total_seconds()
            await asyncio.sleep(min(max(wait, 0), _NOTICE_WAITS_AT_MOST))
