"""Guardrails of tools: before a person is asked, before the body, and on what came of it; each body runs once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.agents import (
    Agent,
    FunctionTool,
    RunConfig,
    RunHooks,
    Runner,
    RunResult,
    RunState,
    ToolExecutionConfig,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailData,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrail,
    ToolOutputGuardrailData,
    ToolOutputGuardrailTripwireTriggered,
    function_tool,
    tool_input_guardrail,
    tool_output_guardrail,
)
from bot.agents.items import ToolApprovalItem
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored
from tests.agents.keeper import ByOutputs, Died, Keeper

DONE = [message("Done.")]
DELETE = call("delete", {"order": "A1"}, call_id="c1")
BEFORE = RunConfig(tool_execution=ToolExecutionConfig(pre_approval_tool_input_guardrails=True))

Says = Callable[[Any], ToolGuardrailFunctionOutput]


def guarded(tool: FunctionTool, *, before: list[Says] = [], after: list[Says] = []) -> FunctionTool:  # noqa: B006
    return replace(
        tool,
        tool_input_guardrails=[ToolInputGuardrail(says, f"in {n}") for n, says in enumerate(before)],
        tool_output_guardrails=[ToolOutputGuardrail(says, f"out {n}") for n, says in enumerate(after)],
    )


def office(effects: Effects, *, before: list[Says] = [], after: list[Says] = []) -> Agent[Any]:  # noqa: B006
    tool = guarded(effects.tool("delete", needs_approval=True), before=before, after=after)
    return desk(ScriptedModel([[DELETE], DONE]), tool)


def allows(seen: list[str]) -> Says:
    """A guardrail that notes what it is shown, and has nothing against it."""

    def says(data: Any) -> ToolGuardrailFunctionOutput:
        seen.append(data.output if isinstance(data, ToolOutputGuardrailData) else data.context.tool_arguments)
        return ToolGuardrailFunctionOutput.allow({"seen": len(seen)})

    return says


def rejects(_: Any) -> ToolGuardrailFunctionOutput:
    return ToolGuardrailFunctionOutput.reject_content("Not that one.", {"why": "policy"})


def stops(_: Any) -> ToolGuardrailFunctionOutput:
    return ToolGuardrailFunctionOutput.raise_exception({"why": "policy"})


async def run(agent: Agent[Any], given: str | RunState, *, streamed: bool = False, **options: Any) -> RunResult:
    if not streamed:
        return await Runner.run(agent, given, **options)
    result = Runner.run_streamed(agent, given, **options)
    async for _ in result.stream_events():
        pass
    return result


@pytest.mark.spec("G3")
async def test_a_guardrail_on_input_looks_after_the_approval_and_just_before_the_body():
    order: list[str] = []

    @tool_input_guardrail
    async def look(data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        order.append(f"looked at {data.context.tool_arguments} of {data.agent.name}")
        return ToolGuardrailFunctionOutput.allow()

    @function_tool(needs_approval=True, tool_input_guardrails=[look])
    async def delete(order_id: str) -> str:
        order.append(f"deleted {order_id}")
        return "deleted"

    agent = desk(ScriptedModel([[call("delete", {"order_id": "A1"})], DONE]), delete)
    state = await paused(agent)
    assert order == []
    await Runner.run(agent, approve_all(await stored(agent, state)))
    assert order == ['looked at {"order_id": "A1"} of desk', "deleted A1"]


@pytest.mark.spec("G3", "G8")
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_a_guardrail_rejects_after_the_approval_is_not_done_and_the_model_reads_why(streamed: bool):
    effects = Effects()
    agent = office(effects, before=[allows([]), rejects, stops])
    state = approve_all((await run(agent, "Go", streamed=streamed)).to_state())
    result = await run(agent, state, streamed=streamed)
    assert (effects, result.final_output) == ([], "Done.")
    assert outputs(result.new_items) == ["Not that one."]
    told = [(each.name, each.behavior, each.output.output_info) for each in result.tool_input_guardrail_results]
    assert told == [("in 0", "allow", {"seen": 1}), ("in 1", "reject_content", {"why": "policy"})]
    again = await stored(agent, result.to_state())
    assert [each.guardrails for each in again.calls] == [each.guardrails for each in result.to_state().calls]


async def test_a_guardrail_on_input_looks_at_what_a_person_put_in():
    seen: list[str] = []
    effects = Effects()
    agent = office(effects, before=[allows(seen)])
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], arguments={"order": "B2"})
    await Runner.run(agent, await stored(agent, state))
    assert (effects, seen) == (["delete B2"], ['{"order":"B2"}'])


@pytest.mark.spec("G4")
async def test_before_a_person_is_asked_a_guardrail_may_reject_and_nobody_is():
    effects, agent = Effects(), office(Effects(), before=[rejects])
    result = await Runner.run(agent, "Go", run_config=BEFORE)
    assert (effects, result.interruptions, result.final_output) == ([], [], "Done.")
    assert outputs(result.new_items) == ["Not that one."]


@pytest.mark.spec("G4")
async def test_what_a_guardrail_lets_pass_before_a_person_is_asked_is_looked_at_again_after():
    seen: list[str] = []
    effects = Effects()
    agent = office(effects, before=[allows(seen)])
    result = await Runner.run(agent, "Go", run_config=BEFORE)
    assert len(result.interruptions) == len(seen) == 1
    result = await Runner.run(agent, approve_all(result.to_state()), run_config=BEFORE)
    assert (effects, len(seen)) == (["delete A1"], 2)
    assert len(result.tool_input_guardrail_results) == 2


async def test_what_is_stopped_before_a_person_is_asked_ends_the_run():
    effects = Effects()
    with pytest.raises(ToolInputGuardrailTripwireTriggered):
        await Runner.run(office(effects, before=[stops]), "Go", run_config=BEFORE)
    assert effects == []


@pytest.mark.spec("G5")
@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_who_decides_while_a_guardrail_looks_wins_over_what_it_says(verdict: str):
    looked: list[str] = []

    async def decided_meanwhile(data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        looked.append(data.context.path)
        if len(looked) > 1:
            return ToolGuardrailFunctionOutput.allow()
        item = ToolApprovalItem(data.agent, DELETE)
        if verdict == "approve":
            data.context.approve_tool(item)
        else:
            data.context.reject_tool(item, rejection_message="Ben says no.")
        return ToolGuardrailFunctionOutput.reject_content("The guardrail says no.")

    effects = Effects()
    tool = replace(
        effects.tool("delete", needs_approval=True), tool_input_guardrails=[ToolInputGuardrail(decided_meanwhile)]
    )
    result = await Runner.run(desk(ScriptedModel([[DELETE], DONE]), tool), "Go", run_config=BEFORE)
    assert result.interruptions == []
    assert effects == (["delete A1"] if verdict == "approve" else [])
    assert outputs(result.new_items) == ["delete A1: done" if verdict == "approve" else "Ben says no."]


async def test_a_guardrail_may_ask_for_a_person_once():
    def asks(_: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        return ToolGuardrailFunctionOutput.require_approval()

    effects = Effects()
    tool = guarded(effects.tool("delete"), before=[asks])
    agent = desk(ScriptedModel([[DELETE], DONE]), tool)
    state = await paused(agent)
    assert effects == []
    result = await Runner.run(agent, approve_all(await stored(agent, state)))
    assert (effects, result.final_output) == (["delete A1"], "Done.")


@pytest.mark.spec("G6")
@pytest.mark.parametrize("through_json", [False, True])
async def test_a_check_that_fails_does_not_run_the_body_again_and_is_made_again(through_json: bool):
    seen: list[str] = []
    failures = [RuntimeError("no network")]

    def fails_first(_: Any) -> ToolGuardrailFunctionOutput:
        if failures:
            raise failures.pop()
        return ToolGuardrailFunctionOutput.allow()

    effects = Effects()
    agent = office(effects, after=[allows(seen), fails_first])
    state = approve_all(await paused(agent))
    with pytest.raises(RuntimeError, match="no network"):
        await Runner.run(agent, state)
    assert effects == ["delete A1"]
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert (effects, result.final_output) == (["delete A1"], "Done.")
    assert seen == ["delete A1: done"] * 2
    assert [each.name for each in result.tool_output_guardrail_results] == ["out 0", "out 1"]


@pytest.mark.spec("G6", "G8")
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_a_guardrail_withholds_the_model_never_reads(streamed: bool):
    effects = Effects()
    agent = office(effects, after=[rejects])
    state = approve_all((await run(agent, "Go", streamed=streamed)).to_state())
    result = await run(agent, state, streamed=streamed)
    assert outputs(result.new_items) == ["Not that one."]
    assert "done" not in result.to_state().to_string().replace('"done"', "")
    told = [(each.name, each.behavior, each.output.output_info) for each in result.tool_output_guardrail_results]
    assert told == [("out 0", "reject_content", {"why": "policy"})]
    assert effects == ["delete A1"]


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_objection_to_a_call_or_its_output_is_raised_with_all_that_the_guardrail_told(streamed: bool):
    effects = Effects()
    agent = office(effects, before=[stops])
    state = approve_all(await paused(agent))
    with pytest.raises(ToolInputGuardrailTripwireTriggered, match="in 0 stopped delete") as before:
        await run(agent, state, streamed=streamed)
    assert before.value.output.output_info == {"why": "policy"}
    assert before.value.guardrail.get_name() == "in 0"
    assert effects == []

    agent = office(effects, after=[stops])
    state = approve_all(await paused(agent))
    for given in (state, await stored(agent, state)):
        with pytest.raises(ToolOutputGuardrailTripwireTriggered, match="out 0 stopped what came of delete") as after:
            await run(agent, given, streamed=streamed)
        assert after.value.output.output_info == {"why": "policy"}
    assert effects == ["delete A1"] * 2, "each of the two states ran it once"
    with pytest.raises(ToolOutputGuardrailTripwireTriggered):
        await run(agent, state, streamed=streamed)
    assert effects == ["delete A1"] * 2


async def test_a_check_that_fails_leaves_the_calls_beside_it_alone():
    checked, effects = asyncio.Event(), Effects()

    def fails(_: Any) -> ToolGuardrailFunctionOutput:
        checked.set()
        raise RuntimeError("no network")

    @function_tool(risk="high")
    async def slow() -> str:
        await checked.wait()
        await asyncio.sleep(0)
        effects.append("slow")
        return "slow: done"

    fast = guarded(effects.tool("fast"), after=[fails])
    model = ScriptedModel([[call("fast", call_id="c1"), call("slow", call_id="c2")], DONE])
    result = Runner.run_streamed(desk(model, fast, slow), "Go")
    with pytest.raises(RuntimeError, match="no network"):
        async for _ in result.stream_events():
            pass
    assert effects == ["fast", "slow"]
    assert [each.status for each in result.to_state().calls] == ["done", "done"]


@pytest.mark.spec("G7")
async def test_of_a_rejected_call_no_guardrail_and_no_hook_hears():
    seen: list[str] = []

    class Hooks(RunHooks[Any]):
        async def on_tool_start(self, context: Any, agent: Any, tool: Any) -> None:  # noqa: ARG002
            seen.append("start")

        async def on_tool_end(self, context: Any, agent: Any, tool: Any, result: Any) -> None:  # noqa: ARG002
            seen.append("end")

    effects = Effects()
    agent = office(effects, before=[allows(seen)], after=[allows(seen)])
    state = await paused(agent)
    state.reject(state.get_interruptions()[0])
    result = await Runner.run(agent, await stored(agent, state), hooks=Hooks())
    assert (seen, effects, result.final_output) == ([], [], "Done.")
    assert result.tool_input_guardrail_results == result.tool_output_guardrail_results == []


@pytest.mark.parametrize("dies_at", range(1, 8))
@pytest.mark.parametrize("written", [False, True])
async def test_an_output_that_was_kept_and_not_yet_checked_is_checked_by_the_next_process(dies_at: int, written: bool):
    effects = Effects()

    @tool_output_guardrail
    def withhold(data: ToolOutputGuardrailData) -> ToolGuardrailFunctionOutput:
        return ToolGuardrailFunctionOutput.reject_content(f"Withheld: {len(str(data.output))} letters.")

    def make() -> Agent[Any]:
        tool = replace(effects.tool("count", idempotent=True), tool_output_guardrails=[withhold])
        first = call("count", {"order": "A1"}, call_id="c1")
        return desk(ByOutputs({0: [first], 1: DONE}), tool)

    keeper = Keeper(make)
    try:
        run = await keeper.drive(dies_at=dies_at, written=written)
    except Died:
        run = await keeper.drive()
    assert run.ended
    assert [each.output for each in run.calls] == [
        {"type": "function_call_output", "call_id": "c1", "output": "Withheld: 14 letters."}
    ]
    assert len(effects) == 1 or dies_at <= 3, "only what had not been kept was done again, as it may be"
