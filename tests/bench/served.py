"""A server in a process of its own, so that its CPU is not counted."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def served(module: str) -> AsyncGenerator[str]:
    """Run `python -m module` until the block ends; gives the address that it prints first."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, stdout=PIPE)
    assert process.stdout
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found, f"{module} told no address: {line!r}"
        yield f"{found.group()}/v1"
    finally:
        process.terminate()
        await process.wait()
