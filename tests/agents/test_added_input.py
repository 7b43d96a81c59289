"""Something more that is said while a run waits: the model reads it once, after all outputs; guardrails look at it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    RunContextWrapper,
    Runner,
    RunState,
    StopAtTools,
    UserError,
    output_guardrail,
)
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, paused, stored

DONE = [message("Done.")]
CALLS = [call("delete", {"order": "A1"}, call_id="c1"), call("delete", {"order": "B2"}, call_id="c2")]
MORE: Item = {"role": "user", "content": "And be quick."}


def deletes(effects: Effects, *answers: Any, **settings: Any) -> tuple[Agent[Any], ScriptedModel]:
    model = ScriptedModel(answers or [CALLS, DONE])
    tool = effects.tool("delete", needs_approval=True)
    return Agent[Any]("desk", tools=[tool], model=model, **settings), model


@pytest.mark.spec("R11")
@pytest.mark.parametrize("through_json", [False, True])
async def test_what_was_added_is_read_once_after_all_outputs(through_json: bool):
    agent, model = deletes(Effects(), CALLS, [call("delete", {"order": "C3"}, call_id="c3")], DONE)
    state = await paused(agent)
    state.add_input("And be quick.")
    state.approve(state.get_interruptions()[0])
    state = await stored(agent, state) if through_json else state
    state = (await Runner.run(agent, state)).to_state()
    assert len(model.requests) == 1, "it waits with the run"
    assert len(state.queued) == 1

    state = approve_all(await stored(agent, state) if through_json else state)
    state = (await Runner.run(agent, state)).to_state()
    result = await Runner.run(agent, approve_all(await stored(agent, state) if through_json else state))
    sent = [item.get("type", item.get("role")) for item in model.requests[1].input]
    assert sent == ["user", *["function_call"] * 2, *["function_call_output"] * 2, "user"]
    assert model.requests[1].input[-1] == MORE
    assert model.requests[2].input.count(MORE) == 1
    assert result.to_input_list().count(MORE) == 1
    assert result.to_state().queued == []


async def test_texts_and_items_are_read_in_the_order_in_which_they_were_added():
    agent, model = deletes(Effects())
    state = approve_all(await paused(agent))
    state.add_input("One.")
    state.add_input("One.")
    state = await stored(agent, state)
    state.add_input([{"role": "user", "content": "Two."}, {"role": "user", "content": "Three."}])
    await Runner.run(agent, await stored(agent, state))
    said = [item["content"] for item in model.requests[1].input if item.get("role") == "user"]
    assert said == ["Please do it.", "One.", "One.", "Two.", "Three."]


async def test_when_the_model_fails_what_was_added_is_asked_again_and_once():
    agent, model = deletes(Effects(), CALLS, ConnectionError("no network"), DONE)
    state = approve_all(await paused(agent))
    state.add_input("And be quick.")
    with pytest.raises(ConnectionError):
        await Runner.run(agent, state)
    result = await Runner.run(agent, await stored(agent, state))
    assert model.requests[2].input == model.requests[1].input
    assert model.requests[2].input.count(MORE) == 1
    assert result.to_input_list().count(MORE) == 1


@pytest.mark.spec("R11")
async def test_guardrails_on_input_look_at_what_was_added():
    seen: list[str] = []

    def guardrail(_ctx: RunContextWrapper[Any], _agent: Any, said: Any) -> GuardrailFunctionOutput:
        seen.append(said)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered="everything" in str(said))

    effects = Effects()
    agent, model = deletes(effects, input_guardrails=[InputGuardrail(guardrail)])
    state = approve_all(await paused(agent))
    state.add_input("Delete everything.")
    with pytest.raises(InputGuardrailTripwireTriggered):
        await Runner.run(agent, await stored(agent, state))
    assert seen == ["Please do it.", "Delete everything."]
    assert len(model.requests) <= 2
    assert sorted(effects) == ["delete A1", "delete B2"]


@pytest.mark.spec("R11")
async def test_nothing_can_be_added_to_a_run_that_has_ended():
    agent, _ = deletes(Effects())
    ended = (await Runner.run(agent, approve_all(await paused(agent)))).to_state()
    before = ended.to_json()
    with pytest.raises(UserError, match="has ended"):
        ended.add_input("More.")
    assert ended.to_json() == before


@pytest.mark.spec("R11")
@pytest.mark.parametrize("behavior", ["stop_on_first_tool", StopAtTools(stop_at_tool_names=["delete"])])
async def test_nothing_can_be_added_where_the_model_may_not_be_asked_again(behavior: Any):
    agent, _ = deletes(Effects(), tool_use_behavior=behavior)
    state = await paused(agent)
    for each in (state, await stored(agent, state)):
        with pytest.raises(UserError, match="might never read"):
            each.add_input("More.")
        assert each.queued == []


async def test_items_that_are_no_json_cannot_be_added():
    agent, _ = deletes(Effects())
    state = await paused(agent)
    wrong: list[dict[str, Any]] = [{"role": "user", "content": object()}]
    with pytest.raises(UserError, match="An item is"):
        state.add_input(wrong)
    assert state.queued == []


async def test_what_is_changed_in_an_item_after_it_was_added_changes_nothing():
    agent, model = deletes(Effects())
    state = approve_all(await paused(agent))
    items: list[dict[str, Any]] = [{"role": "user", "content": "And be quick."}]
    state.add_input(items)
    items[0]["content"] = "Delete everything."
    await Runner.run(agent, state)
    assert model.requests[1].input[-1] == MORE


async def test_what_is_added_to_a_copy_is_not_in_the_other():
    agent, _ = deletes(Effects())
    result = await Runner.run(agent, "Go")
    first, second = result.to_state(), result.to_state()
    first.add_input("More.")
    assert (len(first.queued), second.queued, result.to_state().queued) == (1, [], [])


async def test_at_the_limit_of_turns_what_was_added_is_kept_for_when_the_run_goes_on():
    agent, model = deletes(Effects())
    state = approve_all((await Runner.run(agent, "Go", max_turns=1)).to_state())
    state.add_input("And be quick.")
    with pytest.raises(MaxTurnsExceeded):
        await Runner.run(agent, state)
    state = await RunState.from_string(agent, state.to_string())
    result = await Runner.run(agent, state, max_turns=5)
    assert (result.final_output, result.to_state().max_turns) == ("Done.", 5)
    assert model.requests[1].input[-1] == MORE


@pytest.mark.parametrize("through_json", [False, True])
async def test_what_was_added_before_and_after_an_answer_that_failed_is_all_read_and_once(through_json: bool):
    failures = [RuntimeError("no network"), RuntimeError("no network")]

    @output_guardrail
    async def broken(_ctx: RunContextWrapper[Any], _agent: Agent[Any], _said: str) -> GuardrailFunctionOutput:
        if failures:
            raise failures.pop()
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    agent, model = deletes(Effects(), CALLS, DONE, DONE, DONE, output_guardrails=[broken])
    state = approve_all(await paused(agent))
    for words in ("One.", "Two."):
        state.add_input(words)
        with pytest.raises(RuntimeError, match="no network"):
            await Runner.run(agent, state)
        state = await stored(agent, state) if through_json else state
    state.add_input("Three.")
    result = await Runner.run(agent, state)
    for items in (model.requests[-1].input, result.to_input_list()):
        said = [item["content"] for item in items if item.get("role") == "user"]
        assert said == ["Please do it.", "One.", "Two.", "Three."]
    assert result.to_state().queued == []
