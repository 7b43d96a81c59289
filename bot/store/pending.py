"""What waits for a person now, over all threads, and whether any worker is alive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds, moment
from bot.store.script import Script
from bot.store.thread import Thread

_log = structlog.get_logger(__name__)

_BEAT = Script("beat")


@dataclass(frozen=True)
class Waiting:
    """An approval request that may be waiting: the request under its thread says whether it is."""

    thread: Thread
    name: str
    since: datetime


@dataclass(frozen=True)
class Pending:
    """A list for people to read. It may name what is settled already, never miss what waits, and can be rebuilt."""

    client: Client

    async def add(self, thread: Thread, name: str, *, since: datetime) -> bool:
        """List a request; true when it was not listed."""
        return bool(await self.client.command("ZADD", keys.PENDING, milliseconds(since), f"{thread} {name}"))

    async def remove(self, thread: Thread, name: str) -> None:
        await self.client.command("ZREM", keys.PENDING, f"{thread} {name}")

    async def waiting(self, *, limit: int = 1000) -> list[Waiting]:
        """At most `limit` requests, the oldest first. An entry that is no request's is dropped."""
        found: list[str] = await self.client.command("ZRANGE", keys.PENDING, 0, limit - 1, "WITHSCORES")
        waiting: list[Waiting] = []
        for member, score in zip(found[::2], found[1::2], strict=True):
            try:
                waiting.append(_waiting(member, score))
            except ValueError:
                _log.warning("dropped from the list of what waits, as it names no request", entry=member)
                await self.client.command("ZREM", keys.PENDING, member)
        return waiting


async def beat(client: Client) -> None:
    """A worker is alive now, by Redis' clock; to be called when what ran out while none was has got its more time."""
    await _BEAT(client, [keys.ALIVE])


async def alive_at(client: Client) -> datetime | None:
    """When a worker was last alive, or None when none ever was."""
    last: str | None = await client.command("GET", keys.ALIVE)
    return moment(int(last)) if last else None


def _waiting(member: str, score: str) -> Waiting:
    address, _, name = member.partition(" ")
    return Waiting(Thread.parse(address), name, moment(int(score)))
