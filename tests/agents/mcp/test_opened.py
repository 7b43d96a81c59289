"""Servers that are open for as long as something lasts."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from bot.agents import Agent
from bot.agents.mcp import MCPServerStdio, opened
from bot.app import Served
from tests.agents.mcp.reached import Reached, lives, reached, until
from tests.agents.mcp.shelf import Shelf


async def test_servers_are_open_within_and_closed_after(program: Reached) -> None:
    server, shelf = program.server(), Shelf("read")
    async with opened([server, shelf]):
        await server.call_tool("note", {"text": "hello"})
        assert shelf.openings == ["opened"]
    assert shelf.openings == ["opened", "closed"]
    assert not lives(program.pids[0])


async def test_one_that_cannot_be_opened_is_logged_and_holds_nothing_up(
    program: Reached, caplog: pytest.LogCaptureFixture
) -> None:
    server, away = program.server(), Shelf("read", away=True)
    began = time.monotonic()
    async with opened([away, server]):
        assert time.monotonic() - began < 5
        await server.call_tool("note", {"text": "hello"})
    assert (
        "MCP server shelf cannot be opened: ConnectionRefusedError: nobody there. It is tried again until it can be."
        in caplog.text
    )
    assert away.openings == ["opened", "closed"]


async def test_one_that_does_not_answer_is_not_waited_for_long(tmp_path: Path) -> None:
    started = tmp_path / "started"
    mute = f"import os, pathlib, time; pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(600)"
    server = MCPServerStdio({"command": sys.executable, "args": ["-c", mute]}, name="mute")
    began = time.monotonic()
    async with opened([server]):
        assert 4 < time.monotonic() - began < 8
    assert time.monotonic() - began < 16
    assert not lives(int(started.read_text()))


async def test_one_that_comes_later_is_opened_then(tmp_path: Path) -> None:
    async with reached("streamable-http", tmp_path) as there:
        await there.kill()
        server = there.server()
        async with opened([server]):
            await there.start()
            await server.call_tool("note", {"text": "hello"})
    assert len(there.noted) == 1


async def test_what_the_block_raises_comes_out_as_it_is(program: Reached) -> None:
    with pytest.raises(ValueError, match="no"):
        async with opened([program.server()]):
            raise ValueError("no")
    await until(lambda: not lives(program.pids[0]))


def test_all_that_is_served_is_found_once() -> None:
    one, two, three, four = (Shelf("read", name=name) for name in ("one", "two", "three", "four"))
    inner = Agent("inner", mcp_servers=[three, one])
    expert = Agent("expert", mcp_servers=[two], tools=[inner.as_tool()])
    clerk = Agent("clerk", handoffs=[expert], mcp_servers=[four])
    start = Agent("start", mcp_servers=[one], handoffs=[expert], tools=[clerk.as_tool()])
    assert {server.name for server in Served(start).mcp_servers} == {"one", "two", "three", "four"}
    assert len(Served(start).mcp_servers) == 4
