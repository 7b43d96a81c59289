"""The three ways to reach a server; importing this imports the `mcp` package."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
from mcp.client import Transport
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from bot.agents.mcp.connection import Kind, Opener, Session, Told
from bot.agents.mcp.http import LosingClient, TellingClient
from bot.agents.mcp.session import session
from bot.agents.mcp.stdio import MOST_AT_ONCE, Program, running

_CONNECTS_WITHIN, _READS_WITHIN = 5.0, 300.0


def opener(kind: Kind, params: Mapping[str, Any], *, follow_changes: bool) -> Opener:
    """Opens connections of that kind; Any, as `params` are checked by whoever calls."""
    transport = _TRANSPORTS[kind]

    @asynccontextmanager
    async def open(told: Told) -> AsyncGenerator[Session]:
        async with transport(params, told) as reached, session(reached, told, follow_changes=follow_changes) as opened:
            yield opened

    return open


@asynccontextmanager
async def _stdio(params: Mapping[str, Any], _told: Told) -> AsyncGenerator[Transport]:
    yield running(Program(**params))


@asynccontextmanager
async def _sse(params: Mapping[str, Any], told: Told) -> AsyncGenerator[Transport]:
    def client(
        headers: dict[str, str] | None = None, timeout: httpx2.Timeout | None = None, auth: httpx2.Auth | None = None
    ) -> httpx2.AsyncClient:
        return LosingClient(told.lost, headers=headers, timeout=timeout, auth=auth)

    yield sse_client(
        params["url"],
        dict(params.get("headers", {})),
        timeout=_seconds(params.get("timeout", _CONNECTS_WITHIN)),
        sse_read_timeout=_seconds(params.get("sse_read_timeout", _READS_WITHIN)),
        httpx_client_factory=client,
        auth=params.get("auth"),
    )


@asynccontextmanager
async def _streamable_http(params: Mapping[str, Any], _told: Told) -> AsyncGenerator[Transport]:
    timeout = httpx2.Timeout(
        _seconds(params.get("timeout", _CONNECTS_WITHIN)),
        read=_seconds(params.get("sse_read_timeout", _READS_WITHIN)),
    )
    headers = dict(params.get("headers", {}))
    async with TellingClient(headers=headers, timeout=timeout, auth=params.get("auth")) as client:
        yield streamable_http_client(
            params["url"],
            http_client=client,
            terminate_on_close=params.get("terminate_on_close", True),
            max_sse_event_size=MOST_AT_ONCE,
        )


def _seconds(span: float | timedelta) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else float(span)


_TRANSPORTS: Mapping[Kind, Callable[[Mapping[str, Any], Told], AbstractAsyncContextManager[Transport]]] = {
    "stdio": _stdio,
    "sse": _sse,
    "streamable_http": _streamable_http,
}
