"""When to look at a thread next: what makes sure that nothing recorded is forgotten.

The index lies in another slot than the threads, so no script changes both. Therefore a look is noted before the record
that calls for it, and put off only if nothing was noted since before the thread was read.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.agents.checkpoint import checkpoint
from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds
from bot.store.errors import StoreUnavailable
from bot.store.script import Script
from bot.store.thread import Thread

_log = structlog.get_logger(__name__)

AT_ONCE = timedelta(0)
PROMISE_FOR = timedelta(seconds=3)
RECORDING_FOR = timedelta(seconds=2.8)
"""How long a record may take: a promise must not be looked at before the record is there, or never will be."""

_PROMISE = Script("promise")
_LOWER = Script("lower")
_PUT_OFF = Script("put_off")
_DUE = Script("due")


@dataclass(frozen=True)
class Index:
    """The threads, each with the time of its next look; it can be rebuilt from the threads."""

    client: Client

    @asynccontextmanager
    async def recording(self, thread: Thread) -> AsyncGenerator[None]:
        """Around the write of something that the thread's holder must see: whatever happens here, it will be seen.

        Raises `StoreUnavailable` when the write is not done in 2.8 s.
        """
        promise = f"{thread}#{secrets.token_hex(8)}"
        await _PROMISE(self.client, [keys.INDEX], promise, milliseconds(PROMISE_FOR))
        checkpoint("index lowered")
        try:
            async with asyncio.timeout(RECORDING_FOR.total_seconds()):
                yield
        except TimeoutError as error:
            raise StoreUnavailable("Redis did not take the record in time") from error
        with suppress(StoreUnavailable):  # it is recorded, and the promise is kept within 3 s all the same
            await _LOWER(self.client, [keys.INDEX], str(thread), milliseconds(AT_ONCE), promise)

    async def lower(self, thread: Thread, *, after: timedelta) -> int:
        """Look at the thread no later than `after` from now. Returns what to show to `put_off`."""
        return await _LOWER(self.client, [keys.INDEX], str(thread), milliseconds(after), "")

    async def read(self, thread: Thread) -> int | None:
        """What to show to `put_off`; to be read before the thread is."""
        score: float | None = await self.client.command("ZSCORE", keys.INDEX, str(thread))
        return None if score is None else int(score)

    async def put_off(self, thread: Thread, *, until: datetime | None, read: int) -> bool:
        """Look at the thread at `until`, or no more; false, and nothing changed, if a look was noted since `read`."""
        at = "" if until is None else milliseconds(until)
        return bool(await _PUT_OFF(self.client, [keys.INDEX], str(thread), read, at))

    async def due(self, limit: int) -> list[Thread]:
        """At most `limit` threads to look at now. They stay due until each look is put off.

        An entry that is no thread's is dropped.
        """
        found: list[str] = await _DUE(self.client, [keys.INDEX], limit)
        threads: list[Thread] = []
        for address in dict.fromkeys(found):
            try:
                threads.append(Thread.parse(address))
            except ValueError:
                _log.warning("dropped from the index, as it is no thread's address", entry=address)
                await self.client.command("ZREM", keys.INDEX, address)
        return threads
