"""A wire to Redis that can lose answers: the command is carried out, and nobody hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import unquote


class LossyWire:
    """Stands between a client and Redis; `url` is the client's."""

    def __init__(self, redis_url: str) -> None:
        self._redis_socket = unquote(redis_url.removeprefix("unix://"))
        self._lose = 0
        self._script_asked = False
        self.lost = 0
        self.url = ""

    def lose_answers(self, count: int) -> None:
        """Lose the answers to the next `count` scripts, and the connection with each."""
        self._lose = count

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        redis_reader, redis_writer = await asyncio.open_unix_connection(self._redis_socket)
        questions = asyncio.create_task(self._carry_questions(reader, redis_writer))
        with suppress(ConnectionError):
            while answer := await redis_reader.read(1 << 20):
                if self._lose and self._script_asked and not answer.startswith(b"-NOSCRIPT"):
                    self._lose -= 1
                    self.lost += 1
                    break
                self._script_asked = False
                writer.write(answer)
        questions.cancel()
        writer.close()
        redis_writer.close()

    async def _carry_questions(self, reader: asyncio.StreamReader, redis_writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while asked := await reader.read(1 << 20):
                self._script_asked |= b"EVALSHA" in asked
                redis_writer.write(asked)
        redis_writer.close()


@asynccontextmanager
async def lossy_wire(redis_url: str) -> AsyncGenerator[LossyWire]:
    """A wire to the Redis at `redis_url`, on a free port of loopback."""
    wire = LossyWire(redis_url)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield wire
