"""Measure CPU per call of several ways to do one thing, round by round in one process, and show the figures."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from statistics import median

Way = Callable[[], Awaitable[object]]


async def cpu_ms(ways: Mapping[str, Way], *, rounds: int = 15, calls: int = 40) -> dict[str, float]:
    """The median over the rounds of each way's CPU milliseconds per call; the ways take turns within a round."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        await _spent(way, 5)
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(await _spent(way, calls))
    return {name: median(spent) for name, spent in found.items()}


async def _spent(way: Way, calls: int) -> float:
    await asyncio.sleep(0)
    began = time.process_time()
    for _ in range(calls):
        await way()
    return (time.process_time() - began) * 1000 / calls


def show(title: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    """A table: a line for each row, a column for each figure."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    print(f"\n{title}")
    print(f"{'':34}" + "".join(f"{column:>16}" for column in columns))
    for name, row in rows.items():
        print(f"{name:34}" + "".join(f"{row[column]:>16.3f}" if column in row else f"{'':>16}" for column in columns))


def tell(figures: Mapping[str, object]) -> None:
    """The figures as one line of JSON."""
    print("\n" + json.dumps(figures, separators=(",", ":")))
