"""What waits for a person, and what people decided for later calls, over all threads; and whether a worker is alive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import structlog

from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds, moment
from bot.store.script import Script
from bot.store.thread import Thread

_log = structlog.get_logger(__name__)

_BEAT = Script("beat")


@dataclass(frozen=True)
class Listed:
    """An approval request that may be what its list is of: the request under its thread says whether it is."""

    thread: Thread
    name: str
    since: datetime


@dataclass(frozen=True)
class _List:
    """A list for people to read. It may name what is over already, never miss what is not, and can be rebuilt."""

    client: Client
    key: ClassVar[str]

    async def add(self, thread: Thread, name: str, *, since: datetime) -> bool:
        """List a request; true when it was not listed."""
        return bool(await self.client.command("ZADD", self.key, milliseconds(since), f"{thread} {name}"))

    async def remove(self, thread: Thread, name: str) -> None:
        await self.client.command("ZREM", self.key, f"{thread} {name}")

    async def oldest(self, *, limit: int = 1000) -> list[Listed]:
        """At most `limit` requests, the oldest first. An entry that is no request's is dropped."""
        found: list[str] = await self.client.command("ZRANGE", self.key, 0, limit - 1, "WITHSCORES")
        listed: list[Listed] = []
        for member, score in zip(found[::2], found[1::2], strict=True):
            try:
                listed.append(_listed(member, score))
            except ValueError:
                _log.warning("dropped from a list, as it names no request", list=self.key, entry=member)
                await self.client.command("ZREM", self.key, member)
        return listed


class Pending(_List):
    """The requests that wait for a person."""

    key = keys.PENDING


class Granted(_List):
    """The requests that were decided for the later calls as well, while their run goes."""

    key = keys.GRANTED


async def beat(client: Client) -> None:
    """A worker is alive now, by Redis' clock; to be called when what ran out while none was has got its more time."""
    await _BEAT(client, [keys.ALIVE])


async def alive_at(client: Client) -> datetime | None:
    """When a worker was last alive, or None when none ever was."""
    last: str | None = await client.command("GET", keys.ALIVE)
    return moment(int(last)) if last else None


def _listed(member: str, score: str) -> Listed:
    address, _, name = member.partition(" ")
    return Listed(Thread.parse(address), name, moment(int(score)))
