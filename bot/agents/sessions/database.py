"""An SQLite database off the event loop, which several processes may use."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal, TypeVar

from bot.agents.sessions.interface import SessionError

WAITS = 30.0
"""Seconds for others to end their transactions."""

Returned = TypeVar("Returned")


class Database:
    """One connection, which does one thing after the other; `schema` is made when it is opened first."""

    def __init__(self, path: str | Path, *, schema: str) -> None:
        self._path = str(path)
        self._schema = schema
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    async def read(self, work: Callable[[sqlite3.Connection], Returned]) -> Returned:
        """What `work` returns of one state of the database."""
        return await asyncio.to_thread(self._transaction, "DEFERRED", work)

    async def write(self, work: Callable[[sqlite3.Connection], Returned]) -> Returned:
        """What `work` returns, once all of what it changed is on the disk; when it raises, nothing is changed."""
        return await asyncio.to_thread(self._transaction, "IMMEDIATE", work)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._connection:
                self._connection.close()

    def _transaction(
        self, kind: Literal["DEFERRED", "IMMEDIATE"], work: Callable[[sqlite3.Connection], Returned]
    ) -> Returned:
        with self._lock:
            try:
                connection = self._opened()
                connection.execute(f"BEGIN {kind}")
                with connection:  # commits, or rolls back
                    return work(connection)
            except sqlite3.DatabaseError as error:
                if type(error) is not sqlite3.DatabaseError:  # its subclasses say what went wrong here, not in the file
                    raise
                raise SessionError(
                    f"{self._path} is damaged, or no SQLite database: {error}. Name another file, or put back a copy."
                ) from error

    def _opened(self) -> sqlite3.Connection:
        if self._closed:
            raise SessionError("This session was closed. Make another one to go on.")
        if self._connection is None:
            self._connection = _connect(self._path, self._schema)
        return self._connection


def _connect(path: str, schema: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAITS, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(f"BEGIN IMMEDIATE; {schema}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side. SQLite does not wait by itself when two switch to it at once."""
    until = time.monotonic() + WAITS
    while True:
        try:
            with closing(connection.execute("PRAGMA journal_mode=WAL")):
                return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
