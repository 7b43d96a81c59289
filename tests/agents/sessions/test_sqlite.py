"""Sessions in SQLite: tables of any name, the database of the OpenAI Agents SDK, and damage."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.agents import UserError
from bot.agents.sessions.append import append
from bot.agents.sessions.interface import SessionError
from bot.agents.sessions.sqlite import SQLiteSession
from tests.agents.sessions.said import entries, said, user

THEIR_SCHEMA = """
CREATE TABLE agent_sessions (
    session_id TEXT PRIMARY KEY,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE agent_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL,
    message_data TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
);
CREATE INDEX idx_agent_messages_session_id ON agent_messages (session_id, id);
INSERT INTO agent_sessions (session_id) VALUES ('s1');
INSERT INTO agent_messages (session_id, message_data) VALUES ('s1', '{"role": "user", "content": "theirs"}');
"""


async def test_without_a_path_it_lasts_as_long_as_the_object() -> None:
    session = SQLiteSession("s1")
    await session.add_items([user("1")])
    assert said(await session.get_items()) == ["user: 1"]
    assert await SQLiteSession("s1").get_items() == []


async def test_a_database_of_the_openai_agents_sdk_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.executescript(THEIR_SCHEMA)
    session = SQLiteSession("s1", path)
    await session.add_items([user("ours")])
    assert said(await session.get_items()) == ["user: theirs", "user: ours"]
    found = theirs.execute("SELECT count(*) FROM agent_messages WHERE session_id = 's1'").fetchone()
    assert found == (2,)
    theirs.close()
    session.close()


async def test_tables_may_have_other_names_and_no_name_is_taken_for_sql(tmp_path: Path) -> None:
    session = SQLiteSession("s1", tmp_path / "s.db", "sessions", "messages")
    await session.add_items([user("1")])
    assert await SQLiteSession("s1", tmp_path / "s.db").get_items() == []
    for bad in ("", "a b", 'a"; DROP TABLE sessions; --', "1a", "ä"):
        with pytest.raises(UserError, match="cannot be the name of a table"):
            SQLiteSession("s1", tmp_path / "s.db", bad)
    injected = SQLiteSession("' OR 1=1; --", tmp_path / "s.db", "sessions", "messages")
    assert await injected.get_items() == []


async def test_names_are_kept_with_the_items_or_not_at_all(tmp_path: Path) -> None:
    session = SQLiteSession("s1", tmp_path / "s.db")
    await append(session, entries([user("1")]), again=False)
    with sqlite3.connect(tmp_path / "s.db") as beside:
        beside.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON agent_messages WHEN NEW.message_data LIKE '%3%' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="refused"):
        await append(session, entries([user("2"), user("3")], first=1), again=False)
    assert said(await session.get_items()) == ["user: 1"]
    beside.execute("DROP TRIGGER refuse")
    beside.commit()
    await append(session, entries([user("2"), user("3")], first=1), again=True)
    assert said(await session.get_items()) == ["user: 1", "user: 2", "user: 3"]
    beside.close()
    session.close()


async def test_items_that_are_taken_away_at_the_same_time_are_each_taken_once(tmp_path: Path) -> None:
    sessions = [SQLiteSession("s1", tmp_path / "s.db") for _ in range(4)]
    await sessions[0].add_items([user(str(number)) for number in range(60)])
    popped = await asyncio.gather(*(session.pop_item() for _ in range(15) for session in sessions))
    assert sorted(said([item for item in popped if item])) == sorted(f"user: {number}" for number in range(60))
    assert await sessions[0].get_items() == []


async def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(SessionError, match=r"s.db is damaged, or no SQLite database: .* Name another file"):
        await SQLiteSession("s1", tmp_path / "s.db").get_items()


@pytest.mark.parametrize("text", ["", "{", "[]", "7"])
async def test_a_row_that_is_no_item_is_told_with_its_number(tmp_path: Path, text: str) -> None:
    session = SQLiteSession("s1", tmp_path / "s.db")
    await session.add_items([user("1")])
    with sqlite3.connect(tmp_path / "s.db") as beside:
        beside.execute("INSERT INTO agent_messages (session_id, message_data) VALUES ('s1', ?)", (text,))
    beside.close()
    with pytest.raises(SessionError, match="Row 2 of agent_messages is damaged"):
        await session.get_items()
    session.close()


async def test_a_closed_session_says_so(tmp_path: Path) -> None:
    session = SQLiteSession("s1", tmp_path / "s.db")
    await session.add_items([user("1")])
    session.close()
    session.close()
    with pytest.raises(SessionError, match="was closed"):
        await session.get_items()
