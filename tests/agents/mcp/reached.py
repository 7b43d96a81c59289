"""Real servers over each transport, and what they wrote down."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Unpack

from bot.agents.mcp import MCPServerSse, MCPServerStdio, MCPServerStreamableHttp
from bot.agents.mcp.connected import ConnectedMCPServer, ServerOptions

Transport = Literal["stdio", "sse", "streamable-http"]

ALL = {
    *("add", "note", "slow_note", "die", "fail", "refuse"),
    *("big", "several", "picture", "environment", "learn", "ask_back"),
}
"""Its tools."""

SERVER = str(Path(__file__).parent / "server.py")


@dataclass
class Reached:
    """How a test server is reached; `process` is the one that was started beside us, if any."""

    transport: Transport
    notes: Path
    port: int = 0
    old: bool = False
    process: asyncio.subprocess.Process | None = None

    def server(self, *, name: str | None = "notes", **options: Unpack[ServerOptions]) -> ConnectedMCPServer:
        """It, as an agent would have it; still closed."""
        match self.transport:
            case "stdio":
                return MCPServerStdio({"command": sys.executable, "args": self._arguments}, name=name, **options)
            case "sse":
                return MCPServerSse({"url": f"http://127.0.0.1:{self.port}/sse"}, name=name, **options)
            case "streamable-http":
                return MCPServerStreamableHttp({"url": f"http://127.0.0.1:{self.port}/mcp"}, name=name, **options)

    async def kill(self) -> None:
        """End the server's process, whoever started it."""
        if self.process:
            self.process.kill()
            await self.process.wait()
        else:
            os.kill(self.pids[-1], signal.SIGKILL)
            await until(lambda: not lives(self.pids[-1]))
            await asyncio.sleep(0.1)  # what it left in its pipes is read

    async def start(self) -> None:
        """Start it, where that is not the client's business."""
        if self.transport == "stdio":
            return
        quiet = asyncio.subprocess.DEVNULL
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *self._arguments, stdout=quiet, stderr=quiet
        )
        await until(lambda: _listening(self.port))

    @property
    def pids(self) -> list[int]:
        """The processes that there have been."""
        return [int(line.split()[-1]) for line in self._lines if line.startswith("listed by")]

    @property
    def noted(self) -> list[str]:
        """What its tools wrote down."""
        return [line for line in self._lines if not line.startswith("listed by")]

    @property
    def _lines(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []

    @property
    def _arguments(self) -> list[str]:
        return [SERVER, self.transport, str(self.notes), str(self.port), *(["old"] if self.old else [])]


@asynccontextmanager
async def reached(transport: Transport, directory: Path, *, old: bool = False) -> AsyncGenerator[Reached]:
    """A server that can be reached, for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    there = Reached(transport, directory / "notes", port, old)
    await there.start()
    try:
        yield there
    finally:
        if there.process and there.process.returncode is None:
            await there.kill()


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def lives(pid: int) -> bool:
    """Whether a process runs, and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(0.02)
