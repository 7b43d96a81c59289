"""A streamed run is the same run, told while it goes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.agents import (
    Agent,
    AgentUpdatedStreamEvent,
    MaxTurnsExceeded,
    RawResponsesStreamEvent,
    RunItemStreamEvent,
    Runner,
    RunResult,
    RunResultStreaming,
    RunState,
    StreamEvent,
    function_tool,
)
from bot.agents.models.interface import RawEvent
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, desk, paused, stored

DONE = [message("Done.")]
FIRST = [
    reasoning(),
    call("delete", {"order": "A1"}, call_id="c1"),
    call("count", {"order": "B2"}, call_id="c2"),
]


def office(effects: Effects) -> Agent[Any]:
    model = ScriptedModel([FIRST, [call("count", {"order": "C3"}, call_id="c3")], DONE])
    return desk(model, effects.tool("delete", needs_approval=True), effects.tool("count"))


def told(events: list[StreamEvent]) -> list[str]:
    """The names of what happened to items, with the call's id."""
    return [
        f"{event.name} {event.item.raw_item.get('call_id', '')}".strip()
        for event in events
        if isinstance(event, RunItemStreamEvent)
    ]


async def read(result: RunResultStreaming) -> list[StreamEvent]:
    events: list[StreamEvent] = []
    await read_into(events, result)
    return events


async def read_into(events: list[StreamEvent], result: RunResultStreaming) -> None:
    async for event in result.stream_events():
        events.append(event)


@pytest.mark.spec("ST1")
async def test_the_stream_of_a_run_that_waits_ends_and_says_for_what():
    result = Runner.run_streamed(office(Effects()), "Go")
    events = await read(result)

    assert told(events) == [
        "reasoning_item_created",
        "tool_called c1",
        "tool_called c2",
        "tool_output c2",
    ]
    assert [each.call_id for each in result.interruptions] == ["c1"]
    assert result.final_output is None
    assert result.is_complete
    assert isinstance(events[0], AgentUpdatedStreamEvent)
    assert any(isinstance(event, RawResponsesStreamEvent) for event in events)


@pytest.mark.spec("ST2")
async def test_a_call_is_told_once_over_pause_and_resume():
    agent = office(Effects())
    state = approve_all(await paused(agent))
    events = await read(Runner.run_streamed(agent, await stored(agent, state)))
    assert told(events) == [
        "tool_output c1",
        "tool_called c3",
        "tool_output c3",
        "message_output_created",
    ]


@pytest.mark.spec("ST3", "ST4")
@pytest.mark.parametrize("first_streamed", [False, True])
@pytest.mark.parametrize("second_streamed", [False, True])
async def test_streamed_or_not_a_run_is_the_same(first_streamed: bool, second_streamed: bool):
    plain, effects = office(Effects()), Effects()
    expected = await Runner.run(plain, approve_all(await paused(plain, "Go")))

    agent = office(effects)
    first = await run(agent, "Go", streamed=first_streamed)
    assert [each.call_id for each in first.interruptions] == ["c1"]
    second = await run(agent, approve_all(first.to_state()), streamed=second_streamed)

    assert effects == ["count B2", "delete A1", "count C3"]
    assert second.final_output == expected.final_output == "Done."
    assert [item.raw_item for item in second.new_items] == [item.raw_item for item in expected.new_items]
    assert second.to_input_list() == expected.to_input_list()
    assert second.usage == expected.usage
    assert second.last_response_id == expected.last_response_id


async def run(agent: Agent[Any], given: str | RunState, *, streamed: bool) -> RunResult:
    if not streamed:
        return await Runner.run(agent, given)
    result = Runner.run_streamed(agent, given)
    await read(result)
    return result


@pytest.mark.spec("ST7")
async def test_what_was_done_is_told_before_the_error():
    agent = office(Effects())
    state = approve_all((await Runner.run(agent, "Go", max_turns=1)).to_state())
    result = Runner.run_streamed(agent, state)
    events: list[StreamEvent] = []
    with pytest.raises(MaxTurnsExceeded):
        await read_into(events, result)
    assert told(events) == ["tool_output c1"]


async def test_the_model_is_asked_for_the_next_turn_while_the_events_of_the_last_may_be_read():
    result = Runner.run_streamed(office(Effects()), "Go")
    seen: list[StreamEvent] = []
    async for event in result.stream_events():
        seen.append(event)
        if told([event]) == ["tool_output c2"]:
            break
    rest = await read(result)
    assert told(seen)[-1] == "tool_output c2"
    assert told(rest) == []
    assert len(result.interruptions) == 1


async def test_to_read_the_events_again_gives_nothing_more_and_the_same_error():
    result = Runner.run_streamed(office(Effects()), "Go")
    await read(result)
    assert await read(result) == []

    failing = Runner.run_streamed(desk(ScriptedModel([ConnectionError("no network")])), "Go")
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await read(failing)


async def test_a_raw_event_knows_the_type_that_the_openai_package_has_for_it():
    delta: RawEvent = {
        "type": "response.output_text.delta",
        "content_index": 0,
        "delta": "Do",
        "item_id": "msg_1",
        "logprobs": [],
        "output_index": 0,
        "sequence_number": 1,
    }
    assert RawResponsesStreamEvent(delta).data.delta == "Do"
    unknown: RawEvent = {"type": "response.of_tomorrow", "sequence_number": 1}
    assert RawResponsesStreamEvent(unknown).data == unknown


@pytest.mark.parametrize("begun", [False, True])
async def test_a_cancelled_stream_ends_and_what_was_under_way_may_have_run(begun: bool):
    started, effects = asyncio.Event(), Effects()

    @function_tool
    async def slow() -> str:
        started.set()
        await asyncio.sleep(60)
        effects.append("slow")
        return "slow"

    agent = desk(ScriptedModel([[call("slow")], DONE]), slow)
    result = Runner.run_streamed(agent, "Go")
    if begun:
        await started.wait()
    result.cancel()
    async with asyncio.timeout(5):
        await read(result)
    assert effects == []
    assert result.final_output is None
    if begun:
        again = await Runner.run(agent, await stored(agent, result.to_state()))
        assert [each.may_have_run for each in again.interruptions] == [True]
