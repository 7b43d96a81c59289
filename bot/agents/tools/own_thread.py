"""Run a plain function in a thread of its own."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Returned = TypeVar("Returned")


async def in_a_thread_of_its_own(function: Callable[[], Returned]) -> Returned:
    """What `function` returns or raises, without blocking the loop.

    Not in the loop's pool: a function that hangs would keep its place there for ever, and name look-ups use that pool
    as well. The thread goes with the process, which does not wait for it.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Returned] = loop.create_future()
    context = contextvars.copy_context()

    def tell(setting: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is gone, and with it whoever waited
            loop.call_soon_threadsafe(lambda: None if ended.done() else setting())

    def work() -> None:
        try:
            returned = context.run(function)
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits, a wish to exit as well
            failed = error if not isinstance(error, StopIteration) else RuntimeError("it raised StopIteration")
            tell(lambda: ended.set_exception(failed))
        else:
            tell(lambda: ended.set_result(returned))

    threading.Thread(target=work, name=f"tool {getattr(function, '__name__', '')}", daemon=True).start()
    return await ended
