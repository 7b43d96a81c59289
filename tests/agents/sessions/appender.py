"""A process that adds batch after batch to a session, and says so of each: for tests that start or kill it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.agents.record.plain import Item
from bot.agents.sessions.append import append
from bot.agents.sessions.file import FileSession
from bot.agents.sessions.interface import Entry, Session
from bot.agents.sessions.sqlite import SQLiteSession
from tests.agents.sessions.said import entries, pair, user


def session_in(directory: Path, backend: str) -> Session:
    """The one session that these processes share."""
    return FileSession("shared", directory) if backend == "file" else SQLiteSession("shared", directory / "shared.db")


def batch(who: str, number: int, *, padding: int = 0) -> list[Entry]:
    """What `who` adds at once, and adds again when it does not know whether it did."""
    items: list[Item] = [user(f"{who}-{number}" + "." * padding), *pair(f"{who}-{number}")]
    return entries(items, run=f"{who}-{number}")


async def _main(directory: str, backend: str, who: str, count: str, padding: str) -> None:
    session = session_in(Path(directory), backend)
    for number in range(int(count)):
        await append(session, batch(who, number, padding=int(padding)), again=False)
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
