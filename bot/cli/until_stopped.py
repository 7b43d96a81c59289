"""Run something until Ctrl-C or a SIGTERM, and let it clean up."""

import asyncio
import os
import signal
import time
from collections.abc import Coroutine

import structlog

from bot.app.bot import Bot
from bot.cli.failed import CommandFailed

_log = structlog.get_logger(__name__)

_ONE_WISH = 2.0
"""Seconds in which two signals are one wish: some terminals and wrappers send it twice."""


def until_stopped(work: Coroutine[None, None, None]) -> None:
    """Run `work` until it ends or the process is told to stop, which cancels it and is no failure.

    Who tells it again while it still cleans up ends it there and then, with exit code 1; nothing recorded is lost.
    """
    asyncio.run(_until_stopped(work))


async def until_it_fails(bot: Bot) -> None:
    """Wait for as long as the bot runs. Raises `CommandFailed` when a part of it dies for good."""
    try:
        await bot.failed
    except Exception as error:
        _log.exception("a part of the bot died")
        raise CommandFailed(f"A part of the bot died, so it stops: {type(error).__name__}: {error}") from error


async def _until_stopped(work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    told_at: list[float] = []

    def stop() -> None:
        told_at.append(time.monotonic())
        if len(told_at) == 1:
            task.cancel()
        elif told_at[-1] - told_at[0] > _ONE_WISH:
            os._exit(1)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not told_at:
            raise
