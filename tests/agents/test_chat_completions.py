"""Chat Completions over real HTTP, with the real client: a run is the same as over the Responses API."""

from __future__ import annotations

import json
import re
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    AgentOutputSchema,
    AgentsError,
    ModelBehaviorError,
    ModelRequest,
    ModelResponse,
    ModelSettings,
    OpenAIChatCompletionsModel,
    Runner,
    RunState,
    Usage,
)
from tests.agents.chat_server import ChatServer, answered, chunk, completion, serving, tool_call
from tests.agents.effects import Effects, approve_all, desk, outputs, stored
from tests.agents.responses_server import Answer

A1, B2 = {"order": "A1"}, {"order": "B2"}
DONE = completion("Done.")
BOTH = pytest.mark.parametrize("streamed", [False, True])


def model(server: ChatServer, **client: Any) -> OpenAIChatCompletionsModel:
    return OpenAIChatCompletionsModel("qwen3", server.client(**client))


def office(server: ChatServer, effects: Effects, **client: Any) -> Agent[Any]:
    return desk(model(server, **client), effects.tool("delete", needs_approval=True), effects.tool("count"))


async def run(agent: Agent[Any], given: Any, *, streamed: bool) -> Any:
    if not streamed:
        return await Runner.run(agent, given)
    result = Runner.run_streamed(agent, given)
    async for _ in result.stream_events():
        pass
    return result


async def ask(asked: OpenAIChatCompletionsModel, request: ModelRequest, *, streamed: bool) -> ModelResponse:
    """The answer to one request."""
    if not streamed:
        return await asked.get_response(request)
    events = [event async for event in asked.stream_response(request)]
    assert isinstance(events[-1], ModelResponse)
    return events[-1]


QUESTION = ModelRequest(input=[{"role": "user", "content": "Hi"}])


@BOTH
async def test_a_call_waits_for_a_person_is_stored_and_goes_on_once(streamed: bool):
    asked = completion("I will.", tool_call("count", B2, call_id="c1"), tool_call("delete", A1, call_id="c2"))
    effects = Effects()
    async with serving(*(answered(each, streamed=streamed) for each in (asked, DONE))) as server:
        agent = office(server, effects)
        paused = await run(agent, "Delete A1", streamed=streamed)
        assert [(each.name, each.call_id) for each in paused.interruptions] == [("delete", "c2")]
        assert effects == ["count B2"]
        done = await run(agent, await stored(agent, approve_all(paused.to_state())), streamed=streamed)

    assert effects == ["count B2", "delete A1"]
    assert done.final_output == "Done."
    assert done.usage == Usage(requests=2, input_tokens=24, output_tokens=6, cached_tokens=16, reasoning_tokens=4)
    assert server.requests[1].body["messages"] == [
        {"role": "user", "content": "Delete A1"},
        {
            "role": "assistant",
            "content": "I will.",
            "tool_calls": [tool_call("count", B2, call_id="c1"), tool_call("delete", A1, call_id="c2")],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "count B2: done"},
        {"role": "tool", "tool_call_id": "c2", "content": "delete A1: done"},
    ]


async def test_a_rejected_call_is_told_to_the_model():
    effects = Effects()
    async with serving(Answer(body=completion(None, tool_call("delete", A1))), Answer(body=DONE)) as server:
        agent = office(server, effects)
        state = (await Runner.run(agent, "Delete A1")).to_state()
        state.reject(state.get_interruptions()[0], rejection_message="Too old.")
        await Runner.run(agent, state)
    assert effects == []
    assert server.requests[1].body["messages"][-1]["content"] == "Too old."


@pytest.mark.parametrize(
    "whole",
    [
        DONE,
        completion("Grüße \U0001f600 \u2028"),
        completion(None, refusal="I must not."),
        completion("Yes. ", refusal="No."),
        completion("Done.", reasoning_content="They want it done."),
        completion(None, tool_call("count", A1), reasoning="They want it counted."),
        completion("I will.", tool_call("count", A1, call_id="c1"), tool_call("count", B2, call_id="c2")),
        completion(None, tool_call("count", "{broken"), tool_call("gone", call_id="c2")),
        completion(None, tool_call("count", call_id=None), tool_call("count", A1, call_id=None)),
        completion(None, tool_call("count", A1) | {"extra_content": {"google": {"thought_signature": "xyz"}}}),
        completion(""),
    ],
)
async def test_streamed_or_not_an_answer_is_the_same(whole: dict[str, Any]):
    async with serving(answered(whole, streamed=False), answered(whole, streamed=True)) as server:
        plain = await ask(model(server), QUESTION, streamed=False)
        told = await ask(model(server), QUESTION, streamed=True)
    assert without_own_ids(plain) == without_own_ids(told)
    assert plain.usage == Usage(requests=1, input_tokens=12, output_tokens=3, cached_tokens=8, reasoning_tokens=2)


