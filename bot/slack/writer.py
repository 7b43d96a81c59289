"""Write into threads: each post once, showing what its record says now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from structlog.typing import FilteringBoundLogger

from bot.slack import status, telling
from bot.slack.api import Answered, SlackApi, SlackBusy, SlackRefused, SlackUnanswered
from bot.slack.blocks import Block, Content
from bot.slack.finding import CannotLook, find_post, post_metadata
from bot.slack.notices import repeated
from bot.store.checkpoint import checkpoint
from bot.store.clock import now
from bot.store.errors import LeaseLost
from bot.store.posts import Posts, Writing
from bot.store.thread import DIRECT, Thread

_WITHIN = 4.5
_LOOK_AGAIN_AFTER = timedelta(seconds=1)
_EDITS_AT_MOST = 5
_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}

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
        """Tell one person alone: in the thread, or without one in a modal or a direct message; never raises."""
        await telling.tell(self._slack, person, thread, content, trigger_id=trigger_id)

    async def open_modal(self, trigger_id: str, view: Block) -> None:
        """Open a modal for whoever just clicked; raises `SlackError`."""
        await telling.open_modal(self._slack, trigger_id, view)

    async def _show(self, thread: Thread, name: str, render: Render) -> Shown:
        for _ in range(_EDITS_AT_MOST):
            async with self._posts.writing(thread, name) as writing:
                if writing is None:
                    return _BUSY
                post = _Post(self._slack, writing, bot_user=self._bot_user)
                at = writing.post.not_before
                if at and at > await now(self._posts.client):
                    return Shown("later", at)
                result = await self._write(post, render)
            if result != _DONE or post.shows(await render()):
                return result
        return await self._later(_LOOK_AGAIN_AFTER)

    async def _write(self, post: _Post, render: Render) -> Shown:
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


class _Post:
    """One post while it is ours to write."""

    def __init__(self, slack: SlackApi, writing: Writing, *, bot_user: str) -> None:
        self.writing = writing
        self._slack = slack
        self._bot_user = bot_user
        self._ts = writing.post.ts
        self._lost = writing.post.posting and not writing.post.ts
        self._shown = writing.post.shown if writing.post.ts else None

    def shows(self, content: Content | None) -> bool:
        return content is None or content.digest == self._shown

    async def show(self, content: Content) -> None:
        """One call to Slack that brings the post closer to `content`."""
        if self._ts:
            await self._update(content)
        elif self._lost:
            await self._find(content)
        else:
            await self._post(content)

    async def note_that_it_is_done(self) -> None:
        """It shows what it should, though nothing was sent: nobody has to look at it again."""
        if self.writing.post.wanted:
            await self.writing.shown(self._shown or "")

    async def _update(self, content: Content) -> None:
        try:
            await self._call("chat.update", content, ts=self._ts)
        except SlackRefused as refused:
            if refused.error not in _GONE:
                raise
            await self.writing.gone()
            self._ts = self._shown = None
            return
        await self._note_shown(content)

    async def _find(self, content: Content) -> None:
        """Look for the post, which may stand there since an attempt whose end nobody knows."""
        thread, name = self.writing.thread, self.writing.name
        try:
            ts = await find_post(self._slack, thread, name, bot_user=self._bot_user)
        except CannotLook:
            await self._post(repeated(content), instead_of=content)
            return
        self._lost = False
        if ts:
            await self.writing.posted(ts)
            self._ts = ts

    async def _post(self, content: Content, *, instead_of: Content | None = None) -> None:
        kind = self.writing.name.partition(" ")[0]
        thread = self.writing.thread
        in_thread = None if thread.ts == DIRECT else thread.ts
        await self.writing.posting()
        checkpoint("posting noted")
        try:
            posted = await self._call(
                "chat.postMessage", content, thread_ts=in_thread, unfurl_links=False, unfurl_media=False
            )
        except (SlackBusy, SlackRefused):
            await self.writing.not_posted()
            raise
        checkpoint(f"{kind} posted")
        self._lost = False
        if await self.writing.posted(posted.ts):
            self._ts = posted.ts
            await self._note_shown(instead_of or content)
        else:  # a click has told meanwhile where it stands, from an attempt before this one
            with suppress(SlackRefused):
                await self._slack.write("chat.delete", Answered, channel=thread.channel, ts=posted.ts)
            raise SlackUnanswered("chat.postMessage", "it stands in the thread twice")

    async def _call(self, method: str, content: Content, **more: str | bool | None) -> _Posted:
        thread = self.writing.thread
        return await self._slack.write(
            method,
            _Posted,
            channel=thread.channel,
            text=content.text,
            blocks=content.blocks,
            metadata=post_metadata(thread, self.writing.name),
            **more,
        )

    async def _note_shown(self, content: Content) -> None:
        await self.writing.shown(content.digest)
        self._shown = content.digest


class _Posted(Answered):
    ts: str
