"""When a call must wait for a person: the rule of its tool."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import JsonValue

from bot.agents import FunctionTool, RunContextWrapper, Runner, ToolApprovalItem, UserError, function_tool
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

Context = RunContextWrapper[Any]
DONE = [message("Done.")]


@pytest.mark.spec("A1")
async def test_a_tool_that_needs_approval_does_nothing_before_a_person_has_decided():
    effects = Effects()
    agent = desk(
        ScriptedModel([[call("refund", {"order": "A1"}, call_id="c1"), call("refund", {"order": "B2"}, call_id="c2")]]),
        effects.tool("refund", needs_approval=True),
    )
    result = await Runner.run(agent, "Refund A1 and B2")

    assert effects == []
    assert result.final_output is None
    first, second = result.interruptions
    assert first.agent is agent
    assert (first.name, first.tool_name, first.call_id) == ("refund", "refund", "c1")
    assert json.loads(first.arguments) == {"order": "A1"}
    assert first.raw_item == call("refund", {"order": "A1"}, call_id="c1")
    assert (second.call_id, json.loads(second.arguments)) == ("c2", {"order": "B2"})


@pytest.mark.spec("A2")
async def test_a_tool_runs_at_once_unless_it_says_otherwise():
    effects = Effects()

    @function_tool
    async def count(order: str) -> str:
        effects.append(f"count {order}")
        return "1"

    calls = [call("count", {"order": "A1"}, call_id="c1"), call("refund", {"order": "A1"}, call_id="c2")]
    agent = desk(ScriptedModel([calls, DONE]), count, effects.tool("refund", needs_approval=False))
    result = await Runner.run(agent, "Refund A1")
    assert effects == ["count A1", "refund A1"]
    assert (result.interruptions, result.final_output) == ([], "Done.")


@pytest.mark.spec("A3")
@pytest.mark.parametrize("is_async", [False, True])
async def test_a_rule_is_asked_with_the_context_the_arguments_and_the_call_id(is_async: bool):
    asked: list[tuple[object, dict[str, JsonValue], str]] = []

    def rule(ctx: Context, arguments: dict[str, JsonValue], call_id: str) -> bool:
        asked.append((ctx.context, arguments, call_id))
        return arguments["order"] != "small"

    async def slow_rule(ctx: Context, arguments: dict[str, JsonValue], call_id: str) -> bool:
        await asyncio.sleep(0)
        return rule(ctx, arguments, call_id)

    effects = Effects()
    calls = [call("refund", {"order": "small"}, call_id="c1"), call("refund", {"order": "big"}, call_id="c2")]
    tool = effects.tool("refund", needs_approval=slow_rule if is_async else rule)
    result = await Runner.run(desk(ScriptedModel([calls]), tool), "Refund both", context={"user": "ana"})

    assert asked == [({"user": "ana"}, {"order": "small"}, "c1"), ({"user": "ana"}, {"order": "big"}, "c2")]
    assert effects == ["refund small"]
    assert [each.call_id for each in result.interruptions] == ["c2"]


@pytest.mark.spec("A3")
@pytest.mark.parametrize(("answer", "waits"), [(1, True), ("yes", True), (0, False), (None, False), ("", False)])
async def test_what_counts_of_a_rules_answer_is_its_truth(answer: Any, waits: bool):
    def rule(_ctx: Context, _arguments: dict[str, JsonValue], _call_id: str) -> bool:
        return answer

    agent = desk(ScriptedModel([[call("refund")], DONE]), Effects().tool("refund", needs_approval=rule))
    assert bool((await Runner.run(agent, "Refund")).interruptions) is waits


UNREADABLE = ['{"order": ', "", "null", '["A1"]', '"A1"', "7", '{"order": NaN}', '{"order": 1e999}', "-Infinity"]


@pytest.mark.spec("A4")
@pytest.mark.parametrize("arguments", [*UNREADABLE, '{"order": "small", "order": "big"}', "[" * 100_000])
async def test_a_rule_that_cannot_look_at_the_arguments_is_not_asked_and_a_person_is(arguments: str):
    asked: list[object] = []

    def rule(_ctx: Context, given: dict[str, JsonValue], _call_id: str) -> bool:
        asked.append(given)
        return False

    effects = Effects()
    agent = desk(
        ScriptedModel([[call("refund", arguments)], DONE]),
        effects.tool("refund", needs_approval=rule),
    )
    state = await paused(agent)
    assert asked == []
    assert state.get_interruptions()[0].arguments == arguments

    result = await Runner.run(agent, approve_all(state))
    assert asked == []
    assert effects == ([] if arguments else ["refund"]), "what cannot be read is not carried out, even approved"
    assert len(outputs(result.new_items)) == 1


@pytest.mark.spec("A5")
@pytest.mark.parametrize("setting", ["always", "", 1, 0, None, ["refund"]])
def test_a_setting_that_is_neither_yes_nor_no_nor_a_rule_is_refused_when_the_tool_is_made(setting: Any):
    with pytest.raises(UserError, match="needs_approval of refund"):
        Effects().tool("refund", needs_approval=setting)


@pytest.mark.spec("A5")
async def test_a_tool_with_a_wrong_setting_cannot_come_in_at_resume_either():
    effects = Effects()
    tool = effects.tool("refund", needs_approval=True)
    state = await paused(desk(ScriptedModel([[call("refund")]]), tool))
    with pytest.raises(UserError, match="needs_approval of refund"):
        approve_all(await stored(desk(ScriptedModel([DONE]), with_setting(tool, "never")), state))
    assert effects == []


def with_setting(tool: FunctionTool, setting: Any) -> FunctionTool:
    return FunctionTool(
        name=tool.name,
        description=tool.description,
        params_json_schema=tool.params_json_schema,
        on_invoke_tool=tool.on_invoke_tool,
        needs_approval=setting,
    )


@pytest.mark.spec("A6")
async def test_a_rule_is_not_asked_again_about_a_call_that_a_person_decided():
    asked: list[str] = []

    def rule(_ctx: Context, _arguments: dict[str, JsonValue], call_id: str) -> bool:
        asked.append(call_id)
        return True

    effects = Effects()
    agent = desk(
        ScriptedModel([[call("refund", call_id="c1")], [call("refund", call_id="c2")], DONE]),
        effects.tool("refund", needs_approval=rule),
    )
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state))

    assert result.final_output == "Done."
    assert asked == ["c1"], "neither c1 at resume nor c2, which the always covers"
    assert effects == ["refund", "refund"]


@pytest.mark.spec("A7")
@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_a_decision_made_while_a_rule_is_thinking_wins_over_the_rule(verdict: str):
    async def rule(ctx: Context, _arguments: dict[str, JsonValue], call_id: str) -> bool:
        named = ToolApprovalItem(agent, call("refund", call_id=call_id), "refund")
        if verdict == "approve":
            ctx.approve_tool(named)
        else:
            ctx.reject_tool(named, rejection_message="Too late.")
        await asyncio.sleep(0)
        return verdict == "approve"  # the opposite of the decision

    effects = Effects()
    agent = desk(ScriptedModel([[call("refund")], DONE]), effects.tool("refund", needs_approval=rule))
    result = await Runner.run(agent, "Refund")

    assert result.interruptions == []
    assert effects == (["refund"] if verdict == "approve" else [])
    assert outputs(result.new_items) == ["refund: done" if verdict == "approve" else "Too late."]


@pytest.mark.spec("A8")
@pytest.mark.parametrize("error", [RuntimeError("boom"), UserError("boom"), KeyError("order")])
async def test_a_rule_that_raises_means_that_a_person_is_asked(error: Exception):
    def rule(_ctx: Context, _arguments: dict[str, JsonValue], _call_id: str) -> bool:
        raise error

    effects = Effects()
    agent = desk(ScriptedModel([[call("refund")], DONE]), effects.tool("refund", needs_approval=rule))
    state = await paused(agent)
    assert effects == []
    assert (await Runner.run(agent, approve_all(state))).final_output == "Done."
    assert effects == ["refund"]


@pytest.mark.parametrize("waits", [True, False])
async def test_a_rule_that_alters_what_it_is_given_alters_nothing_in_the_call(waits: bool):
    def rule(_ctx: Context, arguments: dict[str, JsonValue], _call_id: str) -> bool:
        arguments["order"] = "everything"
        return waits

    effects = Effects()
    agent = desk(ScriptedModel([[call("refund", {"order": "A1"})], DONE]), effects.tool("refund", needs_approval=rule))
    result = await Runner.run(agent, "Refund A1")
    if waits:
        result = await Runner.run(agent, approve_all(result.to_state()))
    assert result.final_output == "Done."
    assert effects == ["refund A1"]


async def test_a_plain_function_as_a_tool_waits_too():
    effects = Effects()

    @function_tool(needs_approval=True)
    def refund(order: str) -> str:
        effects.append(order)
        return "done"

    agent = desk(ScriptedModel([[call("refund", {"order": "A1"})], DONE]), refund)
    state = await paused(agent)
    assert effects == []
    await Runner.run(agent, approve_all(state))
    assert effects == ["A1"]