def without_own_ids(response: ModelResponse) -> str:
    return re.sub(r"_[0-9a-f]{24}(?=[_\"])", "_", response.model_dump_json())


async def test_calls_without_ids_have_ids_of_their_own_in_each_turn():
    """Some servers leave the id out. The same call in the next turn is another call, and no replay."""
    effects = Effects()
    asked = completion(None, tool_call("count", A1, call_id=None), tool_call("count", A1, call_id=""))
    async with serving(*(Answer(body=each) for each in (asked, asked, DONE))) as server:
        result = await Runner.run(office(server, effects), "Count")
    assert effects == ["count A1"] * 4
    assert len({str(item.raw_item["call_id"]) for item in result.new_items if item.type == "tool_call_item"}) == 4


@BOTH
async def test_one_id_for_two_calls_is_refused_before_either_is_made(streamed: bool):
    asked = completion(None, tool_call("count", A1), tool_call("count", B2))
    effects = Effects()
    async with serving(answered(asked, streamed=streamed)) as server:
        with pytest.raises(ModelBehaviorError, match="used the call id"):
            await run(office(server, effects), "Count", streamed=streamed)
    assert effects == []


@BOTH
async def test_arguments_that_are_no_json_are_told_to_the_model_in_a_history_that_every_server_can_read(streamed: bool):
    asked = completion(None, tool_call("count", '{"order": '))
    effects = Effects()
    async with serving(*(answered(each, streamed=streamed) for each in (asked, DONE))) as server:
        result = await run(office(server, effects), "Count", streamed=streamed)
    assert effects == []
    assert "not valid JSON" in outputs(result.new_items)[0]
    call = server.requests[1].body["messages"][1]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"not_valid": '{"order": '}
    assert result.final_output == "Done."


class Order(BaseModel):
    number: str
    copies: int = 1


@BOTH
async def test_an_answer_has_the_form_that_was_asked_for(streamed: bool):
    schema = AgentOutputSchema(Order)
    async with serving(answered(completion('{"number": "A1", "copies": 2}'), streamed=streamed)) as server:
        request = ModelRequest(input=QUESTION.input, output_schema=schema)
        response = await ask(model(server), request, streamed=streamed)
    text: Any = response.output[0]["content"]
    assert schema.validate_json(text[0]["text"]) == Order(number="A1", copies=2)
    assert server.requests[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "final_output", "strict": True, "schema": schema.json_schema()},
    }


@BOTH
async def test_a_run_ends_with_a_value_of_the_agents_output_type(streamed: bool):
    asked, said = completion(None, tool_call("count", A1)), completion('{"number": "A1", "copies": 2}')
    async with serving(*(answered(each, streamed=streamed) for each in (asked, said))) as server:
        agent = office(server, Effects()).clone(output_type=Order)
        assert (await run(agent, "Count", streamed=streamed)).final_output == Order(number="A1", copies=2)
        assert all("response_format" in request.body for request in server.requests)


@BOTH
async def test_an_answer_that_is_no_value_of_the_output_type_is_an_error_without_the_answer_in_it(streamed: bool):
    async with serving(answered(completion('{"nmber": "hunter2"}'), streamed=streamed)) as server:
        agent = office(server, Effects()).clone(output_type=Order)
        with pytest.raises(ModelBehaviorError, match="missing at number") as caught:
            _ = (await run(agent, "Hi", streamed=streamed)).final_output
    assert "hunter2" not in str(caught.value)


@BOTH
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_is_asked_again_when_it_says(status: int, streamed: bool):
    busy = Answer(status=status, body={"error": {"message": "busy"}}, headers={"Retry-After": "0.01"})
    async with serving(busy, busy, answered(DONE, streamed=streamed)) as server:
        result = await run(office(server, Effects(), max_retries=2), "Hi", streamed=streamed)
        assert result.final_output == "Done."
        assert len(server.requests) == 3


