"""Sessions in files: their names, what a crash leaves behind, and what damage is told."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import stat
from pathlib import Path

import pytest

from bot.agents.sessions.append import append
from bot.agents.sessions.file import FileSession
from bot.agents.sessions.interface import SessionError
from bot.agents.sessions.locked_file import reading, replace
from tests.agents.sessions.said import entries, pair, said, user

IDS = ["", ".", "..", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "nul\x00", "a" * 5000, "ü", "\ud83d", "~", "-"]


async def test_no_name_of_a_session_leads_out_of_the_directory_and_no_two_share_a_file(tmp_path: Path) -> None:
    directory = tmp_path / "sessions" / "deep"
    ids = [*IDS, "User", "user", "USER", "user 1", "user-1", "user_1", "aa", "a b", "a  b"]
    for number, id in enumerate(ids):
        await FileSession(id, directory).add_items([user(str(number))])
    made = files(tmp_path)
    assert [path.parent for path in made] == [directory] * len(ids)
    assert len({path.name.lower() for path in made}) == len(ids)
    for number, id in enumerate(ids):
        assert said(await FileSession(id, directory).get_items()) == [f"user: {number}"]


async def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    session = FileSession("s1", tmp_path)
    await session.add_items([user("1"), user("2")])
    await session.pop_item()
    assert stat.S_IMODE(session.path.stat().st_mode) == 0o600
    assert session.path == tmp_path / "s1.jsonl"


async def test_reading_makes_nothing(tmp_path: Path) -> None:
    session = FileSession("s1", tmp_path / "sessions")
    assert await session.get_items() == []
    assert await session.pop_item() is None
    await session.clear_session()
    assert files(tmp_path) == []


@pytest.mark.parametrize("kept", [1, 2, 40, -2, -1])
async def test_a_line_that_was_broken_off_is_left_out_whole_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kept: int
) -> None:
    session = FileSession("s1", tmp_path)
    await append(session, entries([user("1")]), again=False)
    whole = session.path.read_bytes()
    await append(session, entries(pair("c1"), first=1), again=False)
    line = session.path.read_bytes()[len(whole) :]
    session.path.write_bytes(whole + line[:kept])
    with caplog.at_level(logging.WARNING):
        assert said(await session.get_items()) == ["user: 1"]
    assert f"The last line of {session.path} was broken off" in caplog.text
    await append(session, entries([*pair("c1"), user("2")], first=1), again=True)
    assert said(await session.get_items()) == ["user: 1", *said(pair("c1")), "user: 2"]


async def test_nothing_is_left_of_a_line_that_was_broken_off_when_a_shorter_one_takes_its_place(tmp_path: Path) -> None:
    session = FileSession("s1", tmp_path)
    await session.add_items([user("a long one " * 100)])
    session.path.write_bytes(session.path.read_bytes()[:-1])
    await session.add_items([user("2")])
    await session.add_items([user("3")])
    assert said(await session.get_items()) == ["user: 2", "user: 3"]
    assert b"long" not in session.path.read_bytes()


async def test_who_waited_for_a_file_that_was_replaced_meanwhile_writes_into_the_one_in_its_place(
    tmp_path: Path,
) -> None:
    session = FileSession("s1", tmp_path)
    await session.add_items([user("1"), user("2")])
    with session.path.open("rb") as other:
        fcntl.flock(other.fileno(), fcntl.LOCK_EX)
        waiting = asyncio.create_task(session.add_items([user("3")]))
        await asyncio.sleep(0.1)
        replace(session.path, b"")
    await waiting
    assert said(await session.get_items()) == ["user: 3"]


@pytest.mark.parametrize("line", [b"{", b"\x00\x00\x00", b"\xff", b"[]", b'{"items":[1]}', b'{"items":[],"x":1}', b""])
async def test_a_damaged_line_is_told_with_its_number_and_nothing_is_passed_over(tmp_path: Path, line: bytes) -> None:
    session = FileSession("s1", tmp_path)
    await append(session, entries([user("secret")]), again=False)
    whole = session.path.read_bytes()
    session.path.write_bytes(whole + line + b"\n" + whole)
    with pytest.raises(SessionError, match=rf"Line 2 of {session.path} is damaged. Put it right") as told:
        await session.get_items()
    assert "secret" not in str(told.value)
    with pytest.raises(SessionError, match="Line 2"):
        await append(session, entries([user("2")], first=1), again=True)
    with pytest.raises(SessionError, match="Line 2"):
        await session.pop_item()
    await session.clear_session()
    assert await session.get_items() == []


async def test_what_is_taken_away_is_gone_from_the_disk_and_its_name_is_still_known(tmp_path: Path) -> None:
    session = FileSession("s1", tmp_path)
    await append(session, entries([user("1"), user("secret")]), again=False)
    await session.pop_item()
    assert b"secret" not in session.path.read_bytes()
    await append(session, entries([user("1"), user("secret")]), again=True)
    assert said(await session.get_items()) == ["user: 1"]
    assert files(tmp_path) == [session.path]


async def test_who_holds_the_file_too_long_is_told(tmp_path: Path) -> None:
    session = FileSession("s1", tmp_path)
    await session.add_items([user("1")])
    with session.path.open("rb") as other:
        fcntl.flock(other.fileno(), fcntl.LOCK_EX)
        with (
            pytest.raises(SessionError, match=r"in use by another process for 0\.1 s"),
            reading(session.path, within=0.1),
        ):
            pass
    assert said(await session.get_items()) == ["user: 1"]


def files(directory: Path) -> list[Path]:
    """All files below the directory."""
    return sorted(path for path in directory.rglob("*") if path.is_file())
