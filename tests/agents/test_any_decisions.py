"""Whatever people decide, and in whatever order: no body runs without a decision that lets it, and none twice."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents import Agent, Runner, RunState
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk, stored

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
