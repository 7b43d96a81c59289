"""Sessions that several processes use, and processes that are killed in the middle of a write."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.agents.record.plain import Item
from bot.agents.sessions.append import append
from tests.agents.sessions.appender import batch, session_in
from tests.agents.sessions.said import said

ROOT = Path(__file__).parents[3]
BACKENDS = ("file", "sqlite")


@pytest.mark.parametrize("backend", BACKENDS)
async def test_two_processes_that_add_at_the_same_time_lose_nothing_and_break_up_nothing(
    tmp_path: Path, backend: str
) -> None:
    started = await asyncio.gather(*(appender(tmp_path, backend, who, count=60) for who in ("ana", "ben")))
    for process in started:
        assert await process.wait() == 0
    found = whole_batches(await session_in(tmp_path, backend).get_items())
    assert sorted(found) == sorted(f"{who}-{number}" for who in ("ana", "ben") for number in range(60))
    for who in ("ana", "ben"):
        assert [id for id in found if id.startswith(who)] == [f"{who}-{number}" for number in range(60)]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_two_processes_that_add_the_same_add_it_once(tmp_path: Path, backend: str) -> None:
    started = await asyncio.gather(*(appender(tmp_path, backend, "ana", count=40) for _ in range(2)))
    for process in started:
        assert await process.wait() == 0
    found = whole_batches(await session_in(tmp_path, backend).get_items())
    assert found == [f"ana-{number}" for number in range(40)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(3))
async def test_a_process_that_is_killed_in_the_middle_of_a_write_leaves_all_of_it_or_none(
    tmp_path: Path, backend: str, seed: int
) -> None:
    padding, chance = 3_000_000, random.Random(seed)
    process = await appender(tmp_path, backend, "ana", count=1000, padding=padding)
    acknowledged = await told(process, at_least=2)
    await asyncio.sleep(chance.uniform(0, 0.05))
    process.kill()
    acknowledged += await told(process)

    session = session_in(tmp_path, backend)
    there = whole_batches(await session.get_items())
    assert there[: len(acknowledged)] == [f"ana-{number}" for number in acknowledged]
    assert len(there) <= len(acknowledged) + 1
    for number in range(len(acknowledged) + 1):
        await append(session, batch("ana", number, padding=padding), again=True)
    found = whole_batches(await session.get_items())
    assert found == [f"ana-{number}" for number in range(len(acknowledged) + 1)]


async def appender(directory: Path, backend: str, who: str, *, count: int, padding: int = 0) -> Process:
    """A process that adds so many batches."""
    words = ["-m", "tests.agents.sessions.appender", directory, backend, who, str(count), str(padding)]
    return await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdout=PIPE)


async def told(process: Process, *, at_least: int | None = None) -> list[int]:
    """What it says that it has added: the first so many, or all until it ends."""
    assert process.stdout
    numbers: list[int] = []
    while at_least is None or len(numbers) < at_least:
        line = await process.stdout.readline()
        if not line:
            break
        numbers.append(int(line))
    return numbers


def whole_batches(items: Sequence[Item]) -> list[str]:
    """The batches in the session, by their ids; each must be there in one piece."""
    short = [line.rstrip(".") for line in said(items)]
    ids = [line.removeprefix("user: ") for line in short[::3]]
    assert short == [line for id in ids for line in (f"user: {id}", f"call {id}", f"output {id}")]
    return ids
