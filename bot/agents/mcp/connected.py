"""An MCP server over a connection that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack

from pydantic import JsonValue

from bot.agents.errors import NotPerformed, UserError
from bot.agents.mcp.approval import RequireApproval
from bot.agents.mcp.connection import Connection, Opener, Session
from bot.agents.mcp.filters import ToolFilter, ToolFilterContext, check_filter, given
from bot.agents.mcp.listed import MCPPrompts, MCPPromptText, MCPResult, MCPTool
from bot.agents.mcp.protocol import MCPServer
from bot.agents.record.decision import Risk
from bot.agents.tools.tool import AnyContext, FailureFunction, default_tool_error_function

ANSWERS_WITHIN = 60.0

WAITS_FOR = 10.0
"""Seconds that a request waits for a server that is away, if it has that long."""

_AGAIN_AT_MOST = 10

Answer = TypeVar("Answer")


class ServerOptions(TypedDict, total=False):
    """What is the same for all transports.

    A request has `client_session_timeout_seconds`, a minute unless it is said, or as long as it takes with None. With
    `cache_tools_list` the tools are listed once for each connection, and again when the server says that they changed.

    What a server surely did nothing with is asked again for ten seconds, and up to `max_retry_attempts` times. What it
    may have done is never: only lists are, once or `max_retry_attempts` times, where -1 means ten.
    The rest is as `MCPServer` has it.
    """

    cache_tools_list: bool
    client_session_timeout_seconds: float | None
    tool_filter: ToolFilter
    use_structured_content: bool
    max_retry_attempts: int
    retry_backoff_seconds_base: float
    require_approval: RequireApproval
    risk: Risk
    failure_error_function: FailureFunction | None


class ConnectedMCPServer(MCPServer):
    """A server whose connections `open` opens."""

    def __init__(self, name: str, open: Opener, **options: Unpack[ServerOptions]) -> None:
        super().__init__(
            use_structured_content=options.get("use_structured_content", False),
            require_approval=options.get("require_approval"),
            risk=options.get("risk", "low"),
            failure_error_function=options.get("failure_error_function", default_tool_error_function),
        )
        within = options.get("client_session_timeout_seconds", ANSWERS_WITHIN)
        again = options.get("max_retry_attempts", 0)
        pause = options.get("retry_backoff_seconds_base", 1.0)
        if within is not None and within <= 0:
            raise UserError(f"client_session_timeout_seconds of MCP server {name} must be above 0, or None.")
        if again < -1 or pause < 0:
            raise UserError(
                f"max_retry_attempts and retry_backoff_seconds_base of MCP server {name} cannot be below 0."
            )
        if not name:
            raise UserError("An MCP server needs a name.")
        self._name = name
        self._open = open
        self._keeps_list = options.get("cache_tools_list", False)
        self._answers_within = within
        self._filter = check_filter(options.get("tool_filter"))
        self._again = _AGAIN_AT_MOST if again < 0 else max(again, 1)
        self._pause = pause
        self._waits_for = WAITS_FOR if within is None else min(within, WAITS_FOR)
        self._connection: Connection | None = None
        self._listed: Sequence[MCPTool] | None = None
        self._changes = 0

    @property
    def name(self) -> str:
        return self._name

    async def connect(self) -> None:
        if self._connection and not self._connection.ended:
            return
        why: str | None = "it was given up"
        try:
            why = await self.try_to_connect()
        finally:
            if why is not None:
                await self.cleanup()
        if why is not None:
            raise UserError(f"MCP server {self.name} cannot be opened: {why}.")

    async def try_to_connect(self) -> str | None:
        if self._connection is None or self._connection.ended:
            self._connection = Connection(
                self._open, server=self.name, first_pause=self._pause, tools_changed=self.invalidate_tools_cache
            )
        return await self._connection.tried()

    async def cleanup(self) -> None:
        connection, self._connection = self._connection, None
        self.invalidate_tools_cache()
        if connection:
            await connection.close()

    def invalidate_tools_cache(self) -> None:
        """Ask for the list of tools again when it is needed next."""
        self._listed = None
        self._changes += 1

    async def list_tools(self, run_context: AnyContext | None = None, agent: Any = None) -> Sequence[MCPTool]:
        context = ToolFilterContext(run_context, agent, self.name)
        return [tool for tool in await self._all_tools() if await given(tool, self._filter, context=context)]

    async def call_tool(
        self, tool_name: str, arguments: dict[str, JsonValue] | None, meta: Mapping[str, JsonValue] | None = None
    ) -> MCPResult:
        return await self._ask(lambda session: session.call(tool_name, arguments or {}, meta), only_if_not_taken=True)

    async def list_prompts(self) -> MCPPrompts:
        return await self._ask(lambda session: session.prompts())

    async def get_prompt(self, name: str, arguments: Mapping[str, str] | None = None) -> MCPPromptText:
        return await self._ask(lambda session: session.prompt(name, arguments))

    async def _all_tools(self) -> Sequence[MCPTool]:
        if self._listed is not None:
            return self._listed
        changes = self._changes
        listed = await self._ask(lambda session: session.tools())
        if self._keeps_list and changes == self._changes:
            self._listed = listed
        return listed

    async def _ask(self, ask: Callable[[Session], Awaitable[Answer]], *, only_if_not_taken: bool = False) -> Answer:
        """The answer; with `only_if_not_taken` the request is made again only when nothing came of it."""
        waits_until = asyncio.get_running_loop().time() + self._waits_for
        attempt = 0
        while True:
            session = await self._session()
            try:
                return await self._answer(ask(session))
            except NotPerformed:
                if attempt >= self._again and asyncio.get_running_loop().time() >= waits_until:
                    raise
            except ConnectionError:
                if attempt >= self._again or only_if_not_taken:
                    raise
            await asyncio.sleep(min(self._pause * 2**attempt, self._waits_for))
            attempt += 1

    async def _session(self) -> Session:
        if self._connection is None:
            raise NotPerformed(
                f"MCP server {self.name} is not open. Use it within `async with server:`, or await its connect()."
            )
        return await self._connection.session(within=self._waits_for)

    async def _answer(self, answer: Awaitable[Answer]) -> Answer:
        limit = asyncio.timeout(self._answers_within)
        try:
            async with limit:
                return await answer
        except TimeoutError as error:
            if limit.expired():
                raise TimeoutError(f"the server did not answer within {self._answers_within:g} s") from error
            raise
