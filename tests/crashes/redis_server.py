"""A Redis that can be killed, and started again on what it had written."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.store.embedded import EmbeddedRedis


class RedisServer:
    """A server at an address that stays the same."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._server = EmbeddedRedis.start(directory)

    @property
    def url(self) -> str:
        return self._server.url

    async def killed(self, *, for_seconds: float) -> None:
        """Be gone without a word, and come back after a while."""
        os.kill(self._server.pid, signal.SIGKILL)
        await asyncio.to_thread(self._server.stop)  # it is dead, and its directory is let go
        await asyncio.sleep(for_seconds)
        url = self.url
        self._server = await asyncio.to_thread(EmbeddedRedis.start, self._directory)
        assert self.url == url

    async def frozen(self, *, for_seconds: float) -> None:
        """Take connections and answer nobody for a while."""
        os.kill(self._server.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(for_seconds)
        finally:
            os.kill(self._server.pid, signal.SIGCONT)

    def stop(self) -> None:
        self._server.stop()


@asynccontextmanager
async def redis_server(directory: Path) -> AsyncGenerator[RedisServer]:
    """A server for as long as the block lasts."""
    server = await asyncio.to_thread(RedisServer, directory)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)
