"""A connection to an MCP server: opened, opened again when it is lost, and closed."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Literal, Protocol, cast

import anyio
from pydantic import JsonValue

from bot.agents.errors import NotPerformed
from bot.agents.mcp.listed import MCPPrompts, MCPPromptText, MCPResult, MCPTool

_log = logging.getLogger(__name__)

OPENS_WITHIN = 30.0

_CLOSES_WITHIN = 10.0
_LONGEST_PAUSE = 30.0
_SHORTEST_PAUSE = 0.2
_PAUSE_FOR_SOMEBODY = 1.0
_LASTS = 10.0
"""A connection that lived for so many seconds is opened again at once."""


class Session(Protocol):
    """An open connection, for as long as it lasts.

    `call` raises `NotPerformed` when the server surely did nothing; after other errors it may have done something.
    """

    async def tools(self) -> list[MCPTool]: ...

    async def call(
        self, tool: str, arguments: dict[str, JsonValue], meta: Mapping[str, JsonValue] | None
    ) -> MCPResult: ...

    async def prompts(self) -> MCPPrompts: ...

    async def prompt(self, name: str, arguments: Mapping[str, str] | None) -> MCPPromptText: ...


@dataclass(frozen=True)
class Told:
    """What a session tells while it is open: that it is `lost`, and why; that the server's list of tools changed."""

    lost: Callable[[str], None]
    tools_changed: Callable[[], None]


Kind = Literal["stdio", "sse", "streamable_http"]

Opener = Callable[[Told], AbstractAsyncContextManager[Session]]


class Connection:
    """One connection, in a task of its own: whoever enters the client's cancel scopes must be who leaves them."""

    def __init__(self, open: Opener, *, server: str, first_pause: float, tools_changed: Callable[[], None]) -> None:
        self._open = open
        self._server = server
        self._first_pause = max(first_pause, _SHORTEST_PAUSE)
        self._tools_changed = tools_changed
        self._session: Session | None = None
        self._why = "it has not answered yet"
        self._logged = ""
        self._was_open = False
        self._failures = 0
        self._waiting = 0
        self._closing = False
        self._opening: anyio.CancelScope | None = None
        self._over = asyncio.Event()
        self._up = asyncio.Event()
        self._wanted = asyncio.Event()
        self._tried = asyncio.Event()
        self._task = asyncio.create_task(self._keep(), name=f"MCP server {server}")

    @property
    def ended(self) -> bool:
        """Whether it is closed, or its event loop is gone."""
        return self._closing or self._task.done()

    async def tried(self) -> str | None:
        """Wait until it is open, or the first attempt has failed; then say why it is not open."""
        await self._tried.wait()
        return None if self._session else self._why

    async def session(self, *, within: float) -> Session:
        """The session; when it is lost, the next one, if that comes in so many seconds. Raises `NotPerformed`."""
        if self._session is None and not self._closing:
            await self._wait(within)
        if self._session is None:
            raise NotPerformed(f"the server is away ({self._why}), and is opened again as soon as that works")
        return self._session

    async def close(self) -> None:
        """Close it, within a bounded time."""
        self._closing = True
        if self._opening:
            self._opening.cancel()
        self._over.set()
        self._wanted.set()
        await asyncio.wait([self._task], timeout=_CLOSES_WITHIN)
        if not self._task.done():
            _log.warning("MCP server %s does not let go of its connection: it is left.", self._server)
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1.0)

    async def _keep(self) -> None:
        while not self._closing:
            self._wanted.clear()
            began = asyncio.get_running_loop().time()
            try:
                await self._open_once()
            except Exception as error:  # noqa: BLE001 - whatever the client raises, it is tried again
                self._why = in_words(error)
            self._opening = None
            self._go_down()
            self._tried.set()
            if not self._closing:
                await self._pause(lasted=asyncio.get_running_loop().time() - began > _LASTS)

    async def _open_once(self) -> None:
        over = self._over = asyncio.Event()

        def lost(why: str) -> None:
            if self._over is over and not over.is_set():
                self._why = why
                self._go_down()
                over.set()

        with anyio.fail_after(OPENS_WITHIN) as self._opening:
            async with self._open(Told(lost, self._tools_changed)) as session:
                self._opening.deadline = math.inf
                self._opening = None
                if self._closing:
                    return
                self._session, self._logged, self._was_open = session, "", True
                self._tools_changed()
                self._up.set()
                self._tried.set()
                _log.info("MCP server %s is open.", self._server)
                await over.wait()

    def _go_down(self) -> None:
        self._session = None
        self._up.clear()

    async def _pause(self, *, lasted: bool) -> None:
        """At most half a minute; less when somebody waits, or the connection had lived for long."""
        if self._was_open and self._logged != self._why:
            _log.warning("MCP server %s is away: %s. It is opened again.", self._server, self._why)
            self._logged = self._why
        self._failures = 0 if lasted else min(self._failures + 1, 10)
        pause = min(self._first_pause * 2 ** (self._failures - 1), _LONGEST_PAUSE) if self._failures else 0.0
        await asyncio.sleep(_SHORTEST_PAUSE)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(pause, _PAUSE_FOR_SOMEBODY) if self._waiting else pause):
                await self._wanted.wait()

    async def _wait(self, within: float) -> None:
        self._waiting += 1
        self._wanted.set()
        try:
            async with asyncio.timeout(within):
                await self._up.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1


def in_words(error: Exception) -> str:
    """What went wrong."""
    cause = innermost(error)
    told = " ".join(str(cause).split()).rstrip(".")[:300]
    if isinstance(cause, TimeoutError) and not told:
        return f"it did not answer within {OPENS_WITHIN:.0f} s"
    if type(cause) in (ConnectionError, NotPerformed) and told:  # these are ours, and say it all
        return told
    return f"{type(cause).__name__}: {told}" if told else type(cause).__name__


def innermost(error: BaseException) -> BaseException:
    """The error without the groups that it may be wrapped in."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseException", error.exceptions[0])  # the group does not say of what it is
    return error
