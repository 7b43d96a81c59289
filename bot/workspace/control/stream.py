"""`GET /control/stream`: changes as they happen, as Server-Sent Events."""

import asyncio
import json
from collections.abc import AsyncIterator

from aiohttp import web

from bot.workspace.deeds.people import find_user
from bot.workspace.security import stream_headers
from bot.workspace.wire import JsonObject
from bot.workspace.world import World

_BREATH = 15.0
"""Seconds between signs of life when nothing happens."""


class Stream:
    """Tells a page or a test what to read again. Ends when its reader goes, or at `close`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._closing = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("as", "")
        reader = find_user(self._world.state.people, name).id if name else None
        response = web.StreamResponse(headers=stream_headers() | {"Content-Type": "text/event-stream"})
        with self._world.state.changes.listening() as changes:
            await response.prepare(request)
            await response.write(_event({"type": "hello"}))
            await self._pass_on(changes, response, reader)
        return response

    def close(self) -> None:
        """Let every reader go."""
        self._closing.set()

    async def _pass_on(
        self, changes: AsyncIterator[JsonObject], response: web.StreamResponse, reader: str | None
    ) -> None:
        closing = asyncio.create_task(self._closing.wait())
        upcoming = asyncio.ensure_future(anext(changes))
        try:
            while not closing.done():
                await asyncio.wait((closing, upcoming), timeout=_BREATH, return_when=asyncio.FIRST_COMPLETED)
                if not upcoming.done():
                    await response.write(b": still here\n\n")
                    continue
                change = upcoming.result()
                upcoming = asyncio.ensure_future(anext(changes))
                if _concerns(change, reader):
                    await response.write(_event(change))
        except ConnectionError:
            pass  # the reader has gone
        finally:
            closing.cancel()
            upcoming.cancel()


def _concerns(change: JsonObject, reader: str | None) -> bool:
    """What is said to one user is told to them alone, or to a reader that looks as nobody."""
    return reader is None or change.get("user") in (None, reader)


def _event(change: JsonObject) -> bytes:
    return f"data: {json.dumps(change)}\n\n".encode()
