"""Answers that are kept for a while, and looked up by one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

_KEPT_AT_MOST = 10_000


@dataclass(frozen=True)
class _Known(Generic[Answer]):
    answer: Answer
    asked_at: float


class Lookups(Generic[Answer]):
    """The answers of `look_up`, by key.

    Whoever asks while a key is looked up gets the same answer, and a failure is not kept. Who stops waiting does not
    stop the look-up: its answer serves whoever asks next.
    """

    def __init__(self, look_up: Callable[[str], Awaitable[Answer]], *, clock: Callable[[], float]) -> None:
        self._look_up = look_up
        self._clock = clock
        self._known: dict[str, _Known[Answer]] = {}
        self._under_way: dict[str, asyncio.Task[Answer]] = {}

    async def get(self, key: str, *, max_age: float) -> Answer:
        """The answer for `key`, looked up `max_age` seconds ago at most."""
        known = self._known.get(key)
        if known and self._clock() - known.asked_at <= max_age:
            return known.answer
        under_way = self._under_way.get(key) or self._begin(key)
        return await asyncio.shield(under_way)

    def _begin(self, key: str) -> asyncio.Task[Answer]:
        asked_at = self._clock()

        async def look_up() -> Answer:
            answer = await self._look_up(key)
            self._keep(key, _Known(answer, asked_at))
            return answer

        task = asyncio.create_task(look_up())
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._end(key, done))
        return task

    def _keep(self, key: str, known: _Known[Answer]) -> None:
        if len(self._known) >= _KEPT_AT_MOST:
            self._known.clear()
        self._known[key] = known

    def _end(self, key: str, done: asyncio.Task[Answer]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # whoever still waits gets it; nobody else needs to hear of it
