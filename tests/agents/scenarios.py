"""Wherever a run breaks off, it ends as if it had not: `python -m tests.agents.scenarios 2000 --seed 0`.

Each scenario is lived once without a break. Then it is lived again for every save and every effect of that life, with a
process that dies just there, and a few times with several that die. What is saved goes through JSON into a fresh state.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.agents import Agent, Runner, RunResult, RunResultStreaming, RunState
from bot.agents.record.plain import Item
from bot.agents.run_options import RunOptions
from bot.agents.sessions.history import paired
from bot.agents.stream_events import RunItemStreamEvent, StreamEvent
from tests.agents.cast import cast
from tests.agents.life import lived_in_processes
from tests.agents.lives import LivedWorld, Stop, items_of, outputs_of
from tests.agents.scripts import Scenario, scenario, steps

_MANY_BREAKS = 3
_LIVES = 400


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("scenarios", type=int)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--first", type=int, default=0, help="the number of the first scenario")
    options.add_argument("--processes", type=int, default=100, help="one in so many also lives in real processes")
    given = options.parse_args()
    begun, counts = time.perf_counter(), Counter[str]()
    for number in range(given.first, given.first + given.scenarios):
        each = scenario(given.seed, number)
        try:
            counts += asyncio.run(holds(each))
            if number % given.processes == 0:
                asyncio.run(holds_in_processes(given.seed, number))
                counts["broken lives in processes"] += 1
        except Exception as error:
            raise SystemExit(f"{each}\n{type(error).__name__}: {error}") from error
    seconds = time.perf_counter() - begun
    print(f"{given.scenarios} scenarios of seed {given.seed} in {seconds:.0f} s: {dict(counts)}")


async def holds(each: Scenario) -> Counter[str]:
    """What was tried. Raises `AssertionError`, which says where the run broke off, when it did not end the same."""
    desk = cast(each)
    whole, ended = await lived(each, desk, [])
    alone(whole, ended)
    if not each.from_outside:
        the_same(*await lived_by_an_app(each, desk), whole, ended)
    found = outputs_of(ended)
    breaks = [*((stop,) for stop in every_stop(whole)), *several(each, whole)]
    for stops in breaks:
        try:
            world, state = await lived(each, desk, stops, found=found)
            the_same(world, state, whole, ended)
        except AssertionError as error:
            raise AssertionError(f"with breaks {stops}: {error}") from error
    kinds = Counter(f"{step.kind} calls" for step in steps(each.script))
    return kinds + Counter({"saves": whole.saves, "effects": whole.effects.total(), "broken lives": len(breaks)})


async def holds_in_processes(seed: int, number: int) -> None:
    """The same for one place of the scenario of that number, where a real process dies. Raises `AssertionError`."""
    each = scenario(seed, number)
    whole, ended = await lived(each, cast(each), [])
    stop = random.Random(each.name).choice(list(every_stop(whole)))
    with tempfile.TemporaryDirectory() as directory:
        world, state = await lived_in_processes(Path(directory), seed, number, stop, outputs_of(ended))
    the_same(world, state, whole, ended)


def every_stop(world: LivedWorld) -> Iterator[Stop]:
    """Every place at which that life can break off."""
    for number in range(1, world.saves + 1):
        yield "before", number
        yield "after", number
    for number in range(1, world.effects.total() + 1):
        yield "effect", number


def several(each: Scenario, world: LivedWorld) -> list[tuple[Stop, ...]]:
    """A few lives that break off again and again."""
    chance, stops = random.Random(each.name), list(every_stop(world))
    return [tuple(chance.sample(stops, min(len(stops), 4))) for _ in range(_MANY_BREAKS)]


async def lived(
    each: Scenario, desk: Agent[Any], stops: Sequence[Stop], *, found: dict[str, str] | None = None
) -> tuple[LivedWorld, RunState]:
    """The world after the run has ended, in which a process died at each of the stops."""
    with tempfile.TemporaryDirectory() as directory:
        world = LivedWorld(Path(directory), each, desk, frozenset(stops), found or {})
        for _ in range(_LIVES):
            state = await world.live()
            if state and state.ended:
                world.session_items = await world.session.get_items() if world.session else []
                return world, state
            if state:
                world.people_decide(state)
                world.keep(state)
    raise AssertionError("The run does not come to an end.")


async def lived_by_an_app(each: Scenario, desk: Agent[Any]) -> tuple[LivedWorld, RunState]:
    """The same as people write it: with `Runner`, decisions on the state, and JSON in between."""
    with tempfile.TemporaryDirectory() as directory:
        world, events = LivedWorld(Path(directory), each, desk), list[StreamEvent]()
        given: str | RunState = "Go"
        for _ in range(_LIVES):
            options = RunOptions(context=world, run_config=world.config, max_turns=None, session=world.session)
            options["auto_previous_response_id"] = each.history == "chain"
            result = await _ran(desk, given, options, events if each.streamed else None)
            state = result.to_state()
            if state.ended:
                world.session_items = await world.session.get_items() if world.session else []
                _told_once(events, state) if each.streamed else None
                return world, state
            saved = state.to_string(context_serializer=lambda _: {})
            given = await RunState.from_string(desk, saved, context_override=world)
            world.people_decide(given)
    raise AssertionError("The run does not come to an end.")


async def _ran(
    desk: Agent[Any], given: str | RunState, options: RunOptions, events: list[StreamEvent] | None
) -> RunResult | RunResultStreaming:
    if events is None:
        return await Runner.run(desk, given, **options)
    result = Runner.run_streamed(desk, given, **options)
    async for event in result.stream_events():
        events.append(event)
    return result


def _told_once(events: Sequence[StreamEvent], state: RunState) -> None:
    told = [event.item.raw_item for event in events if isinstance(event, RunItemStreamEvent)]
    brought = [item for turn in state.turns for item in turn.brought]
    for item in [*told, *brought]:
        assert told.count(item) == brought.count(item), f"told {told.count(item)} times: {item}"


def alone(world: LivedWorld, state: RunState) -> None:
    """What must hold of any life."""
    assert world.unapproved == [], f"begun without approval: {world.unapproved}"
    assert state.final_text == "All done .", f"ended with {state.final_text!r}"
    for call in state.all_calls:
        step, times = world.scenario.step(call.path), world.effects[call.path]
        assert times <= 1 or step.repeatable, f"{call.path} had its effect {times} times"
        if call.status == "refused" or step.kind in ("agent", "mcp_hosted"):
            assert times == 0, f"{call.path} was refused, and had its effect"
        elif call.status == "done":
            assert times >= 1, f"{call.path} is done, and had no effect"
    if world.session:
        assert in_any_order(world.session_items) == in_any_order(state.items), f"in session: {world.session_items}"
        assert paired(world.session_items) == world.session_items, f"an output before its call: {world.session_items}"
    paths = Counter(path for path, _ in world.keys)
    assert not [path for path, keys in paths.items() if keys > 1], "a call had two keys"


def the_same(world: LivedWorld, state: RunState, whole: LivedWorld, ended: RunState) -> None:
    """What must hold of a life with breaks, beside the same one without any."""
    alone(world, state)
    assert set(world.effects) == set(whole.effects), f"other effects: {set(world.effects) ^ set(whole.effects)}"
    mine, its = ({(path, key.partition("/")[2]) for path, key in each.keys} for each in (world, whole))
    assert mine == its, f"other keys: {mine ^ its}"
    for mine, its in zip(items_of(state), items_of(ended), strict=True):
        assert mine == its, f"another item: {mine} instead of {its}"
    assert state.agent == ended.agent, f"the agent is {state.agent} instead of {ended.agent}"
    assert state.usage == ended.usage, f"{state.usage} was used instead of {ended.usage}"
    assert in_any_order(world.session_items) == in_any_order(whole.session_items), f"in session: {world.session_items}"
    for place, given in world.read.items():
        expected = whole.read.get(place)
        assert expected, f"the model was asked in turn {place}"
        for each in given:
            assert each == expected[0], f"the model read {each} in turn {place} instead of {expected[0]}"


def in_any_order(items: Sequence[Item]) -> list[str]:
    """Items to compare where they may stand in another order: what ends first is written first."""
    return sorted(json.dumps(item) for item in items)


if __name__ == "__main__":
    main()
