"""Lists that are kept, and what makes them be asked for again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.agents.mcp.connected import ConnectedMCPServer
from tests.agents.mcp.raw import raw
from tests.agents.mcp.reached import ALL, Reached, reached

CHANGED = json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}) + "\n"


async def names(server: ConnectedMCPServer) -> set[str]:
    """What it lists now."""
    return {tool.name for tool in await server.list_tools()}


async def until_listed(server: ConnectedMCPServer, expected: set[str]) -> None:
    async with asyncio.timeout(10):
        while await names(server) != expected:  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(0.02)


def listing(*tools: str) -> dict[str, Any]:
    return {"result": {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in tools]}}


async def test_a_kept_list_is_asked_for_again_when_the_server_says_that_it_changed(there: Reached) -> None:
    async with there.server(cache_tools_list=True) as server:
        assert await names(server) == ALL
        await server.call_tool("learn", {"name": "sum"})
        await until_listed(server, {*ALL, "sum"})


async def test_an_older_server_says_so_too(tmp_path: Path) -> None:
    async with reached("streamable-http", tmp_path, old=True) as there, there.server(cache_tools_list=True) as server:
        assert await names(server) == ALL
        await server.call_tool("learn", {"name": "sum"})
        await until_listed(server, {*ALL, "sum"})


@pytest.mark.parametrize("kept", [True, False])
async def test_a_list_is_kept_when_that_is_wanted(kept: bool, tmp_path: Path) -> None:
    answers: dict[str, Any] = {
        "tools/list": [listing("a"), listing("b"), listing("c"), listing("d")],
        "tools/call": {"first": CHANGED, "result": {"content": []}},
    }
    async with raw(tmp_path, answers, cache_tools_list=kept) as server:
        assert await names(server) == {"a"}
        assert await names(server) == ({"a"} if kept else {"b"})
        server.invalidate_tools_cache()
        assert await names(server) == ({"b"} if kept else {"c"})
        await server.call_tool("change", {})
        await until_listed(server, {"c"} if kept else {"d"})


async def test_a_new_connection_lists_anew(program: Reached) -> None:
    async with program.server(cache_tools_list=True) as server:
        await server.call_tool("learn", {"name": "sum"})
        await until_listed(server, {*ALL, "sum"})
        await program.kill()
        assert await names(server) == ALL
