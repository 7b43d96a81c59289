"""Streams of Chat Completions, as all kinds of servers send them, told in the events of the Responses API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import openai
import pytest
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from bot.agents import (
    AgentsError,
    ModelBehaviorError,
    ModelRequest,
    ModelResponse,
    OpenAIChatCompletionsModel,
    RawResponsesStreamEvent,
    Runner,
    Usage,
)
from tests.agents.chat_server import USAGE, chunk, chunks, completion, fragment, serving, tool_call
from tests.agents.effects import Effects, desk
from tests.agents.responses_server import Answer

TYPED: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
WORDY = completion(
    "Done.",
    tool_call("count", {"order": "A1"}, call_id="c1"),
    tool_call("count", call_id="c2"),
    reasoning_content="Hm.",
    refusal="No.",
)


async def told(*events: object, cut: bool = False) -> list[Any]:
    """All that is told of an answer that is streamed in these events, and last the answer."""
    async with serving(Answer(events=events, cut=cut)) as server:
        model = OpenAIChatCompletionsModel("qwen3", server.client())
        return [each async for each in model.stream_response(ModelRequest(input=[{"role": "user", "content": "Hi"}]))]


async def called(*events: object) -> list[tuple[Any, Any, Any]]:
    """The calls of such an answer: id, name, arguments."""
    response: ModelResponse = (await told(*events, chunk("tool_calls")))[-1]
    return [(item["call_id"], item["name"], item["arguments"]) for item in response.output]


async def test_every_event_is_one_of_the_responses_api():
    *events, response = await told(*chunks(WORDY))
    typed = [TYPED.validate_python(event, strict=True) for event in events]
    assert [event.sequence_number for event in typed] == list(range(len(typed)))
    assert [type(event).__name__ for event in typed][:2] == ["ResponseCreatedEvent", "ResponseOutputItemAddedEvent"]
    assert typed[-1].type == "response.completed"
    assert events[-1]["response"]["output"] == response.output
    assert typed[-1].response.usage.total_tokens == 15


async def test_the_deltas_of_an_item_make_what_the_item_has_in_the_end():
    *events, response = await told(*chunks(WORDY))
    grown: dict[tuple[str, str], str] = {}
    for event in events:
        kind, _, step = event["type"].rpartition(".")
        if step == "delta":
            key = (event["item_id"], kind)
            grown[key] = grown.get(key, "") + event["delta"]
    done = {item["id"]: item for item in response.output}
    assert [kind for _, kind in grown] == [
        "response.reasoning_text",
        "response.output_text",
        "response.refusal",
        "response.function_call_arguments",
        "response.function_call_arguments",
    ]
    assert list(grown.values()) == ["Hm.", "Done.", "No.", '{"order": "A1"}', "{}"]
    assert list(done) == list(dict.fromkeys(id for id, _ in grown))


async def test_an_item_is_added_once_ends_once_and_keeps_its_place():
    *events, response = await told(*chunks(WORDY))
    for step in ("added", "done"):
        items = [event for event in events if event["type"] == f"response.output_item.{step}"]
        assert [event["output_index"] for event in items] == [0, 1, 2, 3]
        assert [event["item"]["id"] for event in items] == [item["id"] for item in response.output]


async def test_whoever_reads_a_streamed_run_sees_no_other_api():
    async with serving(Answer(events=chunks(completion("Done.")))) as server:
        result = Runner.run_streamed(desk(OpenAIChatCompletionsModel("qwen3", server.client())), "Hi")
        raw = [event.data async for event in result.stream_events() if isinstance(event, RawResponsesStreamEvent)]
    assert "".join(event.delta for event in raw if event.type == "response.output_text.delta") == "Done."
    assert raw[-1].response.output_text == "Done."


ONE = '{"order": "A1"}'
TWO = '{"order": "B2"}'
PARALLEL = [("c1", "count", ONE), ("c2", "count", TWO)]


@pytest.mark.parametrize(
    "fragments",
    [
        pytest.param(
            [
                fragment(0, "", id="c1", name="count"),
                fragment(1, "", id="c2", name="count"),
                fragment(0, '{"order": '),
                fragment(1, '{"order": '),
                fragment(1, '"B2"}'),
                fragment(0, '"A1"}'),
            ],
            id="both at once",
        ),
        pytest.param(
            [fragment(0, ONE, id="c1", name="count"), fragment(0, TWO, id="c2", name="count")], id="both at one index"
        ),
        pytest.param(
            [
                fragment(0, "", id="c1", name="count"),
                fragment(0, ONE),
                fragment(0, "", id="c2", name="count"),
                fragment(0, TWO),
            ],
            id="both at one index in fragments",
        ),
        pytest.param(
            [fragment(None, ONE, id="c1", name="count"), fragment(None, TWO, id="c2", name="count")], id="no index"
        ),
        pytest.param(
            [
                fragment(None, "", id="c1", name="count"),
                fragment(None, ONE),
                fragment(None, None, id="c2", name="count"),
                fragment(None, TWO, id="c2"),
            ],
            id="no index in fragments",
        ),
        pytest.param(
            [
                fragment(0, '{"order": ', id="c1", name="count"),
                fragment(0, '"A1"}', id="c9"),
                fragment(1, '{"order": ', id="c2", name="count"),
                fragment(1, '"B2"}', id="c8"),
            ],
            id="an id for each fragment",
        ),
        pytest.param(
            [
                fragment(0, '{"order": ', id="c1", name="count"),
                fragment(0, '"A1"}', id="c1", name="count"),
                fragment(10**9, TWO, id="c2", name="count", type="function"),
            ],
            id="names repeated",
        ),
    ],
)
async def test_parallel_calls_are_told_apart(fragments: Sequence[object]):
    assert await called(*fragments) == PARALLEL


async def test_an_id_may_come_after_the_first_fragment():
    assert await called(fragment(0, '{"order": ', name="count"), fragment(0, '"A1"}', id="c1")) == PARALLEL[:1]


async def test_arguments_may_be_an_object():
    asked = chunk(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "count", "arguments": {"order": "A1"}}}])
    assert await called(asked) == PARALLEL[:1]


async def test_fragments_without_an_id_or_a_name_never_make_a_second_call():
    [(_, name, arguments)] = await called(fragment(0, ONE, name="count"), fragment(0, TWO, name="count"))
    assert (name, arguments) == ("count", ONE + TWO)


async def test_a_call_whose_name_changes_is_an_error():
    with pytest.raises(ModelBehaviorError, match="names one call 'count', and then 'delete'"):
        await called(fragment(0, ONE, id="c1", name="count"), fragment(0, "", name="delete"))


async def test_what_is_beside_the_answer_changes_nothing():
    *_, response = await told(
        ": OPENROUTER PROCESSING\n\n",
        {"id": "x", "choices": [], "prompt_filter_results": []},
        {"id": "x", "choices": None},
        chunk(role="assistant", content=None, tool_calls=None) | {"usage": USAGE | {"completion_tokens": 1}},
        chunk(content="Do") | {"usage": USAGE | {"completion_tokens": 2}},
        {"choices": [{"index": 1, "delta": {"content": "Another"}, "finish_reason": "stop"}]},
        chunk("stop", content="ne."),
        chunk(content="") | {"usage": USAGE},
    )
    assert [part["text"] for item in response.output for part in item["content"]] == ["Done."]
    assert response.usage == Usage(requests=1, input_tokens=12, output_tokens=3, cached_tokens=8, reasoning_tokens=2)


async def test_a_server_that_does_not_count_tokens_is_taken_as_it_is():
    *_, response = await told(chunk("stop", content="Done."))
    assert response.usage == Usage(requests=1)


async def test_thoughts_after_words_keep_the_order_in_which_they_came():
    *_, response = await told(
        fragment(0, ONE, id="c1", name="count"),
        chunk(content="I count."),
        chunk(reasoning="Hm."),
        chunk("tool_calls"),
    )
    assert [item["type"] for item in response.output] == ["function_call", "message", "reasoning"]


BROKEN: list[list[object]] = [
    [],
    [chunk(content="Do")],
    [fragment(0, ONE, id="c1", name="count")],
    [fragment(0, ONE, id="c1", name="count"), "data: [DONE]\n\n"],
    [chunk(content="Do"), {"error": {"message": "The model broke.", "code": 500}}],
    [chunk(content="Do"), "data: {broken\n\n"],
    [chunk(content="Do"), "data: 7\n\n"],
    [chunk(content="Do"), "data: []\n\n"],
    [chunk(content="Do"), "data: null\n\n"],
    [chunk(content="Do"), "data: " + "[" * 100_000 + "\n\n"],
    [chunk(content=7), chunk("stop")],
    [chunk(tool_calls={}), chunk("stop")],
    [chunk(tool_calls=[{"index": -1}]), chunk("stop")],
    [chunk(tool_calls=[{"index": 0, "id": 7}]), chunk("stop")],
    [chunk(tool_calls=[{"index": 0, "type": "custom"}]), chunk("stop")],
    [chunk("tool_calls")],
    [chunk("length", content="Do")],
    [chunk("stop", content="Do"), chunk("content_filter")],
]


@pytest.mark.parametrize("events", BROKEN)
async def test_a_stream_that_does_not_end_well_is_an_error_and_nothing_is_called(events: list[object]):
    effects = Effects()
    async with serving(Answer(events=events)) as server:
        agent = desk(OpenAIChatCompletionsModel("qwen3", server.client()), effects.tool("count"))
        result = Runner.run_streamed(agent, "Hi")
        with pytest.raises((AgentsError, openai.OpenAIError)):
            async for _ in result.stream_events():
                pass
    assert effects == []


async def test_a_connection_that_breaks_in_the_middle_of_a_stream_is_a_clear_error():
    with pytest.raises((AgentsError, openai.OpenAIError)):
        await told(fragment(0, ONE, id="c1", name="count"), cut=True)


async def test_a_long_answer_in_many_chunks_is_put_together_in_no_time():
    async def text(letters: int) -> str:
        *_, response = await told(*[chunk(content="x" * 50)] * (letters // 50), chunk("stop"))
        return response.output[0]["content"][0]["text"]

    assert len(await text(500_000)) == 500_000
