"""A bot's process, as the test sees it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock

from tests.crashes.child import Orders, run

_LOOK_EVERY = 0.02
_STARTS_WITHIN = 60.0

# Each bot is forked off a process that has imported everything and done nothing: importing takes longer than a life.
_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["tests.crashes.child", "pytest"])


# Starting a process also looks after all others, and two threads that look after one of them get its exit code wrong.
_LOOKING = Lock()


class BotProcess:
    """A bot that runs. Its exit code is negative when a signal ended it."""

    def __init__(self, process: BaseProcess, orders: Orders) -> None:
        self._process = process
        self.orders = orders

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def code(self) -> int | None:
        """How it ended, or None while it runs."""
        with _LOOKING:
            return self._process.exitcode

    @property
    def over(self) -> bool:
        return self.code is not None

    async def ready(self) -> None:
        """Wait until it is connected; it may also end before that."""
        await _until(lambda: self.orders.ready.exists() or self.over, within=_STARTS_WITHIN)

    async def ended(self, *, within: float = 60.0) -> int:
        """Wait for its exit code."""
        await _until(lambda: self.over, within=within)
        assert self.code is not None
        return self.code

    async def frozen(self, *, within: float = 60.0) -> None:
        """Wait until it has been stopped, but not ended."""
        await _until(lambda: _state(self.pid) == "T", within=within)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if not self.over:
            os.kill(self.pid, number)


@asynccontextmanager
async def bot_process(orders: Orders) -> AsyncGenerator[BotProcess]:
    """A bot that runs, or ends by itself, within the block."""
    process = _NURSERY.Process(target=run, args=(orders.model_dump_json(),), daemon=True)
    with _LOOKING:
        process.start()
    bot = BotProcess(process, orders)
    try:
        yield bot
    finally:
        bot.send(signal.SIGKILL)
        await bot.ended()


async def _until(true: Callable[[], bool], *, within: float) -> None:
    async with asyncio.timeout(within):
        while True:
            if true():
                return
            await asyncio.sleep(_LOOK_EVERY)


def _state(pid: int) -> str:
    """The letter that Linux gives to what a process does."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
