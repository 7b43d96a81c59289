"""Run something until Ctrl-C or a SIGTERM, and let it clean up."""

import asyncio
import signal
from collections.abc import Coroutine


def until_stopped(work: Coroutine[None, None, None]) -> None:
    """Run `work` until it ends or the process is told to stop, which cancels it and is no failure.

    Only the first signal counts: some terminals and wrappers send two, and the second must not break the clean-up off.
    """
    asyncio.run(_until_stopped(work))


async def _until_stopped(work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    stopping = asyncio.Event()

    def stop() -> None:
        if not stopping.is_set():
            stopping.set()
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise
