"""The door to the `mcp` package: opens connections with its client, and makes our values of what it gives."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress

import anyio
from mcp import Client, MCPError
from mcp.client import IncomingMessage, Transport
from mcp.client._transport import TransportStreams
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.message import SessionMessage
from mcp_types import (
    CONNECTION_CLOSED,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    Implementation,
    InputRequiredResult,
    RequestParamsMeta,
    ToolListChangedNotification,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import JsonValue, TypeAdapter, ValidationError

from bot.agents.errors import NotPerformed
from bot.agents.mcp import http
from bot.agents.mcp.connection import Session, Told, innermost
from bot.agents.mcp.listed import MCPPrompt, MCPPrompts, MCPPromptText, MCPResult, MCPTool
from bot.agents.mcp.shapes import prompt_of, prompt_text_of, result_of, tool_of

_MOST_PAGES = 100
_MOST_TOOLS = 1_000
_MOST_WORDS = 1_000
_REFUSALS = (http.REFUSED, METHOD_NOT_FOUND, INVALID_PARAMS, HEADER_MISMATCH)
_META: TypeAdapter[RequestParamsMeta] = TypeAdapter(RequestParamsMeta)
_WHO_WE_ARE = Implementation(name="assent", version="1")
_ANSWER: TypeAdapter[CallToolResult | InputRequiredResult] = TypeAdapter(CallToolResult | InputRequiredResult)


@asynccontextmanager
async def session(transport: Transport, told: Told, *, follow_changes: bool) -> AsyncGenerator[Session]:
    """A session over `transport`, from the greeting on. With `follow_changes` it tells when the list of tools changes.

    Raises whatever the transport raises, and `ConnectionError` when the server ends before it has answered.
    """

    async def heard(message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            told.tools_changed()

    async with AsyncExitStack() as stack:
        client = Client(_watched(transport, told), cache=None, client_info=_WHO_WE_ARE, message_handler=heard)
        try:
            await stack.enter_async_context(client)
        except Exception as error:
            cause = innermost(error)
            if not isinstance(cause, MCPError):
                raise
            ended = "it ended before it answered; see what it wrote to standard error"
            raise ConnectionError(ended if _is_end(cause) else cause.message[:_MOST_WORDS]) from error
        if follow_changes and _tells_on_request(client):
            group = await stack.enter_async_context(anyio.create_task_group())
            group.start_soon(_follow_changes, client, told)
            stack.callback(group.cancel_scope.cancel)
        yield ClientSession(client, told)


@asynccontextmanager
async def _watched(transport: Transport, told: Told) -> AsyncGenerator[TransportStreams]:
    """The same transport, which tells when it has ended: the client itself only fails its next requests."""
    async with transport as (incoming, outgoing), anyio.create_task_group() as group:
        sink, watched = anyio.create_memory_object_stream[SessionMessage | Exception](0)

        async def relay() -> None:
            with sink, suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                async for each in incoming:
                    await sink.send(each)
            told.lost("it closed the connection")

        group.start_soon(relay)
        yield watched, outgoing
        group.cancel_scope.cancel()


class ClientSession:
    """One session of the package's client, with our values and errors."""

    def __init__(self, client: Client, told: Told) -> None:
        self._client = client
        self._told = told

    async def tools(self) -> list[MCPTool]:
        found: list[MCPTool] = []
        cursor: str | None = None
        with _our_errors(self._told):
            for _ in range(_MOST_PAGES):
                page = await self._client.list_tools(cursor=cursor)
                found += [tool_of(each) for each in page.tools]
                cursor = page.next_cursor
                if cursor is None or len(found) >= _MOST_TOOLS:
                    break
        return found[:_MOST_TOOLS]

    async def call(self, tool: str, arguments: dict[str, JsonValue], meta: Mapping[str, JsonValue] | None) -> MCPResult:
        with_meta = _META.validate_python(meta or {})
        params = CallToolRequestParams(name=tool, arguments=arguments, _meta=with_meta)
        try:
            # not the client's own call_tool: that throws away a result which does not fit the schema that the server
            # gives for it, and lists its tools first; by then the call has been carried out
            with _our_errors(self._told):
                answer = await self._client.session.send_request(CallToolRequest(params=params), _ANSWER)
        except _Refused as refusal:
            return MCPResult(
                content=[{"type": "text", "text": f"the server refused the call: {refusal}"}], is_error=True
            )
        if isinstance(answer, InputRequiredResult):
            words = "the server asks for something in the middle of the call, which cannot be given here"
            return MCPResult(content=[{"type": "text", "text": words}], is_error=True)
        return result_of(answer)

    async def prompts(self) -> MCPPrompts:
        found: list[MCPPrompt] = []
        cursor: str | None = None
        with _our_errors(self._told):
            for _ in range(_MOST_PAGES):
                page = await self._client.list_prompts(cursor=cursor)
                found += [prompt_of(each) for each in page.prompts]
                cursor = page.next_cursor
                if cursor is None:
                    break
        return MCPPrompts(prompts=found)

    async def prompt(self, name: str, arguments: Mapping[str, str] | None) -> MCPPromptText:
        with _our_errors(self._told):
            return prompt_text_of(await self._client.get_prompt(name, dict(arguments) if arguments else None))


class _Refused(ConnectionError):
    """The server answered that there is no such thing to ask of it."""


@contextmanager
def _our_errors(told: Told) -> Generator[None]:
    try:
        yield
    except MCPError as error:
        words = error.message[:_MOST_WORDS]
        if _is_end(error):
            raise ConnectionError("the connection was lost before the answer came") from error
        match error.code:
            case http.NOT_TAKEN:
                raise NotPerformed(words) from error
            case http.SESSION_GONE:
                told.lost(words)
                raise NotPerformed(words) from error
            case code if code in _REFUSALS:
                raise _Refused(words) from error
            case http.ANSWER_LOST:
                raise ConnectionError(words) from error
            case _:
                raise ConnectionError(f"the server answered with an error: {words}") from error
    except ValidationError as error:
        [first, *_] = error.errors(include_url=False, include_input=False)
        where = ".".join(map(str, first["loc"]))
        raise ConnectionError(f"the server answered something that is no MCP (at {where}: {first['msg']})") from error


def _is_end(error: MCPError) -> bool:
    """Whether it is the client's own word for a connection that has ended; servers use that code as well."""
    return (error.code, error.message) == (CONNECTION_CLOSED, "Connection closed")


def _tells_on_request(client: Client) -> bool:
    tools = client.server_capabilities.tools
    return client.protocol_version in MODERN_PROTOCOL_VERSIONS and tools is not None and bool(tools.list_changed)


async def _follow_changes(client: Client, told: Told) -> None:
    """Newer servers tell of changes only those who ask."""
    try:
        async with client.listen(tools_list_changed=True) as changes:
            told.tools_changed()  # it may have changed before we listened
            try:
                async for _ in changes:
                    told.tools_changed()
            except SubscriptionLost:
                pass
            told.lost("it closed the connection")
    except (MCPError, SubscriptionLost):
        return  # it says that it tells of changes, and does not: the list is kept until it is asked for again
