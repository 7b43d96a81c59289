"""What an agent that takes over reads of the history: what the filter leaves, also after a pause; nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import (
    Agent,
    HandoffInputData,
    ItemHelpers,
    MessageOutputItem,
    RunConfig,
    Runner,
    RunState,
    UserError,
    handoff,
    handoff_filters,
)
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, paused, stored

DONE = [message("Done.")]
OVER = call("transfer_to_billing", call_id="h1")
COUNT = call("count", {"order": "A1"}, call_id="c1")
SAID: Item = {"role": "user", "content": "Please do it."}


def office(billing: ScriptedModel, filter: Any = None, *turns: list[Item]) -> Agent[Any]:
    """A desk that looks before it hands over to billing, which deletes with approval."""
    effects = Effects()
    to = Agent[Any]("billing", tools=[effects.tool("delete", needs_approval=True)], model=billing)
    first = ScriptedModel(turns or [[reasoning(), COUNT], [message("Billing will help."), OVER]])
    return Agent[Any]("desk", tools=[effects.tool("count")], handoffs=[handoff(to, input_filter=filter)], model=first)


@pytest.mark.spec("H4")
@pytest.mark.parametrize("through_json", [False, True])
async def test_what_the_filter_left_is_what_the_model_reads_after_a_pause_and_the_whole_history_stays(
    through_json: bool,
):
    delete = call("delete", {"order": "A1"}, call_id="d1")
    billing = ScriptedModel([[delete], DONE])
    agent = office(billing, handoff_filters.remove_all_tools)
    state = approve_all(await paused(agent))
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)

    left = [SAID, message("Billing will help.")]
    assert billing.requests[0].input == left
    assert billing.requests[1].input == [*left, delete, output("d1", "delete A1: done")]
    whole = [item.get("type", "message") for item in result.to_input_list()]
    assert whole == [
        *("message", "reasoning", "function_call", "function_call_output", "message", "function_call"),
        *("function_call_output", "function_call", "function_call_output", "message"),
    ]
    assert len(result.new_items) == len(whole) - 1


def output(call_id: str, text: str) -> Item:
    """What came of a call, as the model reads it."""
    return {"type": "function_call_output", "call_id": call_id, "output": text}


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_filter_sees_the_history_in_its_three_parts(is_async: bool):
    seen: list[HandoffInputData] = []

    def look(data: HandoffInputData) -> HandoffInputData:
        seen.append(data)
        return data

    async def look_async(data: HandoffInputData) -> HandoffInputData:
        return look(data)

    billing = ScriptedModel([DONE])
    result = await Runner.run(office(billing, look_async if is_async else look), "Please do it.", context={"user": 1})
    [data] = seen
    assert data.input_history == (SAID,)
    assert [item.type for item in data.pre_handoff_items] == [
        *("reasoning_item", "tool_call_item", "tool_call_output_item")
    ]
    assert [item.type for item in data.new_items] == [
        *("message_output_item", "handoff_call_item", "handoff_output_item")
    ]
    assert data.run_context
    assert data.run_context.context == {"user": 1}
    assert billing.requests[0].input == result.to_input_list()[:-1], "a filter that changes nothing changes nothing"


async def test_a_filter_may_put_a_summary_in_place_of_the_history():
    def shorten(data: HandoffInputData) -> HandoffInputData:
        said = [item for item in data.new_items if isinstance(item, MessageOutputItem)]
        summary = f"Before: {ItemHelpers.text_message_output(said[0])}"
        return data.clone(input_history=summary, pre_handoff_items=(), new_items=())

    billing = ScriptedModel([DONE])
    await Runner.run(office(billing, shorten), "Please do it.")
    assert billing.requests[0].input == [{"role": "user", "content": "Before: Billing will help."}]


async def test_what_a_filter_changes_in_what_it_is_given_changes_nothing_in_the_run():
    def spoil(data: HandoffInputData) -> HandoffInputData:
        for item in [*data.pre_handoff_items, *data.new_items]:
            item.raw_item.clear()
        for item in data.input_history:
            assert isinstance(item, dict)
            item.clear()
        return data.clone(pre_handoff_items=(), new_items=())

    result = await Runner.run(office(ScriptedModel([DONE]), spoil), "Please do it.")
    assert result.to_input_list()[0] == SAID
    assert all(item for item in result.to_input_list())


@pytest.mark.parametrize("own", [False, True])
async def test_the_filter_of_the_run_holds_where_the_handoff_has_none_of_its_own(own: bool):
    def nothing(data: HandoffInputData) -> HandoffInputData:
        return data.clone(input_history="Nothing.", pre_handoff_items=(), new_items=())

    billing = ScriptedModel([DONE])
    agent = office(billing, handoff_filters.remove_all_tools if own else None)
    await Runner.run(agent, "Please do it.", run_config=RunConfig(handoff_input_filter=nothing))
    left = [SAID, message("Billing will help.")]
    assert billing.requests[0].input == (left if own else [{"role": "user", "content": "Nothing."}])


async def test_a_second_filter_gets_what_the_first_one_left():
    seen: list[HandoffInputData] = []

    def look(data: HandoffInputData) -> HandoffInputData:
        seen.append(data)
        return data

    last = Agent[Any]("last", model=ScriptedModel([DONE]))
    middle = Agent[Any](
        "billing",
        handoffs=[handoff(last, input_filter=look)],
        model=ScriptedModel([[call("transfer_to_last", call_id="h2")]]),
    )
    agent = office(ScriptedModel([]))
    agent = agent.clone(handoffs=[handoff(middle, input_filter=handoff_filters.remove_all_tools)])
    result = await Runner.run(agent, "Please do it.")
    assert result.last_agent is last
    [data] = seen
    assert data.input_history == (SAID, message("Billing will help."))
    assert [item.type for item in data.new_items] == ["handoff_call_item", "handoff_output_item"]


def gives_text(_: HandoffInputData) -> str:
    return "everything"


def gives_nothing(_: HandoffInputData) -> None:
    pass


def divides(_: HandoffInputData) -> float:
    return 1 / 0


@pytest.mark.parametrize(
    ("filter", "error"), [(gives_text, UserError), (gives_nothing, UserError), (divides, ZeroDivisionError)]
)
async def test_a_filter_that_does_not_work_ends_the_run_with_its_error_and_nobody_takes_over(
    filter: Any, error: type[Exception]
):
    billing = ScriptedModel([])
    agent = office(billing, filter)
    going = Runner.run_streamed(agent, "Please do it.")
    with pytest.raises(error):
        _ = [event async for event in going.stream_events()]
    state = await RunState.from_string(agent, going.to_state().to_string())
    assert (state.agent, billing.requests) == ("desk", [])
    assert all(each.over for each in state.calls)
