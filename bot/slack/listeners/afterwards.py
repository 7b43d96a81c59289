"""What is done after an ack: kept track of, so that nothing vanishes and a shutdown can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

import structlog
from structlog.typing import FilteringBoundLogger

_log: FilteringBoundLogger = structlog.get_logger()


class Afterwards:
    """Work that follows acks. What fails is logged; nobody waits for it but `drain`."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[object, object, None]) -> None:
        """Do this, while the listener returns and its ack leaves."""
        task = asyncio.create_task(_logged(work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def drain(self, *, within: float) -> None:
        """Wait for what is under way and what that begins, and cancel what is not done `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._under_way:
                    await asyncio.wait(self._under_way)
        late = list(self._under_way)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _logged(work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except Exception:  # noqa: BLE001 - it has no caller: its end is the log
        _log.exception("what was to follow an ack failed")
