"""A wire to Redis that can be cut and mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import unquote


class Wire:
    """Stands between a client and Redis; `url` is the client's."""

    def __init__(self, redis_url: str) -> None:
        self._redis_socket = unquote(redis_url.removeprefix("unix://"))
        self._whole = asyncio.Event()
        self._whole.set()
        self.url = ""

    def cut(self) -> None:
        """Let nothing through, and say nothing about it, as a network does."""
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        redis_reader, redis_writer = await asyncio.open_unix_connection(self._redis_socket)
        questions = asyncio.create_task(self._carry(reader, redis_writer))
        await self._carry(redis_reader, writer)
        questions.cancel()
        redis_writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while said := await reader.read(1 << 20):
                await self._whole.wait()
                writer.write(said)
        writer.close()


@asynccontextmanager
async def wire_to(redis_url: str) -> AsyncGenerator[Wire]:
    """A wire to the Redis at `redis_url`, on a free port of loopback."""
    wire = Wire(redis_url)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        wire.mend()
        server.close()
