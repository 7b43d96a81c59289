"""Find a post of ours in a thread, after an answer of Slack's was lost: by what was sent along with it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping

from pydantic import Field

from bot.slack.api import Answered, SlackApi, SlackRefused
from bot.slack.blocks import Block, File
from bot.store.thread import DIRECT, Thread

_EVENT_TYPE = "assent_post"
_PAGE = 200
_PAGES_AT_MOST = 5  # as a post is shown within five seconds


class CannotLook(Exception):
    """The bot cannot see all that stands there: the scopes for that were not granted, or it is too much."""


def post_metadata(thread: Thread, name: str) -> Block:
    """What goes along with a post. Everybody in the workspace can read it, so it says nothing but which post it is."""
    return {"event_type": _EVENT_TYPE, "event_payload": {"name": _digest(thread, name)}}


async def find_post(
    slack: SlackApi, thread: Thread, name: str, *, bot_user: str, file: File | None = None, page: int = _PAGE
) -> str | None:
    """The ts under which the post stands in its thread, or None when it stands nowhere there.

    With a file nothing goes along, so it is known by that.
    Raises `CannotLook` without the history scopes, and where it is not among the messages that were read and more are
    there: the first five pages of a thread, or the latest five of a direct message without one.
    """
    wanted = _digest(thread, name)
    try:
        async for message in _messages(slack, thread, page):
            if message.user == bot_user and (message.carries(file) if file else message.is_named(wanted)):
                return message.ts
    except SlackRefused as refused:
        raise CannotLook(str(refused)) from refused
    return None


async def _messages(slack: SlackApi, thread: Thread, size: int) -> AsyncIterator[_Message]:
    """The messages of the thread, the oldest first; of a direct message without one, the latest first."""
    whole = thread.ts == DIRECT
    cursor: str | None = None
    for _ in range(_PAGES_AT_MOST):
        page = await slack.read(
            "conversations.history" if whole else "conversations.replies",
            _Messages,
            channel=thread.channel,
            ts=None if whole else thread.ts,
            include_all_metadata=True,
            limit=size,
            cursor=cursor,
        )
        for message in page.messages:
            yield message
        cursor = page.next_page.cursor
        if not cursor:
            return
    raise CannotLook(f"{thread} has more messages than the {_PAGES_AT_MOST * size} that were read")


def _digest(thread: Thread, name: str) -> str:
    return hashlib.sha256(f"{thread} {name}".encode()).hexdigest()[:32]


class _Metadata(Answered):
    event_type: str = ""
    event_payload: Mapping[str, object] = Field(default_factory=dict[str, object])


class _File(Answered):
    name: str = ""


class _Message(Answered):
    ts: str
    user: str = ""
    metadata: _Metadata | None = None
    files: list[_File] = Field(default_factory=list[_File])

    def is_named(self, name: str) -> bool:
        metadata = self.metadata
        return metadata is not None and (metadata.event_type, metadata.event_payload.get("name")) == (_EVENT_TYPE, name)

    def carries(self, file: File) -> bool:
        return any(found.name == file.name for found in self.files)


class _NextPage(Answered):
    cursor: str = Field(default="", alias="next_cursor")


class _Messages(Answered):
    messages: list[_Message]
    next_page: _NextPage = Field(default=_NextPage(), alias="response_metadata")
