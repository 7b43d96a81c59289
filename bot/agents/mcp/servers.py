"""MCP servers by how they are reached: a program that is started, or an address."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NotRequired, TypeVar, Unpack
from urllib.parse import urlsplit

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from bot.agents.errors import UserError
from bot.agents.mcp.connected import ConnectedMCPServer, ServerOptions
from bot.agents.mcp.connection import Kind, Opener

_AS_THEY_ARE = ConfigDict(extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)


@with_config(_AS_THEY_ARE)
class MCPServerStdioParams(TypedDict):
    """A program to start. `env` is added to HOME, PATH and the like; nothing else of our environment is handed on."""

    command: str
    args: NotRequired[Sequence[str]]
    env: NotRequired[Mapping[str, str]]
    cwd: NotRequired[str | Path | None]
    encoding: NotRequired[str]
    encoding_error_handler: NotRequired[str]


@with_config(_AS_THEY_ARE)
class MCPServerSseParams(TypedDict):
    """An address. Spans are in seconds; `auth` is one of the HTTP client's (`httpx2.Auth`)."""

    url: str
    headers: NotRequired[Mapping[str, str]]
    timeout: NotRequired[float | timedelta]
    sse_read_timeout: NotRequired[float | timedelta]
    auth: NotRequired[Any]


@with_config(_AS_THEY_ARE)
class MCPServerStreamableHttpParams(MCPServerSseParams):
    """An address; the same, and whether the server is told when the connection is closed."""

    terminate_on_close: NotRequired[bool]


class MCPServerStdio(ConnectedMCPServer):
    """A server that we start, and end with all that it started. Raises `UserError` for what cannot be."""

    def __init__(
        self, params: MCPServerStdioParams, *, name: str | None = None, **options: Unpack[ServerOptions]
    ) -> None:
        checked = _checked(_STDIO, params)
        usual = f"stdio: {checked['command']}"
        super().__init__(usual if name is None else name, _opener("stdio", checked, options), **options)


class MCPServerSse(ConnectedMCPServer):
    """A server that answers in one stream of events, as older ones do. Raises `UserError` for what cannot be.

    An answer of more than 1 MB breaks the connection: that is what the client of the `mcp` package takes.
    """

    def __init__(
        self, params: MCPServerSseParams, *, name: str | None = None, **options: Unpack[ServerOptions]
    ) -> None:
        checked = _checked(_SSE, params)
        usual = f"sse: {_address(checked['url'])}"
        super().__init__(usual if name is None else name, _opener("sse", checked, options), **options)


class MCPServerStreamableHttp(ConnectedMCPServer):
    """A server that answers each request by itself, as newer ones do. Raises `UserError` for what cannot be."""

    def __init__(
        self, params: MCPServerStreamableHttpParams, *, name: str | None = None, **options: Unpack[ServerOptions]
    ) -> None:
        checked = _checked(_STREAMABLE_HTTP, params)
        usual = f"streamable_http: {_address(checked['url'])}"
        super().__init__(usual if name is None else name, _opener("streamable_http", checked, options), **options)


_STDIO = TypeAdapter(MCPServerStdioParams)
_SSE = TypeAdapter(MCPServerSseParams)
_STREAMABLE_HTTP = TypeAdapter(MCPServerStreamableHttpParams)

Params = TypeVar("Params")


def _checked(adapter: TypeAdapter[Params], params: Params) -> Params:
    try:
        return adapter.validate_python(params)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'params'}: {each['msg']}"
            for each in error.errors(include_url=False, include_input=False)
        )
        raise UserError(f"The params of an MCP server cannot be used: {wrong}.") from error


def _address(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise UserError("The url of an MCP server must begin with http:// or https://.")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _opener(kind: Kind, params: Mapping[str, object], options: ServerOptions) -> Opener:
    # the mcp package takes half a second to import, so only those who have a server pay for it
    transports: Any = importlib.import_module("bot.agents.mcp.transports")
    make: Callable[..., Opener] = transports.opener
    return make(kind, params, follow_changes=options.get("cache_tools_list", False))
