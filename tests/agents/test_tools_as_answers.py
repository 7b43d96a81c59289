"""What a tool returns can be the answer: after an approval as without one, and guardrails look at it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import (
    Agent,
    FunctionToolResult,
    GuardrailFunctionOutput,
    OutputGuardrail,
    OutputGuardrailTripwireTriggered,
    RunContextWrapper,
    Runner,
    StopAtTools,
    ToolsToFinalOutputResult,
    UserError,
)
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, outputs, paused, stored

TWO = [call("count", {"order": "A1"}, call_id="c1"), call("delete", {"order": "B2"}, call_id="c2")]
DONE = [message("Done.")]


def answering(effects: Effects, behavior: Any, *answers: Any, **settings: Any) -> tuple[Agent[Any], ScriptedModel]:
    model = ScriptedModel(answers or [[TWO[1]]])
    tools = [effects.tool("count"), effects.tool("delete", needs_approval=True)]
    return Agent[Any]("desk", tools=tools, model=model, tool_use_behavior=behavior, **settings), model


@pytest.mark.spec("P16")
@pytest.mark.parametrize("behavior", ["stop_on_first_tool", StopAtTools(stop_at_tool_names=["delete"])])
@pytest.mark.parametrize("through_json", [False, True])
async def test_the_output_of_an_approved_tool_is_the_answer_and_the_model_is_not_asked(
    behavior: Any, through_json: bool
):
    effects, looked = Effects(), list[str]()

    def guardrail(_ctx: RunContextWrapper[Any], _agent: Any, answer: Any) -> GuardrailFunctionOutput:
        looked.append(answer)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    agent, model = answering(effects, behavior, output_guardrails=[OutputGuardrail(guardrail)])
    state = approve_all(await paused(agent))
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert result.final_output == "delete B2: done"
    assert (effects, looked, len(model.requests)) == (["delete B2"], ["delete B2: done"], 1)
    assert (await stored(agent, result.to_state())).ended
    assert (await Runner.run(agent, result.to_state())).final_output == "delete B2: done"


@pytest.mark.spec("P16")
async def test_an_answer_of_a_tool_that_a_guardrail_stops_is_none_and_the_call_is_not_made_again():
    def guardrail(_ctx: RunContextWrapper[Any], _agent: Any, _answer: Any) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info="secret", tripwire_triggered=True)

    effects = Effects()
    agent, _ = answering(effects, "stop_on_first_tool", output_guardrails=[OutputGuardrail(guardrail)])
    state = approve_all(await paused(agent))
    for given in (state, state):
        with pytest.raises(OutputGuardrailTripwireTriggered):
            await Runner.run(agent, given)
    assert effects == ["delete B2"]
    kept = await stored(agent, state)
    assert [each.output for each in kept.calls] == [output("c2", "delete B2: done")], "what was done stays told"


def output(call_id: str, text: str) -> dict[str, Any]:
    """What came of a call, as the model reads it."""
    return {"type": "function_call_output", "call_id": call_id, "output": text}


async def test_the_first_tool_in_the_order_of_the_calls_is_the_answer_once_all_are_over():
    effects = Effects()
    agent, model = answering(effects, "stop_on_first_tool", TWO)
    result = await Runner.run(agent, "Go")
    assert (result.final_output, len(result.interruptions)) == (None, 1), "the other one waits"
    result = await Runner.run(agent, approve_all(await stored(agent, result.to_state())))
    assert result.final_output == "count A1: done"
    assert (effects, len(model.requests)) == (["count A1", "delete B2"], 1)


async def test_a_tool_that_is_not_named_is_no_answer_and_neither_is_one_that_was_rejected():
    effects = Effects()
    agent, _ = answering(effects, StopAtTools(stop_at_tool_names=["delete"]), [TWO[0]], [TWO[1]], DONE)
    state = await paused(agent)
    state.reject(state.get_interruptions()[0])
    result = await Runner.run(agent, await stored(agent, state))
    assert result.final_output == "Done."
    assert outputs(result.new_items) == ["count A1: done", "Tool execution was not approved."]


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_function_may_say_what_the_answer_is(is_async: bool):
    seen: list[FunctionToolResult] = []

    def decide(_: RunContextWrapper[Any], results: list[FunctionToolResult]) -> ToolsToFinalOutputResult:
        seen.extend(results)
        return ToolsToFinalOutputResult(is_final_output=len(results) == 2, final_output={"ran": len(results)})

    async def decide_async(ctx: RunContextWrapper[Any], results: list[FunctionToolResult]) -> ToolsToFinalOutputResult:
        return decide(ctx, results)

    agent, _ = answering(Effects(), decide_async if is_async else decide, TWO)
    result = await Runner.run(agent, approve_all(await stored(agent, await paused(agent))))
    assert result.final_output == {"ran": 2}
    assert [(each.tool, each.output) for each in seen] == [("count", "count A1: done"), ("delete", "delete B2: done")]
    again = await stored(agent, result.to_state())
    assert (await Runner.run(agent, again)).final_output == {"ran": 2}


async def test_a_function_that_says_something_else_is_an_error_and_repeats_nothing():
    def decide(_ctx: RunContextWrapper[Any], _results: list[FunctionToolResult]) -> str:
        return "yes"

    effects = Effects()
    agent, _ = answering(effects, decide)
    state = approve_all(await paused(agent))
    for _ in range(2):
        with pytest.raises(UserError, match="must return a ToolsToFinalOutputResult"):
            await Runner.run(agent, state)
    assert effects == ["delete B2"]
