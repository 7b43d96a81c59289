"""A session of the agents' runtime in Redis."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta

from bot.agents.record.clean import keepable
from bot.agents.record.plain import Item
from bot.agents.sessions.history import latest
from bot.agents.sessions.interface import Entry, SessionSettings, limit_of
from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds
from bot.store.script import Script

_REPEATED_WITHIN = timedelta(minutes=1)  # a command whose answer is lost is sent again for seconds
_FOR_EVER = 0

_APPEND = Script("append_session")
_POP = Script("pop_session")


class RedisSession:
    """A conversation in Redis, for any number of processes at the same time. It is kept until it is cleared.

    Raises `StoreUnavailable` when Redis does not answer in time: what was to be added may be there or not.
    """

    def __init__(self, client: Client, session_id: str, session_settings: SessionSettings | None = None) -> None:
        self.session_id = session_id
        self.session_settings = session_settings
        self._client = client
        self._items = keys.session_items(session_id)
        self._names = keys.session_names(session_id)

    async def get_items(self, limit: int | None = None) -> list[Item]:
        limit = limit_of(limit, self.session_settings)
        first = 0 if limit is None else -(limit + 1)
        stored: list[str] = await self._client.command("LRANGE", self._items, first, -1)
        return latest([json.loads(item) for item in stored], limit)

    async def add_items(self, items: list[Item]) -> None:
        names = [str(place) for place in range(len(items))]
        await self._append(items, names=names, known_in=self._attempt(), kept_for=milliseconds(_REPEATED_WITHIN))

    async def add_entries(self, entries: Sequence[Entry]) -> None:
        names = [entry.name for entry in entries]
        await self._append([entry.item for entry in entries], names=names, known_in=self._names, kept_for=_FOR_EVER)

    async def pop_item(self) -> Item | None:
        popped: str = await _POP(self._client, [self._items, self._attempt()], milliseconds(_REPEATED_WITHIN))
        return json.loads(popped) if popped else None

    async def clear_session(self) -> None:
        await self._client.command("DEL", self._items, self._names)

    async def _append(self, items: Sequence[Item], *, names: Sequence[str], known_in: str, kept_for: int) -> None:
        texts = [json.dumps(item, separators=(",", ":"), ensure_ascii=False) for item in keepable(items)]
        if texts:
            words = [word for pair in zip(names, texts, strict=True) for word in pair]
            await _APPEND(self._client, [self._items, known_in], kept_for, *words)

    def _attempt(self) -> str:
        """The key of what one attempt has done, so that Redis may be told of it twice."""
        return keys.session_attempt(self.session_id, secrets.token_hex(8))
