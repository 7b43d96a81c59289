"""An agent that is called as a tool: what its tools need people for shows outside, and its run goes on within."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from typing_extensions import override

from bot.agents import (
    Agent,
    CallableTool,
    GatedCall,
    RunContextWrapper,
    RunHooks,
    Runner,
    RunResult,
    Tool,
    ToolApprovalItem,
    ToolExecutionConfig,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailData,
    ToolOutputGuardrail,
    UserError,
)
from bot.agents.models.interface import ModelRequest
from bot.agents.record.plain import Item
from bot.agents.run_config import Allow, RunConfig, ToolErrorFormatterArgs
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.billing import ASK, DONE, REFUND, REFUNDED, office
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored


@pytest.mark.spec("N1")
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_call_within_shows_on_the_outer_result_with_the_agent_that_makes_it(streamed: bool):
    effects = Effects()
    agent = office(effects)
    if streamed:
        result: RunResult = (going := Runner.run_streamed(agent, "Go"))
        assert [event.type async for event in going.stream_events()]
    else:
        result = await Runner.run(agent, "Go")
    [waiting] = result.interruptions

    assert waiting.agent.name == "billing"
    assert (waiting.tool_name, waiting.arguments, waiting.call_id) == ("refund", '{"order": "A1"}', "i1")
    assert waiting.path == "t0.c0/t0.c0"
    assert (result.final_output, result.last_agent, effects) == (None, agent, [])


@pytest.mark.spec("N2", "N3", "N12")
async def test_agents_call_each_other_three_deep_under_the_same_names_and_ids_and_go_on_in_another_process():
    effects = Effects()

    def go_down(order: str) -> list[dict[str, Any]]:
        return [call("go", {"input": order}, call_id="c1")]

    refund = [call("refund", {"order": "A1"}, call_id="c1")]
    before = [ScriptedModel([refund]), ScriptedModel([go_down("3")]), ScriptedModel([go_down("2")])]
    after = [ScriptedModel([[message(text)]]) for text in ("Third.", "Second.", "First.")]
    state = await paused(chain(effects, before))
    assert [(each.path, each.agent.name) for each in state.get_interruptions()] == [("t0.c0/t0.c0/t0.c0", "desk")]

    fresh = chain(effects, after)
    state = await stored(fresh, state)
    [waiting] = state.get_interruptions()
    third = fresh.tools[0].agent.tools[0].agent  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]: known to be agents
    assert waiting.agent is third
    result = await Runner.run(fresh, approve_all(state))
    assert result.final_output == "First."
    assert effects == ["refund A1"]
    assert [len(model.requests) for model in [*before, *after]] == [1] * 6, "no turn was asked for again"
    assert [request.input[-1]["output"] for model in after for request in model.requests] == [
        "refund A1: done",
        "Third.",
        "Second.",
    ]


def chain(effects: Effects, models: list[ScriptedModel]) -> Agent[Any]:
    """Agents of one name, each but the last with a tool that calls the next; the innermost model comes first."""
    agent = desk(models[0], effects.tool("refund", needs_approval=True))
    for model in models[1:]:
        agent = Agent[Any]("desk", tools=[agent.as_tool("go", "Goes deeper.")], model=model)
    return agent


@pytest.mark.spec("N4")
async def test_a_rejection_within_is_read_by_the_agent_that_made_the_call_and_its_answer_by_the_outer_one():
    effects, inner, outer = Effects(), ScriptedModel([REFUND, [message("I may not.")]]), ScriptedModel([ASK, DONE])
    agent = office(effects, inner, outer)
    state = await paused(agent)
    state.reject(state.get_interruptions()[0], rejection_message="Too old.")
    result = await Runner.run(agent, await stored(agent, state))

    assert result.final_output == "Done."
    assert effects == []
    assert inner.requests[1].input[-1]["output"] == "Too old."
    assert outer.requests[1].input[-1]["output"] == "I may not."
    assert outputs(result.new_items) == ["I may not."], "what is said within stays within"


@pytest.mark.spec("N5")
async def test_to_reject_the_agent_that_was_called_drops_what_it_did_so_far():
    effects, inner, outer = Effects(), ScriptedModel([REFUND]), ScriptedModel([ASK, DONE])
    agent = office(effects, inner, outer)
    state = await paused(agent)
    waiting = state.get_interruptions()[0]
    state.reject(ToolApprovalItem(agent, ASK[0], "ask_billing"), rejection_message="Leave billing alone.")
    result = await Runner.run(agent, await stored(agent, state))

    assert result.final_output == "Done."
    assert result.interruptions == []
    assert outputs(result.new_items) == ["Leave billing alone."]
    assert outer.requests[1].input[-1]["output"] == "Leave billing alone."
    assert (effects, len(inner.requests)) == ([], 1)
    with pytest.raises(UserError, match="nothing to decide"):
        result.to_state().approve(waiting)


async def test_an_agent_that_is_at_work_cannot_be_approved():
    agent = office(Effects())
    state = await paused(agent)
    with pytest.raises(UserError, match="started"):
        state.approve(ToolApprovalItem(agent, ASK[0], "ask_billing"))


@pytest.mark.spec("A9")
async def test_the_call_of_an_agent_and_its_own_calls_are_decided_one_after_the_other():
    effects, inner = Effects(), ScriptedModel([REFUND, REFUNDED])
    agent = office(effects, inner, needs_approval=True)
    state = await paused(agent)
    assert [(each.tool_name, each.path) for each in state.get_interruptions()] == [("ask_billing", "t0.c0")]
    assert inner.requests == []

    state = (await Runner.run(agent, approve_all(await stored(agent, state)))).to_state()
    assert [(each.tool_name, each.path) for each in state.get_interruptions()] == [("refund", "t0.c0/t0.c0")]
    result = await Runner.run(agent, approve_all(await stored(agent, state)))
    assert result.final_output == "Done."
    assert effects == ["refund A1"]


@dataclass
class Watching(RunHooks[Any]):
    """Notes when calls begin and end."""

    seen: list[str]

    @override
    async def on_tool_start(self, context: RunContextWrapper[Any], agent: Any, tool: CallableTool) -> None:
        self.seen.append(f"{tool.name} starts")

    @override
    async def on_tool_end(self, context: RunContextWrapper[Any], agent: Any, tool: CallableTool, result: str) -> None:
        self.seen.append(f"{tool.name} ends")


@pytest.mark.spec("N14")
async def test_hooks_guardrails_and_events_of_the_outer_call_come_once_over_pauses():
    seen: list[str] = []

    def looks(name: str) -> Any:
        def guardrail(_: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
            seen.append(name)
            return ToolGuardrailFunctionOutput.allow()

        return guardrail

    twice = [REFUND, [call("refund", {"order": "B2"}, call_id="i2")], REFUNDED]
    agent = office(Effects(), ScriptedModel(twice))
    tool = replace(
        agent.tools[0],
        tool_input_guardrails=[ToolInputGuardrail(looks("input looked at"))],
        tool_output_guardrails=[ToolOutputGuardrail(looks("output looked at"))],
    )
    agent = agent.clone(tools=[tool])
    hooks, told = Watching(seen), list[str]()
    given: Any = "Go"
    for _ in range(3):
        result = Runner.run_streamed(agent, given, hooks=hooks)
        told += [str(event.name) async for event in result.stream_events() if event.type == "run_item_stream_event"]
        given = approve_all(await stored(agent, result.to_state()))

    assert seen == ["input looked at", "ask_billing starts", "output looked at", "ask_billing ends"]
    assert told == ["tool_called", "tool_output", "message_output_created"]


@pytest.mark.spec("N15")
async def test_what_is_used_within_counts_once_outside_before_and_after_a_pause():
    agent = office(Effects())
    state = await paused(agent)
    assert state.usage.requests == 2
    state = await stored(agent, state)
    assert state.usage.requests == 2
    result = await Runner.run(agent, approve_all(state))
    assert (result.usage.requests, result.usage.total_tokens) == (4, 60)
    assert (await stored(agent, result.to_state())).usage == result.usage


@pytest.mark.spec("N18")
@pytest.mark.parametrize("own_words", [False, True])
async def test_what_holds_for_the_run_holds_within_unless_the_tool_says_otherwise(own_words: bool):
    gated: list[str] = []

    async def gate(asked: GatedCall) -> Allow:
        gated.append(asked.path)
        return Allow()

    def words(text: str) -> RunConfig:
        def formatter(args: ToolErrorFormatterArgs) -> str:
            return f"{text} {args.tool_name}"

        return RunConfig(tool_error_formatter=formatter)

    inner = ScriptedModel([REFUND, REFUNDED])
    agent = office(Effects(), inner, run_config=words("Inner:") if own_words else None)
    config = replace(words("Outer:"), gate=gate)
    state = (await Runner.run(agent, "Go", run_config=config)).to_state()
    state.reject(state.get_interruptions()[0])
    await Runner.run(agent, await stored(agent, state), run_config=config)
    assert inner.requests[1].input[-1]["output"] == ("Inner: refund" if own_words else "Outer: refund")
    assert gated == ["t0.c0", "t0.c0/t0.c0"]


@pytest.mark.spec("N18")
async def test_guardrails_look_before_a_person_within_as_well():
    async def guardrail(_: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        return ToolGuardrailFunctionOutput.reject_content("Refunds are closed.")

    effects, inner = Effects(), ScriptedModel([REFUND, REFUNDED])
    refund = replace(effects.tool("refund", needs_approval=True), tool_input_guardrails=[ToolInputGuardrail(guardrail)])
    tool = desk(inner, refund, name="billing").as_tool("ask_billing", "Asks billing.")
    agent = Agent[Any]("support", tools=[tool], model=ScriptedModel([ASK, DONE]))
    early = RunConfig(tool_execution=ToolExecutionConfig(pre_approval_tool_input_guardrails=True))
    result = await Runner.run(agent, "Go", run_config=early)
    assert result.final_output == "Done."
    assert inner.requests[1].input[-1]["output"] == "Refunds are closed."


async def test_an_always_for_an_agent_lets_it_be_called_again_and_its_own_calls_still_ask():
    effects = Effects()
    inner = ScriptedModel([REFUND, REFUNDED, [call("refund", {"order": "B2"}, call_id="i2")], REFUNDED])
    outer = ScriptedModel([ASK, [call("ask_billing", {"input": "Refund B2"}, call_id="o2")], DONE])
    agent = office(effects, inner, outer, needs_approval=True)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    asked: list[str | None] = []
    while waiting := (state := (await Runner.run(agent, await stored(agent, state))).to_state()).get_interruptions():
        asked += [each.path for each in waiting]
        approve_all(state)
    assert asked == ["t0.c0/t0.c0", "t1.c0/t0.c0"]
    assert effects == ["refund A1", "refund B2"]


async def test_an_agent_that_calls_itself_comes_to_an_end():
    def again(request: ModelRequest) -> list[Item]:
        told = [str(item.get("output")) for item in request.input if item.get("output")]
        return [message(told[0])] if told else [call("go", {"input": "deeper"}, call_id="c1")]

    tools: list[Tool] = []
    agent = Agent[Any]("desk", tools=tools, model=ScriptedModel([again] * 50))
    tools.append(agent.as_tool("go", "Goes deeper."))
    result = await Runner.run(agent, "Go")
    assert result.final_output == "Agents may call each other 7 deep, so this call was not made."
    assert max(each.path.count("/") for each in result.to_state().all_calls) == 7
