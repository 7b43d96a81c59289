"""Wait for something to become true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def until(true: Callable[[], Awaitable[bool]], *, within: float = 20) -> None:
    """Return as soon as `true()` is; `TimeoutError` after `within` seconds."""
    async with asyncio.timeout(within):
        while True:
            if await true():
                return
            await asyncio.sleep(0.02)
