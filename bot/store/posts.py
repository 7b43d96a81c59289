"""What stands in a thread: cards, replies and notices by name, and who may write them now."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds, moment
from bot.store.errors import LeaseLost, StoreUnavailable
from bot.store.resting import KEPT_FOR
from bot.store.script import Script
from bot.store.thread import Thread

_WRITING_FOR = timedelta(seconds=15)  # longer than any one call to Slack

_LOCK = Script("lock_post")
_NOTE = Script("note_post")
_ADOPT = Script("adopt_post")


@dataclass(frozen=True)
class Post:
    """One message of ours, or one to be.

    `ts` is Slack's, once known. `posting` without a `ts`: it may stand in the thread already, so look for it there.
    `shown` is a digest of what it shows. Nothing is to be sent to it before `not_before`, nor before `refused_until`
    if Slack will not have it. `wanted`: it does not show yet what it should, and its run is the current one no more.
    """

    ts: str | None = None
    posting: bool = False
    shown: str | None = None
    not_before: datetime | None = None
    wanted: bool = False
    refused_until: datetime | None = None


@dataclass(frozen=True)
class Posts:
    """The posts of all threads."""

    client: Client

    async def of(self, thread: Thread) -> dict[str, Post]:
        """All posts of a thread, by name."""
        stored: dict[str, str] = await self.client.command("HGETALL", keys.posts(thread))
        names = dict.fromkeys(field.rpartition("#")[0] for field in stored)
        facts = ("posting", "ts", "shown", "not_before", "wanted", "refused_until")
        return {name: _post([stored.get(f"{name}#{fact}") for fact in facts]) for name in names}

    async def want(self, thread: Thread, names: Sequence[str]) -> None:
        """Note that these do not show yet what they should; forgotten as soon as they do."""
        if names:
            pairs = [word for name in names for word in (f"{name}#wanted", "1")]
            await self.client.command("HSET", keys.posts(thread), *pairs)

    async def refused(self, thread: Thread, name: str, *, until: datetime) -> None:
        """Slack will not have this post: try it no more before `until`."""
        await self.client.command("HSET", keys.posts(thread), f"{name}#refused_until", milliseconds(until))

    async def adopt(self, thread: Thread, name: str, ts: str) -> str:
        """Learn from a click where a post stands; the ts that counts, which is another if one was known before."""
        return await _ADOPT(self.client, [keys.posts(thread)], name, ts)

    @asynccontextmanager
    async def writing(self, thread: Thread, name: str) -> AsyncGenerator[Writing | None]:
        """Be the one that writes this post, for 15 s at most, or None when another does.

        A name is any text without `#`. Afterwards compare once more: what another recorded meanwhile is not shown yet.
        """
        token = secrets.token_hex(8)
        where = [keys.posts(thread), keys.run(thread)]
        found: list[str | None] | None = await _LOCK(
            self.client, where, name, token, milliseconds(_WRITING_FOR), milliseconds(KEPT_FOR)
        )
        if found is None:
            yield None
            return
        writing = Writing(self.client, thread, name, token, _post(found))
        try:
            yield writing
        finally:
            with suppress(StoreUnavailable, LeaseLost):  # it ends by itself
                await writing.end()


@dataclass(frozen=True)
class Writing:
    """A post that is ours to write; `post` is what was known of it when we began.

    Every step raises `LeaseLost`, and notes nothing, when it took so long that another writes the post now.
    """

    client: Client
    thread: Thread
    name: str
    token: str
    post: Post

    async def posting(self) -> None:
        """Just before it is sent: from here on it may stand in the thread."""
        await self._note(posting="1")

    async def posted(self, ts: str) -> bool:
        """It stands at `ts`; false when it was known to stand elsewhere, so that this one is a second copy."""
        return await Posts(self.client).adopt(self.thread, self.name, ts) == ts

    async def not_posted(self) -> None:
        """Slack said clearly that it was not posted."""
        await self._note(posting="")

    async def gone(self) -> None:
        """It stands nowhere any more, as somebody deleted it: it is to be posted anew."""
        await self._note(ts="", shown="")

    async def shown(self, digest: str) -> None:
        """It shows this now."""
        await self._note(shown=digest, not_before="", wanted="", refused_until="")

    async def wait(self, until: datetime) -> None:
        """Send nothing to it before `until`, as Slack asks."""
        await self._note(not_before=str(milliseconds(until)))

    async def end(self) -> None:
        """Let others write it."""
        await self._note(writer="", writer_until="")

    async def _note(self, **facts: str) -> None:
        pairs = [word for fact in facts.items() for word in fact]
        if not await _NOTE(self.client, [keys.posts(self.thread)], self.name, self.token, *pairs):
            raise LeaseLost(f"Another writes {self.name} in {self.thread}")


def _post(facts: list[str | None]) -> Post:
    posting, ts, shown, not_before, wanted, refused_until = [*facts, None, None][:6]
    return Post(ts, bool(posting), shown, _moment(not_before), bool(wanted), _moment(refused_until))


def _moment(stored: str | None) -> datetime | None:
    return moment(int(stored)) if stored else None
