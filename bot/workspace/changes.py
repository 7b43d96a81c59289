"""Who wants to know that something changed: the page, tests that wait, the state file."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager

from bot.workspace.wire import JsonObject

_KEPT_FOR_A_SLOW_READER = 1000


class Changes:
    """Passes every change on to whoever listens. A change says what to read again, not what it is now."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[JsonObject]] = set()
        self._callbacks: list[Callable[[], None]] = []

    def tell(self, kind: str, **where: object) -> None:
        change: JsonObject = {"type": kind, **where}
        for callback in self._callbacks:
            callback()
        for reader in self._readers:
            _give(reader, change)

    def call(self, callback: Callable[[], None]) -> None:
        """Call `callback` at every change from now on."""
        self._callbacks.append(callback)

    @contextmanager
    def listening(self) -> Generator[AsyncIterator[JsonObject]]:
        """The changes from now on; a reader that falls far behind is told "reset": read everything again."""
        queue: asyncio.Queue[JsonObject] = asyncio.Queue(_KEPT_FOR_A_SLOW_READER)
        self._readers.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._readers.discard(queue)


def _give(reader: asyncio.Queue[JsonObject], change: JsonObject) -> None:
    if reader.full():
        while not reader.empty():
            reader.get_nowait()
        change = {"type": "reset"}
    reader.put_nowait(change)


async def _drain(queue: asyncio.Queue[JsonObject]) -> AsyncIterator[JsonObject]:
    while True:
        yield await queue.get()
