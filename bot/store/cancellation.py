"""A cancellation that a library loses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Answer = TypeVar("Answer")


async def not_losing_cancellation(working: Awaitable[Answer]) -> Answer:
    """The answer of `working`, or `CancelledError` when we were cancelled while it was awaited, whatever it made of it.

    redis-py sends through `asyncio.wait_for`, which on Python 3.11 drops a cancellation that comes just as it ends.
    A task that does nothing but ask Redis would then hardly ever end.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    answer = await working
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return answer
