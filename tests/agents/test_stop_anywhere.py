"""Save after any step, load in a new process, go on: the end is the same as without the break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents import Agent, Runner, RunState
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk, stored
from tests.agents.stopping import Kind, Scenario, Stop, lived_through, outputs_of

EVERYTHING = Scenario(
    turns=[["gated", "free", "rule", "repeatable"], ["refusing", "failing", "gated"], ["broken", "rule"]],
    rejected=frozenset({"t1.c2"}),
    at_once=2,
)
NEVER: Stop = (999, "before")


async def same_as_without_stops(scenario: Scenario, stops: Sequence[Stop], *, streamed: bool) -> None:
    _, expected = await lived_through(scenario)
    world, state = await lived_through(scenario, stops=stops, streamed=streamed, outputs=outputs_of(expected))

    assert state.items == expected.items
    assert state.final_text == expected.final_text == "All done."
    assert world.unasked == [], "a body began that nobody had approved"
    kinds = {f"t{turn}.c{place}": kind for turn, kinds in enumerate(scenario.turns) for place, kind in enumerate(kinds)}
    twice = [path for path, times in Counter(world.effects).items() if times > 1]
    assert [path for path in twice if kinds[path] != "repeatable"] == []
    assert {path: len(keys) for path, keys in world.keys.items()} == dict.fromkeys(world.keys, 1)
    refused = {path for path in scenario.rejected if scenario.must_ask(kinds[path], path)}
    assert not refused & set(world.effects)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_run_that_stops_at_any_one_save_ends_as_if_it_had_not(streamed: bool):
    for wakes in range(8):  # the processes before it come as far as they can
        for saves in range(1, 9):
            await same_as_without_stops(EVERYTHING, [*[NEVER] * wakes, (saves, "before")], streamed=streamed)
            await same_as_without_stops(EVERYTHING, [*[NEVER] * wakes, (saves, "after")], streamed=streamed)


KINDS: st.SearchStrategy[Kind] = st.sampled_from(get_args(Kind))
BEFORE: st.SearchStrategy[Stop] = st.tuples(st.integers(1, 6), st.just("before"))
AFTER: st.SearchStrategy[Stop] = st.tuples(st.integers(1, 6), st.just("after"))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    turns = draw(st.lists(st.lists(KINDS, min_size=1, max_size=4), min_size=1, max_size=3))
    paths = [f"t{turn}.c{place}" for turn, kinds in enumerate(turns) for place in range(len(kinds))]
    rejected = draw(st.sets(st.sampled_from(paths), max_size=3))
    return Scenario(turns, frozenset(rejected), draw(st.integers(1, 3)))


@given(scenario=scenarios(), stops=st.lists(st.one_of(BEFORE, AFTER), max_size=5), streamed=st.booleans())
@settings(max_examples=60, deadline=None)
async def test_whatever_a_run_does_and_wherever_it_stops_it_ends_the_same(
    scenario: Scenario, stops: list[Stop], streamed: bool
):
    await same_as_without_stops(scenario, stops, streamed=streamed)


DECISIONS = ["approve", "reject", "always approve", "always reject", "nothing", "change of mind"]


@given(
    turns=st.lists(st.lists(st.sampled_from(["delete", "refund"]), min_size=1, max_size=3), min_size=1, max_size=4),
    decisions=st.lists(st.sampled_from(DECISIONS), min_size=30, max_size=30),
    through_json=st.booleans(),
    streamed=st.booleans(),
)
@settings(max_examples=60, deadline=None)
async def test_no_body_runs_without_a_decision_that_lets_it(
    turns: list[list[str]], decisions: list[str], through_json: bool, streamed: bool
):
    effects = Effects()
    paths = [[(tool, f"t{turn}.c{n}") for n, tool in enumerate(tools)] for turn, tools in enumerate(turns)]
    answers = [[call(tool, {"order": path}, call_id=path) for tool, path in tools] for tools in paths]
    agent = desk(
        ScriptedModel([*answers, [message("Done.")]]),
        effects.tool("delete", needs_approval=True),
        effects.tool("refund", needs_approval=True),
    )
    may: set[str] = set()
    always: dict[str, bool] = {}
    state = await after(agent, "Go", streamed)
    for decision in decisions:
        waiting = state.get_interruptions()
        for item in waiting[:1]:
            decide(state, item.call_id or "", item.tool_name or "", decision, may, always)
        state = await after(agent, await stored(agent, state) if through_json else state, streamed)
        allowed = {f"{tool} {path}" for tools in paths for tool, path in tools if path in may or always.get(tool)}
        assert set(effects) <= allowed
        assert len(effects) == len(set(effects))


def decide(state: RunState, path: str, tool: str, decision: str, may: set[str], always: dict[str, bool]) -> None:
    [item] = [each for each in state.get_interruptions() if each.call_id == path]
    match decision:
        case "approve":
            state.approve(item)
            may.add(path)
        case "reject":
            state.reject(item)
        case "always approve":
            state.approve(item, always_approve=True)
            always[tool] = True
        case "always reject":
            state.reject(item, always_reject=True)
        case "change of mind":
            state.approve(item, always_approve=False)
            state.reject(item)
        case _:
            pass


async def after(agent: Agent[Any], given_state: str | RunState, streamed: bool) -> RunState:
    if not streamed:
        return (await Runner.run(agent, given_state)).to_state()
    result = Runner.run_streamed(agent, given_state)
    async for _ in result.stream_events():
        pass
    return result.to_state()
