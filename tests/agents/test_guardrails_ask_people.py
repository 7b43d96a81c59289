"""Guardrails of tools that demand a person: each demand counts, and nothing but a person answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.agents import (
    Agent,
    FunctionTool,
    RunConfig,
    Runner,
    ToolExecutionConfig,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
)
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]
DELETE = call("delete", {"order": "A1"}, call_id="c1")


def demands(_: object) -> ToolGuardrailFunctionOutput:
    return ToolGuardrailFunctionOutput.require_approval({"why": "policy"})


def approves(*_: object) -> dict[str, Any]:
    return {"approve": True}


def says_nothing(*_: object) -> None:
    return None


def fails(*_: object) -> Any:
    raise RuntimeError("boom")


def guarded(tool: FunctionTool, *names: str) -> FunctionTool:
    return replace(tool, tool_input_guardrails=[ToolInputGuardrail(demands, name) for name in names])


def looking(*, before: bool) -> RunConfig:
    return RunConfig(tool_execution=ToolExecutionConfig(pre_approval_tool_input_guardrails=before))


def office(tool: FunctionTool) -> Agent[Any]:
    return desk(ScriptedModel([[DELETE], DONE]), tool)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("on_approval", [approves, says_nothing, fails])
async def test_where_a_guardrail_demands_a_person_the_apps_callback_does_not_stand_in_for_one(
    before: bool, on_approval: Callable[..., Any]
):
    effects = Effects()
    tool = replace(effects.tool("delete", needs_approval=True), on_approval=on_approval)
    agent, config = office(guarded(tool, "policy")), looking(before=before)
    result = await Runner.run(agent, "Go", run_config=config)
    for _ in range(2):
        if result.interruptions:
            assert effects == []
            result = await Runner.run(agent, approve_all(result.to_state()), run_config=config)
    assert (effects, result.final_output) == (["delete A1"], "Done.")
    [made] = result.to_state().calls
    assert made.decision
    assert made.decision.source == "human"
    assert made.round >= 1


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("needs_approval", [True, False])
@pytest.mark.parametrize("through_json", [True, False])
async def test_of_two_guardrails_that_demand_a_person_each_is_answered_by_one(
    before: bool, needs_approval: bool, through_json: bool
):
    effects = Effects()
    agent = office(guarded(effects.tool("delete", needs_approval=needs_approval), "policy", "amount"))
    config = looking(before=before)
    result, asked = await Runner.run(agent, "Go", run_config=config), 0
    while result.interruptions:
        assert effects == []
        asked += 1
        state = result.to_state()
        state = await stored(agent, state) if through_json else state
        result = await Runner.run(agent, approve_all(state), run_config=config)
    assert (effects, result.final_output) == (["delete A1"], "Done.")
    own = needs_approval and not before
    assert asked == 2 + own, "the tool's own rule was asked before, or together with the first of them"
    told = [each.name for each in result.tool_input_guardrail_results if each.behavior == "require_approval"]
    assert set(told) == {"policy", "amount"}


async def test_a_person_who_says_no_to_the_second_demand_stops_the_call():
    effects = Effects()
    agent = office(guarded(effects.tool("delete"), "policy", "amount"))
    state = approve_all(await paused(agent))
    state = (await Runner.run(agent, state)).to_state()
    state.reject(state.get_interruptions()[0], rejection_message="Too much.")
    result = await Runner.run(agent, state)
    assert (effects, outputs(result.new_items)) == ([], ["Too much."])


async def test_an_always_answers_no_demand_of_a_guardrail():
    effects = Effects()
    later = call("delete", {"order": "B2"}, call_id="c2")
    agent = desk(ScriptedModel([[DELETE], [later], DONE]), guarded(effects.tool("delete"), "policy"))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, state)
    assert effects == ["delete A1"]
    assert [each.call_id for each in result.interruptions] == ["c2"]
