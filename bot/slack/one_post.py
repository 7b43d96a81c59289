"""One post while it is ours to write: sent, edited, looked for after a lost answer, or posted anew."""

from __future__ import annotations

from contextlib import suppress

from bot.slack.api import Answered, SlackApi, SlackBusy, SlackRefused, SlackUnanswered
from bot.slack.blocks import Content
from bot.slack.finding import CannotLook, find_post, post_metadata
from bot.slack.notices import repeated
from bot.slack.uploading import share, upload
from bot.store.checkpoint import checkpoint
from bot.store.posts import Writing
from bot.store.thread import DIRECT

_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


class OnePost:
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
        if content.file:
            return await self._note_shown(content)  # it is the same file, however it would be made today
        try:
            await self._call("chat.update", content, ts=self._ts)
        except SlackRefused as refused:
            if refused.error not in _GONE:
                raise
            await self.writing.gone()
            self._ts = self._shown = None
            return None
        checkpoint("post updated")
        return await self._note_shown(content)

    async def _find(self, content: Content) -> None:
        """Look for the post, which may stand there since an attempt whose end nobody knows."""
        thread, name = self.writing.thread, self.writing.name
        try:
            ts = await find_post(self._slack, thread, name, bot_user=self._bot_user, file=content.file)
        except CannotLook:
            await self._post(content if content.file else repeated(content), instead_of=content)
            return
        self._lost = False
        if ts and not await self.writing.posted(ts):
            raise SlackUnanswered("chat.postMessage", "it stands in the thread twice")
        self._ts = ts

    async def _post(self, content: Content, *, instead_of: Content | None = None) -> None:
        kind = self.writing.name.partition(" ")[0]
        thread = self.writing.thread
        uploaded = await upload(self._slack, content.file) if content.file else ""
        await self.writing.posting()
        checkpoint("posting noted")
        try:
            ts = await self._send(content, uploaded)
        except (SlackBusy, SlackRefused):
            if not self._lost:  # else the attempt before this one may stand there all the same
                await self.writing.not_posted()
            raise
        checkpoint(f"{kind} posted")
        self._lost = False
        if await self.writing.posted(ts):
            self._ts = ts
            await self._note_shown(instead_of or content)
        else:  # a click has told meanwhile where it stands, from an attempt before this one
            with suppress(SlackRefused):
                await self._slack.write("chat.delete", Answered, channel=thread.channel, ts=ts)
            raise SlackUnanswered("chat.postMessage", "it stands in the thread twice")

    async def _send(self, content: Content, uploaded: str) -> str:
        """The ts of the new message; of one with a file Slack tells none, and the file's id stands for it."""
        thread = self.writing.thread
        if content.file:
            await share(self._slack, uploaded, content.file, thread=thread, text=content.text)
            return uploaded
        in_thread = None if thread.ts == DIRECT else thread.ts
        posted = await self._call(
            "chat.postMessage", content, thread_ts=in_thread, unfurl_links=False, unfurl_media=False
        )
        return posted.ts

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
        checkpoint("shown noted")
        self._shown = content.digest


class _Posted(Answered):
    ts: str
