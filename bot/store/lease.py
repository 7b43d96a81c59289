"""Who may write a thread's run: one holder at a time, for a while, fenced by a token."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.agents.checkpoint import checkpoint
from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds, moment
from bot.store.errors import LeaseLost, StoreUnavailable
from bot.store.index import AT_ONCE, Index
from bot.store.resting import KEPT_FOR, resting
from bot.store.script import Script
from bot.store.thread import Thread

LEASE_FOR = timedelta(seconds=15)
MARGIN = timedelta(seconds=2)
"""How long before its end a lease is no longer to be relied on: nothing is begun then, and no save is tried."""

_BETWEEN_TRIES = timedelta(milliseconds=100)

PARK_AT = 5
"""Takeovers without a save in between after which a thread waits for a person."""

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # a laptop's sleep counts, where the system can tell

_CLAIM = Script("claim")
_RENEW = Script("renew")
_RELEASE = Script("release")

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Beat:
    """What a renewal tells: whether something was recorded that the holder has not read, and which runs to stop."""

    moved: bool
    cancelled_runs: frozenset[str]


@dataclass(frozen=True)
class ReadUpTo:
    """Up to where a holder knows its thread: the wake counter, and the index entry as it was before that."""

    wake: int
    look: int


@dataclass
class Lease:
    """A thread that is ours while it `lasts`, counted from the last claim or renewal.

    `fence` grows with each claim of the thread. When `parked`, five holders in a row ended without saving anything, and
    the run must not be driven: only something newly recorded for the thread ends that.
    """

    client: Client
    thread: Thread
    token: str
    fence: int
    parked: bool
    lasts: timedelta
    kept_for: timedelta
    read_up_to: ReadUpTo
    ends: float

    @property
    def remaining(self) -> timedelta:
        """How long the lease can still be relied on, by this machine's clock; negative when that is over."""
        return timedelta(seconds=self.ends - _clock()) - MARGIN

    async def renew(self) -> Beat:
        """Hold the thread longer, and hear what was recorded. Raises `LeaseLost` when another holds it."""
        asked = _clock()
        answer = await _RENEW(
            self.client,
            [keys.lease(self.thread), keys.wake(self.thread), keys.cancel(self.thread)],
            self.token,
            milliseconds(self.lasts),
        )
        if answer is None:
            raise LeaseLost(f"{self.thread} is another's")
        self.ends = asked + self.lasts.total_seconds()
        wake, cancelled = answer
        return Beat(moved=wake != self.read_up_to.wake, cancelled_runs=frozenset(cancelled))

    async def lasting(self, attempt: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to `attempt`, which is made again through an outage of Redis while the lease can be relied on.

        Raises `StoreUnavailable` when that is over. What is attempted must be safe to repeat.
        """
        while True:
            try:
                async with asyncio.timeout(max(0.0, self.remaining.total_seconds())):
                    return await attempt()
            except (StoreUnavailable, TimeoutError) as error:
                if self.remaining <= _BETWEEN_TRIES:
                    raise StoreUnavailable(f"Redis did not answer before the lease on {self.thread} ends") from error
            await asyncio.sleep(_BETWEEN_TRIES.total_seconds())

    async def release(self, *, look_at: datetime | None) -> bool:
        """Let the thread go, and look at it at `look_at` or when something comes.

        Without a look its keys end after `kept_for`, if its run is over and nothing comes until then.
        True when something came since the holder last read: the thread is to be claimed again. What the holder
        concludes `look_at` from must have been read after its last `incoming`, or after the claim.
        """
        again = await self._release(kept_for=None if look_at else self.kept_for)
        checkpoint("released")
        if again:
            return True
        with suppress(StoreUnavailable):  # an earlier look than needed finds nothing to do
            await Index(self.client).put_off(self.thread, until=look_at, read=self.read_up_to.look)
        return False

    async def hand_over(self) -> None:
        """Let the thread go, for another replica to take it at once."""
        await self._release(kept_for=None)
        await Index(self.client).lower(self.thread, after=AT_ONCE)

    async def _release(self, *, kept_for: timedelta | None) -> bool:
        held = [keys.lease(self.thread), keys.wake(self.thread), keys.inbox(self.thread), keys.run(self.thread)]
        kept = "" if kept_for is None else milliseconds(kept_for)
        answer = await _RELEASE(self.client, [*held, *resting(self.thread)], self.token, self.read_up_to.wake, kept)
        return bool(answer)


async def claim(
    client: Client, thread: Thread, *, lasts: timedelta = LEASE_FOR, kept_for: timedelta = KEPT_FOR
) -> Lease | None:
    """Take the thread, or None when another holds it; the index then has the end of the other's lease."""
    token = secrets.token_hex(16)
    look = await Index(client).lower(thread, after=lasts)
    asked = _clock()
    where = [keys.lease(thread), keys.wake(thread), *resting(thread)]
    answer: list[int] = await _CLAIM(client, where, token, milliseconds(lasts), PARK_AT)
    if answer[0] == 0:
        await Index(client).put_off(thread, until=moment(answer[1]), read=look)
        return None
    checkpoint("claimed")
    _, fence, wake, parked = answer
    ends = asked + lasts.total_seconds()
    return Lease(client, thread, token, fence, bool(parked), lasts, kept_for, ReadUpTo(wake, look), ends)


def _clock() -> float:
    return time.clock_gettime(_CLOCK)
