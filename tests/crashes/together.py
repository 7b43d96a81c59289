"""Many stories at the same time, as each spends most of its own waiting: for a lease to end, for a bot to come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

from tests.crashes.crashes import Crash
from tests.crashes.ending import Ending
from tests.crashes.lived import lived_through
from tests.crashes.stories import STORIES

_AT_ONCE = 10
_LONG = 3600.0


class Together:
    """Stories in a loop and a thread of their own, begun in the order in which their ends are asked for."""

    def __init__(self, crashes: Iterable[Crash], directory: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._thread.start()
        places = {crash: directory / str(number) for number, crash in enumerate(dict.fromkeys(crashes))}
        for place in places.values():
            place.mkdir()
        self._ends: dict[Crash, Future[Ending]] = {
            crash: asyncio.run_coroutine_threadsafe(self._live(crash, place), self._loop)
            for crash, place in places.items()
        }

    async def end(self, crash: Crash) -> Ending:
        """How that story ended."""
        return await asyncio.wrap_future(self._ends[crash])

    def close(self) -> None:
        """Break off what still goes on."""
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _live(self, crash: Crash, directory: Path) -> Ending:
        async with self._free:
            lease_for = 4.0 if crash.by == "kill" else _LONG
            return await lived_through(STORIES[crash.story], directory, stop=crash.stop, lease_for=lease_for)


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
