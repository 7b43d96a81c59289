"""A call id that comes twice: the same call is made once, and another call under a known id is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import JsonValue

from bot.agents import Agent, ModelBehaviorError, RunContextWrapper, Runner, function_tool
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]
A1 = call("delete", {"order": "A1"}, call_id="c1")
B2 = call("delete", {"order": "B2"}, call_id="c1")


def free(effects: Effects, *answers: list[dict[str, Any]]) -> tuple[Agent[Any], ScriptedModel]:
    model = ScriptedModel([*answers, DONE])
    return desk(model, effects.tool("delete"), effects.tool("count")), model


@pytest.mark.spec("K1")
async def test_a_call_that_is_done_and_comes_again_is_not_made_again_and_the_model_does_not_see_it():
    effects = Effects()
    agent, model = free(effects, [reasoning("rs_1"), A1], [reasoning("rs_2"), A1])
    result = await Runner.run(agent, "Go")

    assert effects == ["delete A1"]
    assert outputs(result.new_items) == ["delete A1: done"]
    assert model.requests[2].input == model.requests[1].input, "neither the replay nor the reasoning tied to it"
    assert [item.type for item in result.new_items] == [
        "reasoning_item",
        "tool_call_item",
        "tool_call_output_item",
        "message_output_item",
    ]


@pytest.mark.spec("K1")
async def test_a_replay_beside_a_new_call_leaves_the_new_call_alone():
    effects = Effects()
    agent, model = free(effects, [A1], [A1, call("count", {"order": "C3"}, call_id="c2")])
    result = await Runner.run(agent, "Go")
    assert effects == ["delete A1", "count C3"]
    assert outputs(result.new_items) == ["delete A1: done", "count C3: done"]
    assert [item.get("call_id") for item in model.requests[2].input] == [None, "c1", "c1", "c2", "c2"]


@pytest.mark.spec("K1")
async def test_a_replay_of_a_rejected_call_does_not_ask_again():
    effects = Effects()
    agent = desk(ScriptedModel([[A1], [A1], DONE]), effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    state.reject(state.get_interruptions()[0])
    result = await Runner.run(agent, await stored(agent, state))
    assert result.final_output == "Done."
    assert effects == []


@pytest.mark.spec("K2")
@pytest.mark.parametrize("other", [B2, call("count", {"order": "A1"}, call_id="c1")])
@pytest.mark.parametrize("streamed", [False, True])
async def test_another_call_under_a_known_id_is_an_error_before_anything_happens(
    other: dict[str, JsonValue], streamed: bool
):
    effects = Effects()
    agent, _ = free(effects, [A1], [call("count", {"order": "C3"}, call_id="c2"), other])
    with pytest.raises(ModelBehaviorError, match="c1"):
        await run(agent, streamed)
    assert effects == ["delete A1"], "nor does its sibling run"


@pytest.mark.spec("K2")
async def test_an_always_does_not_let_another_call_through_under_a_known_id():
    effects, asked = Effects(), list[str]()

    def rule(_ctx: RunContextWrapper[Any], _arguments: object, call_id: str) -> bool:
        asked.append(call_id)
        return True

    agent = desk(ScriptedModel([[A1], [B2], DONE]), effects.tool("delete", needs_approval=rule))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    with pytest.raises(ModelBehaviorError, match="c1"):
        await Runner.run(agent, await stored(agent, state))
    assert effects == ["delete A1"]
    assert asked == ["c1"]


@pytest.mark.spec("K3")
async def test_a_call_that_stands_twice_in_one_response_is_decided_and_made_once():
    effects = Effects()
    model = ScriptedModel([[A1, A1, call("count", call_id="c2")], DONE])
    agent = desk(model, effects.tool("delete", needs_approval=True), effects.tool("count"))
    state = await paused(agent)
    assert len(state.get_interruptions()) == 1
    result = await Runner.run(agent, approve_all(state))
    assert effects == ["count", "delete A1"]
    assert outputs(result.new_items) == ["delete A1: done", "count: done"]
    ids = [(item.get("type"), item.get("call_id")) for item in model.requests[1].input[1:]]
    assert ids == [
        ("function_call", "c1"),
        ("function_call", "c2"),
        ("function_call_output", "c1"),
        ("function_call_output", "c2"),
    ]


@pytest.mark.spec("K4")
@pytest.mark.parametrize("streamed", [False, True])
async def test_two_calls_under_one_id_are_an_error_before_a_rule_is_asked(streamed: bool):
    effects, asked = Effects(), list[str]()

    def rule(_ctx: RunContextWrapper[Any], _arguments: object, call_id: str) -> bool:
        asked.append(call_id)
        return False

    agent = desk(ScriptedModel([[A1, B2]]), effects.tool("delete", needs_approval=rule))
    with pytest.raises(ModelBehaviorError, match="c1"):
        await run(agent, streamed)
    assert (effects, asked) == ([], [])


@pytest.mark.spec("K6")
@pytest.mark.parametrize("call_id", ["", None, 7])
async def test_a_call_without_an_id_is_an_error_before_a_rule_is_asked(call_id: JsonValue):
    effects, asked = Effects(), list[str]()

    def rule(_ctx: RunContextWrapper[Any], _arguments: object, call_id: str) -> bool:
        asked.append(call_id)
        return False

    calls = [call("count", call_id="c2"), {**A1, "call_id": call_id}]
    agent = desk(ScriptedModel([calls]), effects.tool("delete", needs_approval=rule), effects.tool("count"))
    with pytest.raises(ModelBehaviorError, match="without an id"):
        await Runner.run(agent, "Go")
    assert (effects, asked) == ([], [])


@pytest.mark.spec("K7")
@pytest.mark.parametrize(
    "same",
    [
        {**A1, "id": "fc_other", "status": "completed"},
        {**A1, "arguments": '{ "order" :\n"A1" }'},
        {**A1, "arguments": '{"order": "\\u00411"}'},
    ],
)
async def test_a_call_is_the_same_however_it_is_written(same: dict[str, JsonValue]):
    effects = Effects()
    agent, _ = free(effects, [A1], [same])
    assert (await Runner.run(agent, "Go")).final_output == "Done."
    assert effects == ["delete A1"]


@pytest.mark.spec("K7")
async def test_a_call_is_the_same_in_whatever_order_its_keys_stand():
    moved: list[str] = []

    @function_tool
    async def move(source: str, target: str) -> str:
        moved.append(f"{source} to {target}")
        return "Moved."

    answers = [[call("move", text)] for text in ('{"source": "a", "target": "b"}', '{"target": "b", "source": "a"}')]
    assert (await Runner.run(desk(ScriptedModel([*answers, DONE]), move), "Go")).final_output == "Done."
    assert moved == ["a to b"]


@pytest.mark.spec("K7")
@pytest.mark.parametrize("other", [{"order": None}, {}, {"order": "A1 "}, {"Order": "A1"}])
async def test_a_call_is_another_when_a_value_is_another(other: dict[str, JsonValue]):
    agent, _ = free(Effects(), [A1], [{**A1, "arguments": json.dumps(other)}])
    with pytest.raises(ModelBehaviorError):
        await Runner.run(agent, "Go")


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_model_that_repeats_a_call_for_ever_is_stopped_also_without_a_limit_of_turns(streamed: bool):
    effects = Effects()
    model = ScriptedModel([[A1]] * 30)
    with pytest.raises(ModelBehaviorError, match="repeated earlier calls"):
        await run(desk(model, effects.tool("delete")), streamed, max_turns=None)
    assert effects == ["delete A1"]
    assert 3 <= len(model.requests) <= 10, "it may stumble, and not for ever"


async def test_a_model_that_repeats_calls_for_ever_within_a_called_agent_is_stopped():
    effects = Effects()
    model = ScriptedModel([[A1]] * 30)
    clerk = desk(model, effects.tool("delete"), name="clerk").as_tool("ask", "Asks.", max_turns=None)
    asks = ScriptedModel([[call("ask", {"input": "Go"}, call_id="o1")], DONE])
    result = await Runner.run(Agent[Any]("desk", tools=[clerk], model=asks), "Go", max_turns=None)
    assert (result.final_output, effects) == ("Done.", ["delete A1"])
    assert len(model.requests) <= 10


async def test_a_model_that_stumbles_now_and_then_and_goes_on_is_not_stopped():
    effects = Effects()
    counts = [call("count", {"order": str(n)}, call_id=f"n{n}") for n in range(4)]
    answers = [answer for count in counts for answer in ([count], [A1], [A1, count], [A1])]
    agent = desk(ScriptedModel([*answers, DONE]), effects.tool("delete"), effects.tool("count"))
    result = await Runner.run(agent, "Go", max_turns=None)
    assert result.final_output == "Done."
    assert sorted(effects) == ["count 0", "count 1", "count 2", "count 3", "delete A1"]


async def run(agent: Agent[Any], streamed: bool, **options: Any) -> None:
    if streamed:
        async for _ in Runner.run_streamed(agent, "Go", **options).stream_events():
            pass
    else:
        await Runner.run(agent, "Go", **options)
