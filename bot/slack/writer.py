"""Write into threads: each post once, showing what its record says now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from structlog.typing import FilteringBoundLogger

from bot.slack import status, telling
from bot.slack.api import Answered, SlackApi, SlackBusy, SlackRefused, SlackUnanswered
from bot.slack.blocks import Block, Content
from bot.slack.one_post import OnePost
from bot.store.clock import now
from bot.store.errors import LeaseLost
from bot.store.posts import Posts
from bot.store.thread import Thread

_WITHIN = 4.5
_LOOK_AGAIN_AFTER = timedelta(seconds=1)
_EDITS_AT_MOST = 5

_log: FilteringBoundLogger = structlog.get_logger()

Render = Callable[[], Awaitable[Content | None]]
"""What a post is to show now, from its record; None when there is nothing to show."""


@dataclass(frozen=True)
class Shown:
    """How writing a post went.

    `done`: it shows what its record says. `busy`: another writes it now, and compares once more afterwards. `later`:
    look again at `at`. `refused`: Slack will not have it, and `error` is its word for why.
    """

    how: Literal["done", "busy", "later", "refused"]
    at: datetime | None = None
    error: str = ""


_DONE = Shown("done")
_BUSY = Shown("busy")


class ThreadWriter:
    """The one that writes in threads; `slack` must not repeat calls by itself, as a post would then stand twice."""

    def __init__(self, slack: SlackApi, posts: Posts, *, bot_user: str) -> None:
        self._slack = slack
        self._posts = posts
        self._bot_user = bot_user
        self._status = status.StatusLine(slack)

    async def show(self, thread: Thread, name: str, render: Render) -> Shown:
        """Make the post of that name show what `render` gives; ends within 5 s. Safe to repeat, and never posts twice.

        Only where Slack neither says whether it took a post nor lets us look may it stand twice, and then it says so.
        Raises `StoreUnavailable`.
        """
        try:
            async with asyncio.timeout(_WITHIN):
                return await self._show(thread, name, render)
        except TimeoutError:
            return await self._later(_LOOK_AGAIN_AFTER)
        except LeaseLost:
            return _BUSY

    async def status(self, thread: Thread, text: str) -> None:
        """Say under the thread what the bot does, or with an empty text nothing; best effort."""
        await self._status.set(thread, text)

    async def tell(self, person: str, thread: Thread | None, content: Content, trigger_id: str | None = None) -> None:
        """Tell one person alone, by an ephemeral message, else a modal, else a direct message; never raises."""
        await telling.tell(self._slack, person, thread, content, trigger_id=trigger_id)

    async def open_modal(self, trigger_id: str, view: Block) -> None:
        """Open a modal for whoever just clicked; raises `SlackError`."""
        await telling.open_modal(self._slack, trigger_id, view)

    async def publish_home(self, person: str, view: Block) -> None:
        """Make this the App Home of one person; raises `SlackError`."""
        await self._slack.write("views.publish", Answered, user_id=person, view=view)

    async def _show(self, thread: Thread, name: str, render: Render) -> Shown:
        for _ in range(_EDITS_AT_MOST):
            async with self._posts.writing(thread, name) as writing:
                if writing is None:
                    return _BUSY
                post = OnePost(self._slack, writing, bot_user=self._bot_user)
                at = writing.post.not_before
                if at and at > await now(self._posts.client):
                    return Shown("later", at)
                result = await self._write(post, render)
            if result != _DONE or post.shows(await render()):
                return result
        return await self._later(_LOOK_AGAIN_AFTER)

    async def _write(self, post: OnePost, render: Render) -> Shown:
        try:
            for _ in range(_EDITS_AT_MOST):
                content = await render()
                if content is None or post.shows(content):
                    await post.note_that_it_is_done()
                    break
                await post.show(content)
            return _DONE
        except SlackBusy as busy:
            later = await self._later(busy.retry_after)
            await post.writing.wait(later.at or await now(self._posts.client))
            return later
        except SlackUnanswered as unanswered:
            error = str(unanswered)
            _log.warning("slack did not answer", thread=str(post.writing.thread), post=post.writing.name, error=error)
            return await self._later(_LOOK_AGAIN_AFTER)
        except SlackRefused as refused:
            error = refused.error
            _log.error("slack refused a post", thread=str(post.writing.thread), post=post.writing.name, error=error)
            return Shown("refused", error=error)

    async def _later(self, after: timedelta) -> Shown:
        return Shown("later", await now(self._posts.client) + after)
