"""Connections to servers: opened, lost, opened again, closed."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from bot.agents import NotPerformed, UserError
from bot.agents.mcp import MCPServerSse, MCPServerStdio, MCPServerStreamableHttp
from tests.agents.mcp.reached import ALL, Reached, Transport, lives, reached, until


async def test_a_server_that_dies_in_a_call_leaves_it_open_what_happened(there: Reached) -> None:
    async with there.server() as server:
        with pytest.raises(ConnectionError):
            await server.call_tool("die", {"text": "goodbye"})
        assert there.noted == ["goodbye"]
        await there.start()
        assert {tool.name for tool in await server.list_tools()} == ALL
        await server.call_tool("note", {"text": "back"})
        assert there.noted[-1].startswith("back")


async def test_a_server_that_was_killed_is_opened_again(there: Reached) -> None:
    async with there.server() as server:
        for round in range(2):
            assert {tool.name for tool in await server.list_tools()} == ALL
            await there.kill()
            await there.start()
            await server.call_tool("note", {"text": f"round {round}"})
    assert [note.split(" None")[0] for note in there.noted] == ["round 0", "round 1"]


@pytest.mark.parametrize("transport", ["sse", "streamable-http"])
async def test_what_cannot_be_sent_was_surely_not_done(transport: Transport, tmp_path: Path) -> None:
    async with reached(transport, tmp_path) as there, there.server(client_session_timeout_seconds=2.0) as server:
        await server.call_tool("note", {"text": "one"})
        await there.kill()
        await asyncio.sleep(0.2)
        with pytest.raises(NotPerformed, match=r"the server is away|the server cannot be reached"):
            await server.call_tool("note", {"text": "two"})
    assert [note.split()[0] for note in there.noted] == ["one"]


async def test_a_session_that_the_server_has_forgotten_is_opened_anew(tmp_path: Path) -> None:
    async with reached("streamable-http", tmp_path, old=True) as there, there.server() as server:
        await server.call_tool("note", {"text": "one"})
        await there.kill()
        await there.start()
        await server.call_tool("note", {"text": "two"})
        assert [note.split()[0] for note in there.noted] == ["one", "two"]


async def test_a_server_that_is_not_open_says_so(program: Reached) -> None:
    server = program.server()
    with pytest.raises(NotPerformed, match=r"MCP server notes is not open\. Use it within `async with server:`"):
        await server.call_tool("note", {"text": "milk"})
    async with server:
        await server.list_tools()
    with pytest.raises(NotPerformed, match="is not open"):
        await server.list_tools()


async def test_a_server_can_be_opened_and_closed_again_and_twice(there: Reached) -> None:
    server = there.server()
    for _ in range(2):
        await server.connect()
        await server.connect()
        await server.call_tool("note", {"text": "hello"})
        await server.cleanup()
        await server.cleanup()
    assert len(there.noted) == 2


async def test_it_may_be_opened_in_one_task_and_closed_in_another(there: Reached) -> None:
    server = there.server()
    await asyncio.create_task(server.connect())
    await asyncio.create_task(server.call_tool("note", {"text": "hello"}))
    await asyncio.create_task(server.cleanup())
    assert len(there.noted) == 1


async def test_closing_ends_the_program_and_all_that_it_started(program: Reached) -> None:
    async with program.server() as server:
        await server.list_tools()
        [pid] = program.pids
        assert lives(pid)
    assert not lives(pid)


async def test_a_call_under_way_does_not_keep_a_server_from_being_closed(there: Reached) -> None:
    server = there.server()
    await server.connect()
    call = asyncio.create_task(server.call_tool("slow_note", {"text": "late", "seconds": 60}))
    await until(lambda: there.noted == ["began late"])
    began = time.monotonic()
    await server.cleanup()
    assert time.monotonic() - began < 8
    with pytest.raises(ConnectionError):
        await call


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (MCPServerStdio({"command": "/no/such/program"}, name="gone"), "FileNotFoundError"),
        (MCPServerStdio({"command": "false"}, name="gone"), "ended before it answered; see what it wrote to standard"),
        (MCPServerStreamableHttp({"url": "http://127.0.0.1:1/mcp"}, name="gone"), "cannot be reached: ConnectError"),
        (MCPServerSse({"url": "http://127.0.0.1:1/sse"}, name="gone"), "ConnectError"),
    ],
)
async def test_a_server_that_cannot_be_opened_says_why(
    server: MCPServerStdio | MCPServerSse | MCPServerStreamableHttp, says: str
) -> None:
    with pytest.raises(UserError, match=f"MCP server gone cannot be opened: .*{says}"):
        await server.connect()
    with pytest.raises(NotPerformed, match="is not open"):
        await server.list_tools()


async def test_opening_can_be_given_up(tmp_path: Path) -> None:
    started = tmp_path / "started"
    mute = f"import os, pathlib, time; pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(600)"
    server = MCPServerStdio({"command": sys.executable, "args": ["-c", mute]}, name="mute")
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await server.connect()
    assert time.monotonic() - began < 8
    assert not lives(int(started.read_text()))


async def test_a_server_that_ends_at_once_is_not_started_again_and_again(tmp_path: Path) -> None:
    started = tmp_path / "started"
    ends = f"import pathlib; pathlib.Path({str(started)!r}).open('a').write('x')"
    server = MCPServerStdio({"command": sys.executable, "args": ["-c", ends]}, name="short")
    assert await server.try_to_connect()
    await asyncio.sleep(3.0)
    await server.cleanup()
    assert 1 <= len(started.read_text()) <= 3
