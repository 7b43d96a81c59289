"""Whatever a server of Chat Completions answers, it ends in items that can be kept and sent again, or in our error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.agents import (
    Agent,
    AgentsError,
    ModelBehaviorError,
    ModelRequest,
    ModelResponse,
    OpenAIChatCompletionsModel,
    Runner,
)
from bot.agents.loop.reading import read_response
from bot.agents.models.chat_messages import messages_of
from bot.agents.record.plain import Item
from tests.agents.chat_server import chunks, completion, tool_call, wrong_in
from tests.agents.effects import Effects, desk

HALF = "\ud800"
TEXTS = st.one_of(st.text(max_size=10), st.sampled_from(["", HALF, "\x00", "</think>", "x" * 100_000]))
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=10,
)


def likely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is said, and sometimes anything."""
    return st.integers(0, 29).flatmap(lambda at: JSON if at == 29 else strategy)


ARGUMENTS = st.one_of(
    st.sampled_from(['{"order": "A1"}', '{"order": "A1', '"}', "{}", "", "null", '{"order": 1e999}', "[" * 3000]),
    st.dictionaries(TEXTS, JSON, max_size=2),
)
CALLS = st.fixed_dictionaries(
    {
        "function": likely(
            st.fixed_dictionaries({}, optional={"name": likely(st.sampled_from(["delete", "count", ""]))})
        )
    },
    optional={
        "index": likely(st.sampled_from([0, 0, 1, 2, None])),
        "id": likely(st.sampled_from(["c1", "c2", "", None])),
        "type": likely(st.sampled_from(["function", None, ""])),
        "extra_content": JSON,
    },
)
FULL_CALLS = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"name": st.just("delete"), "arguments": likely(ARGUMENTS)})},
    optional={
        "index": st.sampled_from([0, 1, 2, None]),
        "id": st.sampled_from(["c1", "c2", "", None]),
    },
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "content": likely(st.one_of(TEXTS, st.none())),
        "refusal": likely(st.one_of(TEXTS, st.none())),
        "reasoning_content": likely(TEXTS),
        "reasoning": likely(TEXTS),
        "tool_calls": likely(st.lists(st.one_of(CALLS, FULL_CALLS), max_size=4)),
    },
)
FINISH = likely(st.sampled_from(["stop", "tool_calls", None, None, None, "length"]))


def body(place: str) -> st.SearchStrategy[Any]:
    """A whole answer, or a chunk of one."""
    choices = st.lists(likely(st.fixed_dictionaries({place: likely(SAID), "finish_reason": FINISH})), max_size=2)
    return likely(
        st.fixed_dictionaries(
            {"choices": likely(choices)}, optional={"id": JSON, "usage": JSON, "created": JSON, "model": JSON}
        )
    )


def model(text: str, *, streamed: bool) -> OpenAIChatCompletionsModel:
    """A model whose server always answers with that text."""

    def answer(_request: httpx2.Request) -> httpx2.Response:
        kind = "text/event-stream" if streamed else "application/json"
        return httpx2.Response(200, text=text, headers={"Content-Type": kind})

    http_client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    client = openai.AsyncOpenAI(
        api_key="sk-test", base_url="http://model.invalid/v1", max_retries=0, http_client=http_client
    )
    return OpenAIChatCompletionsModel("qwen3", client)


HI: list[Item] = [{"role": "user", "content": "Hi"}]


def events(chunks: Sequence[object]) -> str:
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks)


@given(whole=body("message"))
@settings(max_examples=300, deadline=None)
async def test_any_json_ends_in_items_or_in_our_error(whole: object):
    try:
        response = await model(json.dumps(whole), streamed=False).get_response(ModelRequest(input=HI))
        can_be_kept_and_sent(response)
    except ModelBehaviorError:
        pass


@given(sent=st.lists(body("delta"), max_size=6))
@settings(max_examples=300, deadline=None)
async def test_any_stream_ends_in_items_or_in_an_error(sent: list[object]):
    try:
        asked = model(events(sent), streamed=True).stream_response(ModelRequest(input=HI))
        *told, response = [event async for event in asked]
        assert isinstance(response, ModelResponse)
        assert json.dumps(told)
        can_be_kept_and_sent(response)
    except (ModelBehaviorError, openai.APIError):
        pass


def can_be_kept_and_sent(response: ModelResponse) -> None:
    """The items can be kept, and be a history: each call has an id, and a server could parse it."""
    output = read_response(response).output
    calls = [item for item in output if item["type"] == "function_call"]
    assert all(call["call_id"] for call in calls)
    outputs: list[Item] = [
        {"type": "function_call_output", "call_id": call["call_id"], "output": "done"} for call in calls
    ]
    messages = messages_of(ModelRequest(input=[*output, *outputs]))
    assert json.dumps(messages, allow_nan=False).encode()
    assert wrong_in(messages) == ""


@given(sent=st.lists(body("delta"), max_size=4), streamed=st.booleans())
@settings(max_examples=100, deadline=None)
async def test_no_answer_makes_a_call_run_that_nobody_approved(sent: list[Any], streamed: bool):
    effects = Effects()
    text = events(sent) if streamed else json.dumps(sent[0] if sent else None).replace('"delta"', '"message"')
    agent: Agent[Any] = desk(model(text, streamed=streamed), effects.tool("delete", needs_approval=True))
    try:
        if streamed:
            async for _ in Runner.run_streamed(agent, "Go", max_turns=3).stream_events():
                pass
        else:
            await Runner.run(agent, "Go", max_turns=3)
    except (AgentsError, openai.OpenAIError):
        pass
    assert effects == []


@given(
    content=st.text(max_size=30),
    thought=st.text(max_size=10),
    arguments=st.lists(st.text(max_size=20), max_size=4),
    letters=st.integers(1, 7),
)
@settings(max_examples=100, deadline=None)
async def test_however_an_answer_is_cut_into_chunks_it_is_the_same(
    content: str, thought: str, arguments: list[str], letters: int
):
    calls = [tool_call("count", text, call_id=f"c{number}") for number, text in enumerate(arguments)]
    whole = completion(content, *calls, reasoning=thought)
    plain = await model(json.dumps(whole), streamed=False).get_response(ModelRequest(input=HI))
    sent = events(chunks(whole, letters=letters)[:-1])  # the client ends it as well without [DONE]
    asked = model(sent, streamed=True).stream_response(ModelRequest(input=HI))
    *_, told = [event async for event in asked]
    assert isinstance(told, ModelResponse)
    assert [item | {"id": ""} for item in told.output] == [item | {"id": ""} for item in plain.output]
    assert told.usage == plain.usage


@pytest.mark.parametrize("levels", [90, 150, 300, 3000])
async def test_arguments_that_are_nested_without_end_are_refused(levels: int):
    """As text they are the reader's to refuse; as an object they may be too deep to be read at all."""
    deep = '{"a":' * levels + "1" + "}" * levels
    text = json.dumps(completion(None, tool_call("delete", "DEEP"))).replace('"DEEP"', deep)
    effects = Effects()
    with pytest.raises(AgentsError):
        await Runner.run(desk(model(text, streamed=False), effects.tool("delete")), "Go", max_turns=1)
    assert effects == []
