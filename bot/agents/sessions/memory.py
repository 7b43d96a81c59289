"""A session that lasts as long as its object."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.record.clean import keepable
from bot.agents.record.plain import Item, copied
from bot.agents.sessions.history import latest
from bot.agents.sessions.interface import Entry, SessionSettings, limit_of


class MemorySession:
    """A conversation in memory: for tests, and for programs that need it no longer than they live."""

    def __init__(self, session_id: str, session_settings: SessionSettings | None = None) -> None:
        self.session_id = session_id
        self.session_settings = session_settings
        self._items: list[Item] = []
        self._names: set[str] = set()

    async def get_items(self, limit: int | None = None) -> list[Item]:
        return [copied(item) for item in latest(self._items, limit_of(limit, self.session_settings))]

    async def add_items(self, items: list[Item]) -> None:
        self._items.extend(copied(item) for item in keepable(items))

    async def add_entries(self, entries: Sequence[Entry]) -> None:
        new = [entry for entry in entries if entry.name not in self._names]
        await self.add_items([entry.item for entry in new])
        self._names.update(entry.name for entry in new)

    async def pop_item(self) -> Item | None:
        return self._items.pop() if self._items else None

    async def clear_session(self) -> None:
        self._items.clear()
        self._names.clear()