@BOTH
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
    ],
)
async def test_an_error_of_the_server_is_the_clients_error(status: int, error: type[Exception], streamed: bool):
    async with serving(Answer(status=status, body={"error": {"message": "no such luck"}})) as server:
        with pytest.raises(error, match="no such luck"):
            await run(office(server, Effects()), "Hi", streamed=streamed)


@BOTH
async def test_a_server_that_does_not_answer_is_the_clients_time_out(streamed: bool):
    async with serving(Answer(hang=True)) as server:
        with pytest.raises(openai.APITimeoutError):
            await run(office(server, Effects(), timeout=0.1), "Hi", streamed=streamed)


@BOTH
@pytest.mark.parametrize(
    ("finish", "words"),
    [
        ("length", "cut off at its limit of tokens. Raise max_tokens"),
        ("content_filter", "content filter"),
        ("function_call", "Use a server that knows tools"),
        ("error", "error of the provider"),
    ],
)
async def test_an_answer_that_is_not_whole_is_a_clear_error_and_its_calls_are_not_made(
    finish: str, words: str, streamed: bool
):
    effects = Effects()
    async with serving(answered(completion("Do", tool_call("count", A1), finish=finish), streamed=streamed)) as server:
        with pytest.raises(ModelBehaviorError, match=words):
            await run(office(server, effects), "Hi", streamed=streamed)
    assert effects == []


MISFORMED: list[tuple[Any, str]] = [
    ({"id": "x"}, "holds no message"),
    ({"choices": []}, "holds no message"),
    ({"choices": [{"index": 0, "message": None}]}, "holds no message"),
    ({"choices": [{"index": 0, "message": {"content": 7}}]}, "not in the form of Chat Completions"),
    ({"choices": [{"message": {"tool_calls": [{"id": "c1", "function": "count"}]}}]}, "not in the form"),
    ({"choices": [{"message": {"tool_calls": [{"id": "c1", "type": "custom"}]}}]}, "'custom'"),
    ({"choices": "none"}, "not in the form"),
    ({"error": {"message": "The model broke."}}, "an error: The model broke."),
    ({"error": "The model broke."}, "an error: The model broke."),
    ([], "at its top"),
    (None, "at its top"),
    ("Hello", "not in the form"),
    (completion(None, finish="tool_calls"), "names none"),
    (completion("Hi") | {"usage": {"prompt_tokens": -1}}, "not in the form"),
]


@pytest.mark.parametrize(("body", "words"), MISFORMED)
async def test_an_answer_that_is_no_completion_is_a_clear_error(body: Any, words: str):
    async with serving(Answer(body=body)) as server:
        with pytest.raises(ModelBehaviorError, match=words):
            await Runner.run(office(server, Effects()), "Hi")


@pytest.mark.parametrize("body", [body for body, _ in MISFORMED])
async def test_a_chunk_that_is_none_is_an_error_too(body: Any):
    async with serving(Answer(events=[chunk(content="Hi"), body])) as server:
        with pytest.raises((AgentsError, openai.OpenAIError)):
            await run(office(server, Effects()), "Hi", streamed=True)


@pytest.mark.parametrize("text", ["", "<html>Bad gateway</html>", '{"choices": [', "[" * 100_000, "NaN"])
async def test_an_answer_that_is_no_json_is_a_clear_error(text: str):
    async with serving(Answer(text=text)) as server:
        with pytest.raises((AgentsError, openai.OpenAIError)):
            await Runner.run(office(server, Effects()), "Hi")


async def test_what_a_run_over_this_api_needs_is_in_its_saved_state():
    asked = completion(None, tool_call("delete", A1) | {"extra_content": {"google": "xyz"}}, reasoning_content="Hm.")
    async with serving(Answer(body=asked), Answer(body=DONE)) as server:
        agent = office(server, Effects())
        text = approve_all((await Runner.run(agent, "Delete A1")).to_state()).to_string()
        other = office(server, Effects())
        await Runner.run(other, await RunState.from_string(other, text))
    message = server.requests[1].body["messages"][1]
    assert message["reasoning_content"] == "Hm."
    assert message["tool_calls"][0]["extra_content"] == {"google": "xyz"}


async def test_a_setting_that_the_server_does_not_know_goes_as_it_is():
    async with serving(Answer(body=DONE)) as server:
        settings = ModelSettings(extra_args={"guided_regex": "D.*", "stream_options": None}, extra_query={"v": "2"})
        await model(server).get_response(ModelRequest(input=QUESTION.input, settings=settings))
    assert server.requests[0].body["guided_regex"] == "D.*"
    assert server.requests[0].query == {"v": "2"}
