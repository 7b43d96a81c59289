"""The one door to Redis: a client whose every command ends, with an answer or with one error."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from bot.store.cancellation import not_losing_cancellation
from bot.store.errors import StoreUnavailable

_UNANSWERED = (TimeoutError, RedisConnectionError, RedisTimeoutError)
_PAUSE_BETWEEN_TRIES = 0.05

_DEMOTED = "READONLY"
_NOT_NOW = {_DEMOTED, "OOM", "MISCONF", "NOREPLICAS", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"}
_CODE = re.compile(r"(?:^|: -)([A-Z]+) ")  # Redis 6.2 puts what stopped a script in the middle of its own words


class Client:
    """A Redis client whose commands end within a set time, tries included; strings come back as `str`.

    What cannot be answered in time raises `StoreUnavailable`. The command may have been carried out all the same, and
    it may have been sent twice, so whatever goes through here is safe to repeat.
    """

    def __init__(self, redis: Redis, *, within: float) -> None:
        self._redis: Any = redis  # Any: redis-py leaves its own signatures half untyped
        self._within = within

    async def command(self, *words: str | float) -> Any:
        """The answer to one command, shaped by redis-py (`HGETALL` a dict, `ZSCORE` a float or None...)."""
        return await not_losing_cancellation(self._command(*words))

    async def _command(self, *words: str | float) -> Any:
        try:
            async with asyncio.timeout(self._within):
                return await self._redis.execute_command(*words)
        except _UNANSWERED as error:
            raise StoreUnavailable(f"Redis did not answer: {error or 'timed out'}") from error
        except ResponseError as error:
            code = _code(error)
            if code not in _NOT_NOW:
                raise
            if code == _DEMOTED:
                await self._redis.connection_pool.disconnect()  # only reconnecting finds the new primary
            raise StoreUnavailable(f"Redis does not take this now ({code}): {error}") from error

    async def keys(self, pattern: str) -> AsyncIterator[str]:
        """The keys that match the glob `pattern`, perhaps some twice, without stopping the server."""
        cursor = 0
        while True:
            cursor, found = await self.command("SCAN", cursor, "MATCH", pattern, "COUNT", 500)
            for key in found:
                yield key
            if int(cursor) == 0:
                return

    async def aclose(self) -> None:
        await self._redis.aclose()


def worker_client(url: str) -> Client:
    """The client for work that no person waits for at this moment: 3 s for a command, tries included."""
    return _client(url, connect=1.0, read=2.0, within=3.0)


def listener_client(url: str) -> Client:
    """The client for listeners, which Slack gives 3 s in all: 0.5 s to connect, 0.8 s to read, 1.5 s tries included."""
    return _client(url, connect=0.5, read=0.8, within=1.5)


def _code(error: ResponseError) -> str | None:
    """Redis' word for what is wrong; redis-py cuts those off that it knows."""
    found = _CODE.search(str(error))
    return found[1] if found else error.status_code


def _client(url: str, *, connect: float, read: float, within: float) -> Client:
    pool: ConnectionPool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]: untyped keywords
        url,
        decode_responses=True,
        protocol=2,  # nothing here needs RESP3, and its handshake costs a round trip more
        socket_connect_timeout=connect,
        socket_timeout=read,
        retry=Retry(ConstantBackoff(_PAUSE_BETWEEN_TRIES), -1),  # without end: `within` ends it
        max_connections=500,  # the default of 100 fails a burst of clicks
    )
    return Client(Redis.from_pool(pool), within=within)
