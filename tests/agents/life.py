"""One process in the life of a run: `python -m tests.agents.life DIRECTORY SEED NUMBER [before|after|effect N]`.

It goes on with the scenario of that number as far as that can go, has people decide what waits, and ends; or it dies at
the place that it is given.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.agents import RunState
from tests.agents.cast import cast
from tests.agents.lives import LivedWorld, Stop
from tests.agents.scripts import scenario

_PROCESSES = 100
_FOUND = "found"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("directory", type=Path)
    options.add_argument("seed", type=int)
    options.add_argument("number", type=int)
    options.add_argument("when", nargs="?", choices=["before", "after", "effect"])
    options.add_argument("at", nargs="?", type=int, default=0)
    given = options.parse_args()
    stops: set[Stop] = {(given.when, given.at)} if given.when else set()
    asyncio.run(_live(_world(given.directory, given.seed, given.number, stops)))


async def lived_in_processes(
    directory: Path, seed: int, number: int, stop: Stop, found: Mapping[str, str]
) -> tuple[LivedWorld, RunState]:
    """The world after as many processes as the run takes; the first that comes to `stop` dies there."""
    (directory / _FOUND).write_text(json.dumps(dict(found)))
    told = [str(directory), str(seed), str(number), stop[0], str(stop[1])]
    for _ in range(_PROCESSES):
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "tests.agents.life", *told],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ended.returncode in (0, 9), ended.stderr
        world = _world(directory, seed, number, set())
        state = await world.load()
        if state.ended:
            world.session_items = await world.session.get_items() if world.session else []
            return world, state
    raise AssertionError("The run does not come to an end.")


def _world(directory: Path, seed: int, number: int, stops: set[Stop]) -> LivedWorld:
    each = scenario(seed, number)
    found = json.loads((directory / _FOUND).read_text())
    return LivedWorld(directory, each, cast(each), frozenset(stops), found, exits=True)


async def _live(world: LivedWorld) -> None:
    state = await world.live()
    if state and not state.ended:
        world.people_decide(state)
        world.keep(state)
    if world.unapproved:
        raise SystemExit(f"begun without approval: {world.unapproved}")


if __name__ == "__main__":
    main()
