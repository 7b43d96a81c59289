"""Sessions in an SQLite database, in the tables that the OpenAI Agents SDK has for them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.agents.errors import UserError
from bot.agents.record.clean import keepable
from bot.agents.record.plain import Item
from bot.agents.sessions.database import Database
from bot.agents.sessions.history import latest
from bot.agents.sessions.interface import Entry, SessionError, SessionSettings, limit_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS {sessions} (
    session_id TEXT PRIMARY KEY,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS {messages} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL REFERENCES {sessions} (session_id) ON DELETE CASCADE,
    message_data TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX IF NOT EXISTS idx_{messages}_session_id ON {messages} (session_id, id);
CREATE TABLE IF NOT EXISTS {messages}_names (
    session_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (session_id, name)
) WITHOUT ROWID
"""


class SQLiteSession:
    """A conversation in a database that may hold many; without a path it lasts as long as the object.

    Several processes may use the database at the same time. Raises `SessionError` when it is damaged.
    """

    def __init__(
        self,
        session_id: str,
        db_path: str | Path = ":memory:",
        sessions_table: str = "agent_sessions",
        messages_table: str = "agent_messages",
        session_settings: SessionSettings | None = None,
    ) -> None:
        for table in (sessions_table, messages_table):
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", table):
                raise UserError(f"{table!r} cannot be the name of a table. Use letters, digits and underscores.")
        self.session_id = session_id
        self.session_settings = session_settings
        self._sessions, self._messages = sessions_table, messages_table
        self._database = Database(db_path, schema=_SCHEMA.format(sessions=sessions_table, messages=messages_table))

    async def get_items(self, limit: int | None = None) -> list[Item]:
        limit = limit_of(limit, self.session_settings)
        most = -1 if limit is None else limit + 1
        rows = await self._database.read(lambda connection: self._last(connection, most))
        return latest([self._item(row) for row in reversed(rows)], limit)

    async def add_items(self, items: list[Item]) -> None:
        texts = _texts(items)
        if texts:
            await self._database.write(lambda connection: self._add(connection, texts))

    async def add_entries(self, entries: Sequence[Entry]) -> None:
        named = list(zip([entry.name for entry in entries], _texts([entry.item for entry in entries]), strict=True))
        if named:
            await self._database.write(
                lambda connection: self._add(
                    connection, [text for name, text in named if self._is_new(connection, name)]
                )
            )

    async def pop_item(self) -> Item | None:
        row = await self._database.write(self._pop)
        return self._item(row) if row else None

    async def clear_session(self) -> None:
        await self._database.write(self._clear)

    def close(self) -> None:
        """Let go of the database; what was in memory only is gone then."""
        self._database.close()

    def _last(self, connection: sqlite3.Connection, most: int) -> list[tuple[int, str]]:
        """The last rows, the newest first; all of them with -1."""
        query = f"SELECT id, message_data FROM {self._messages} WHERE session_id = ? ORDER BY id DESC LIMIT ?"
        return connection.execute(query, (self.session_id, most)).fetchall()

    def _add(self, connection: sqlite3.Connection, texts: Iterable[str]) -> None:
        rows = [(self.session_id, text) for text in texts]
        connection.execute(f"INSERT OR IGNORE INTO {self._sessions} (session_id) VALUES (?)", (self.session_id,))
        connection.executemany(f"INSERT INTO {self._messages} (session_id, message_data) VALUES (?, ?)", rows)
        self._touch(connection)

    def _touch(self, connection: sqlite3.Connection) -> None:
        statement = f"UPDATE {self._sessions} SET updated_at = CURRENT_TIMESTAMP WHERE session_id = ?"
        connection.execute(statement, (self.session_id,))

    def _is_new(self, connection: sqlite3.Connection, name: str) -> bool:
        """Whether the session did not know this name; from now on it does."""
        statement = f"INSERT OR IGNORE INTO {self._messages}_names (session_id, name) VALUES (?, ?)"
        return connection.execute(statement, (self.session_id, name)).rowcount > 0

    def _pop(self, connection: sqlite3.Connection) -> tuple[int, str] | None:
        last = next(iter(self._last(connection, 1)), None)
        if last:
            connection.execute(f"DELETE FROM {self._messages} WHERE id = ?", (last[0],))
            self._touch(connection)
        return last

    def _clear(self, connection: sqlite3.Connection) -> None:
        for table in (self._messages, f"{self._messages}_names", self._sessions):
            connection.execute(f"DELETE FROM {table} WHERE session_id = ?", (self.session_id,))

    def _item(self, row: tuple[int, str]) -> Item:
        number, text = row
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SessionError(
                f"Row {number} of {self._messages} is damaged: it holds no item. Remove that row and what answers it."
            )
        return found  # pyright: ignore[reportUnknownVariableType]: parsed JSON


def _texts(items: Sequence[Item]) -> list[str]:
    return [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in keepable(items)]
