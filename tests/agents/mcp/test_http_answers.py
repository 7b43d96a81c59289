"""What becomes of a call when HTTP answers in the server's place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.agents import NotPerformed, UserError
from bot.agents.mcp import MCPServerStreamableHttp
from bot.agents.mcp.results import output_of

Handler = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]

GREETING: dict[str, Any] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "h", "version": "1"},
}


@asynccontextmanager
async def serving(call: Handler) -> AsyncGenerator[str]:
    """A server that answers calls of tools as `call` does; yields its address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        message = await request.json()
        match message.get("method"):
            case "initialize":
                return web.json_response(
                    {"jsonrpc": "2.0", "id": message["id"], "result": GREETING}, headers={"mcp-session-id": "s1"}
                )
            case "tools/call":
                return await call(request, message)
            case _ if "id" in message:
                error = {"code": -32601, "message": "Method not found"}
                return web.json_response({"jsonrpc": "2.0", "id": message["id"], "error": error})
            case _:
                return web.Response(status=202)

    application = web.Application()
    application.router.add_post("/mcp", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/mcp"
    finally:
        await runner.cleanup()


def to(url: str) -> MCPServerStreamableHttp:
    return MCPServerStreamableHttp({"url": url}, name="there", client_session_timeout_seconds=2.0)


def to_somebody(url: str) -> MCPServerStreamableHttp:
    return MCPServerStreamableHttp({"url": url, "headers": {"Authorization": "Bearer t"}})


def done(message: dict[str, Any]) -> web.StreamResponse:
    result = {"content": [{"type": "text", "text": "done"}]}
    return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": result})


@pytest.mark.parametrize("status", [401, 403, 405])
async def test_a_call_that_is_refused_at_the_door_is_told_to_the_model(status: int) -> None:
    calls: list[str] = []

    async def refuse(_: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        calls.append(message["params"]["name"])
        return web.Response(status=status)

    async with serving(refuse) as url, to(url) as server:
        result = await server.call_tool("pay", {})
    assert result.is_error
    assert f"the server refused the call: the server answered with HTTP {status}" in output_of(result, structured=False)
    assert calls == ["pay"]


async def test_a_call_in_a_session_that_is_forgotten_again_and_again_was_not_made() -> None:
    async def forget(*_: Any) -> web.StreamResponse:
        return web.Response(status=404)

    async with serving(forget) as url, to(url) as server:
        with pytest.raises(NotPerformed, match="the server has forgotten the session"):
            await server.call_tool("pay", {})


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_a_gateway_that_gives_up_leaves_it_open_what_happened(status: int) -> None:
    calls: list[str] = []

    async def give_up(_: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        calls.append(message["params"]["name"])
        return web.Response(status=status, text="<html>busy</html>")

    async with serving(give_up) as url, to(url) as server:
        with pytest.raises(ConnectionError, match=f"the server answered with HTTP {status}"):
            await server.call_tool("pay", {})
    assert calls == ["pay"]


async def test_a_call_that_is_put_off_is_made_again() -> None:
    calls: list[str] = []

    async def put_off(_: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        calls.append(message["params"]["name"])
        return web.Response(status=429) if len(calls) == 1 else done(message)

    async with serving(put_off) as url, to(url) as server:
        assert output_of(await server.call_tool("pay", {}), structured=False) == "done"
    assert calls == ["pay", "pay"]


async def test_a_broken_answer_is_an_error_of_that_call_alone() -> None:
    async def answer(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        if message["params"]["name"] == "slow":
            await asyncio.sleep(0.5)
            return done(message)
        assert request.transport
        request.transport.abort()
        return web.Response()

    async with serving(answer) as url, to(url) as server:
        slow = asyncio.create_task(server.call_tool("slow", {}))
        with pytest.raises(ConnectionError, match="the answer of the server was lost"):
            await server.call_tool("pay", {})
        assert output_of(await slow, structured=False) == "done"


async def test_a_server_that_asks_for_a_login_cannot_be_opened_and_says_so() -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=401)

    application = web.Application()
    application.router.add_post("/mcp", refuse)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server = to(f"http://secret:password@127.0.0.1:{runner.addresses[0][1]}/mcp?key=secret")
    with pytest.raises(UserError) as raised:
        await server.connect()
    await runner.cleanup()
    assert "MCP server there cannot be opened: the server answered with HTTP 401" in str(raised.value)
    assert "secret" not in str(raised.value)


async def test_headers_are_sent_and_names_do_not_show_what_is_secret() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request, message: dict[str, Any]) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization"))
        return done(message)

    async with serving(answer) as url:
        assert to_somebody(url.replace("//", "//me:secret@")).name == f"streamable_http: {url}"
        server = to_somebody(f"{url}?token=secret")
        assert server.name == f"streamable_http: {url}"
        async with server:
            await server.call_tool("pay", {})
    assert seen == ["Bearer t"]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"url": "ftp://somewhere"},
        {"url": "somewhere"},
        {"url": 1},
        {"url": "http://there", "header": {"Authorization": "Bearer secret"}},
        {"url": "http://there", "headers": "Bearer secret"},
    ],
    ids=json.dumps,
)
def test_params_that_cannot_be_are_an_error_that_shows_no_secret(params: Any) -> None:
    with pytest.raises(UserError, match="of an MCP server") as raised:
        MCPServerStreamableHttp(params)
    assert "secret" not in str(raised.value)
