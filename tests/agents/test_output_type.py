"""An answer in a form: what the model says, refuses or gets wrong, what tools return, and what an error leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    AgentsError,
    GuardrailFunctionOutput,
    MaxTurnsExceeded,
    ModelBehaviorError,
    ModelRefusalError,
    RunContextWrapper,
    Runner,
    RunResult,
    output_guardrail,
)
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, paused, stored

CALL = call("count", {"order": "A1"}, call_id="c1")
GATED = call("delete", {"order": "A1"}, call_id="c1")
REFUSED: Item = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "content": [{"type": "refusal", "refusal": "I must not."}],
}


class Refund(BaseModel):
    """An answer with fields."""

    order: str
    amount: int = 7


@dataclass
class Row:
    """An answer that is no model of pydantic."""

    name: str


def desk(output_type: Any, *answers: Any, **settings: Any) -> Agent[Any]:
    effects = Effects()
    tools = [effects.tool("count"), effects.tool("delete", needs_approval=True)]
    return Agent[Any]("desk", tools=tools, output_type=output_type, model=ScriptedModel(answers), **settings)


async def run(agent: Agent[Any], given: Any, *, streamed: bool = False, **options: Any) -> RunResult:
    if not streamed:
        return await Runner.run(agent, given, **options)
    result = Runner.run_streamed(agent, given, **options)
    async for _ in result.stream_events():
        pass
    return result


@pytest.mark.parametrize(
    ("output_type", "text", "value"),
    [
        (Refund, '{"order": "A1", "amount": 3}', Refund(order="A1", amount=3)),
        (Row, '{"name": "a"}', Row("a")),
        (list[int], '{"response": [1, 2]}', [1, 2]),
        (str, '{"order": "A1"}', '{"order": "A1"}'),
        (None, '{"order": "A1"}', '{"order": "A1"}'),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_the_answer_has_the_type_also_after_a_pause_and_json(
    output_type: Any, text: str, value: Any, streamed: bool
):
    agent = desk(output_type, [GATED], [message(text)])
    state = approve_all(await paused(agent))
    result = await run(agent, await stored(agent, state), streamed=streamed)
    assert (result.final_output, type(result.final_output)) == (value, type(value))
    assert result.final_output_as(object, raise_if_incorrect_type=True) == value
    with pytest.raises(TypeError, match="no bytes"):
        result.final_output_as(bytes, raise_if_incorrect_type=True)
    again = await run(agent, await stored(agent, result.to_state()), streamed=streamed)
    assert again.final_output == value


async def test_guardrails_on_the_answer_see_the_typed_value():
    seen: list[object] = []

    @output_guardrail
    def look(_ctx: RunContextWrapper[Any], _agent: Agent[Any], said: Refund) -> GuardrailFunctionOutput:
        seen.append(said)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    agent = desk(Refund, [message('{"order": "A1", "amount": 3}')], output_guardrails=[look])
    await Runner.run(agent, "Go")
    assert seen == [Refund(order="A1", amount=3)]


@pytest.mark.parametrize("streamed", [False, True])
async def test_where_a_form_is_wanted_a_refusal_is_an_error_with_the_models_words(streamed: bool):
    with pytest.raises(ModelRefusalError, match=r"refused to answer: I must not\.") as refused:
        await run(desk(Refund, [REFUSED]), "Go", streamed=streamed)
    assert refused.value.refusal == "I must not."
    assert isinstance(refused.value, ModelBehaviorError)
    assert (await run(desk(None, [REFUSED]), "Go", streamed=streamed)).final_output == "I must not."


@pytest.mark.parametrize("streamed", [False, True])
async def test_after_an_answer_of_another_form_the_run_goes_on_and_repeats_nothing(streamed: bool):
    agent = desk(Refund, [GATED], [message("It is done.")], [message('{"order": "A1"}')])
    model = agent.model
    assert isinstance(model, ScriptedModel)
    state = approve_all(await paused(agent))
    with pytest.raises(ModelBehaviorError, match="has not the form of Refund"):
        await run(agent, state, streamed=streamed)
    result = await run(agent, await stored(agent, state), streamed=streamed)
    assert result.final_output == Refund(order="A1")
    assert [each.status for each in result.to_state().calls] == ["done"]
    assert model.requests[2].input[-1] == message("It is done."), "the model reads what it said"


async def test_what_a_tool_returns_is_the_answer_as_it_is_whatever_form_the_model_is_asked_for():
    agent = desk(Refund, [CALL], tool_use_behavior="stop_on_first_tool")
    assert (await Runner.run(agent, "Go")).final_output == "count A1: done"


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_error_of_a_new_run_has_what_there_is_of_it_to_go_on_with(streamed: bool):
    agent = desk(None, [CALL], [message("Done.")])
    with pytest.raises(MaxTurnsExceeded) as raised:
        await run(agent, "Go", max_turns=1, streamed=streamed, context={"user": "ana"})
    so_far: RunResult = raised.value.run_data
    assert (so_far.input, so_far.final_output, so_far.last_agent) == ("Go", None, agent)
    assert len(so_far.new_items) == 2
    assert so_far.context_wrapper.context == {"user": "ana"}
    result = await run(agent, so_far.to_state(), max_turns=2, streamed=streamed)
    assert result.final_output == "Done."
    assert [each.status for each in result.to_state().calls] == ["done"]


async def test_an_error_that_no_run_raised_has_no_run():
    assert AgentsError("No.").run_data is None


async def test_a_result_knows_what_the_run_began_with():
    items: list[Item] = [{"role": "user", "content": "One."}, {"role": "user", "content": "Two."}]
    assert (await Runner.run(desk(None, [message("Done.")]), items)).input == items
    agent = desk(None, [GATED], [message("Done.")])
    state = approve_all(await paused(agent, "Go"))
    state.add_input("More.")
    result = await Runner.run(agent, await stored(agent, state))
    assert result.input == "Go"
    assert [each.response_id for each in result.raw_responses] == ["resp_1", "resp_2"]
    assert result.raw_responses[0].to_input_items() == [GATED]
