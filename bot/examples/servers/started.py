"""The sample server as a program beside us, which is reached over HTTP."""

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

FILES = str(Path(__file__).with_name("files.py"))

_PATHS = {"sse": "/sse", "streamable-http": "/mcp"}
_STARTS_WITHIN = 30.0
_ENDS_WITHIN = 3.0


@asynccontextmanager
async def started(transport: Literal["sse", "streamable-http"]) -> AsyncGenerator[str]:
    """Its address, on a free port of this machine, until the block ends. Raises `TimeoutError` if it does not start."""
    port = _free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, FILES, transport, str(port))
    try:
        async with asyncio.timeout(_STARTS_WITHIN):
            while not await _listens(port):  # noqa: ASYNC110 - nothing else tells of it
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}{_PATHS[transport]}"
    finally:
        await _end(process)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _ENDS_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()
