"""Servers that are open for as long as something lasts, whether or not they can be reached at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress

from bot.agents.mcp.connection import in_words
from bot.agents.mcp.protocol import MCPServer

_log = logging.getLogger(__name__)

LOOKS_WITHIN = 5.0
"""Seconds that are waited for all of them in the beginning."""

_CLOSES_WITHIN = 12.0
_TRIES_EVERY = 5.0


@asynccontextmanager
async def opened(servers: Iterable[MCPServer]) -> AsyncGenerator[None]:
    """Open all of them, each once, and close them in the end.

    One that cannot be opened now is logged, and tried again until it can be; the block begins meanwhile.
    """
    looked = {server: asyncio.Event() for server in servers}
    tasks = [asyncio.create_task(_keep_open(server, seen), name=server.name) for server, seen in looked.items()]
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOKS_WITHIN):
                for seen in looked.values():
                    await seen.wait()
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSES_WITHIN + 1)


async def _keep_open(server: MCPServer, looked: asyncio.Event) -> None:
    """Until it is cancelled. In one task from opening to closing, as the client of a server may need it."""
    logged = ""
    try:
        while (why := await _try(server)) is not None:
            if why != logged:
                _log.error("MCP server %s cannot be opened: %s. It is tried again until it can be.", server.name, why)
                logged = why
            looked.set()
            await asyncio.sleep(_TRIES_EVERY)
        looked.set()
        await asyncio.Event().wait()
    finally:
        await _close(server)


async def _try(server: MCPServer) -> str | None:
    try:
        return await server.try_to_connect()
    except Exception as error:  # noqa: BLE001 - whatever it raises, it is tried again
        return in_words(error)


async def _close(server: MCPServer) -> None:
    try:
        async with asyncio.timeout(_CLOSES_WITHIN):
            await server.cleanup()
    except Exception as error:  # noqa: BLE001 - whatever it raises, we are leaving
        _log.warning("MCP server %s was not closed well: %s.", server.name, in_words(error))
