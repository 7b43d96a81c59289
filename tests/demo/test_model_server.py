"""The model server is what the real client takes it for: answers, streams, errors and the list of models."""

import asyncio
import json
import time

import aiohttp
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.responses import (
    Response,
    ResponseFunctionToolCall,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)
from pydantic import TypeAdapter

from bot.demo.model_server import MODEL, ModelServer
from tests.demo.talk import TOOLS, client_of

EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)


async def test_a_response_has_every_field_that_the_client_declares(client: AsyncOpenAI) -> None:
    raw = await client.responses.with_raw_response.create(
        model="gpt-anything",
        input="restart web-1",
        tools=TOOLS,
        instructions="Be brief.",
        temperature=0.2,
        max_output_tokens=100,
        store=False,
        metadata={"run": "r_1"},
        tool_choice="required",
        parallel_tool_calls=False,
        user="ana",
    )
    response = Response.model_validate_json(raw.content)
    assert response.id.startswith("resp_")
    assert (response.object, response.status, response.error) == ("response", "completed", None)
    assert (response.model, response.instructions, response.temperature) == ("gpt-anything", "Be brief.", 0.2)
    assert (response.max_output_tokens, response.metadata) == (100, {"run": "r_1"})
    assert (response.tool_choice, response.parallel_tool_calls) == ("required", False)
    assert [tool.to_dict() for tool in response.tools] == list(TOOLS)
    assert abs(response.created_at - time.time()) < 60
    assert response.usage
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    [call] = response.output
    assert isinstance(call, ResponseFunctionToolCall)
    assert (call.name, json.loads(call.arguments)) == ("restart_service", {"service": "web-1"})


async def test_more_input_costs_more_tokens(client: AsyncOpenAI) -> None:
    short = await client.responses.create(model="m", input="hello")
    long = await client.responses.create(model="m", input="hello " * 100)
    assert short.usage
    assert long.usage
    assert long.usage.input_tokens > short.usage.input_tokens + 100
    assert long.usage.output_tokens == short.usage.output_tokens > 0


async def test_every_id_is_its_own(client: AsyncOpenAI) -> None:
    responses = [
        await client.responses.create(model="m", input="restart web-1 and web-2", tools=TOOLS) for _ in range(5)
    ]
    responses += [await client.responses.create(model="m", input="hello") for _ in range(5)]
    calls = [item for one in responses for item in one.output if isinstance(item, ResponseFunctionToolCall)]
    ids = [one.id for one in responses] + [item.id for one in responses for item in one.output]
    ids += [call.call_id for call in calls]
    assert len(ids) == len(set(ids)) == 10 + 15 + 10


async def test_a_text_is_streamed_in_pieces_in_the_order_of_the_service(client: AsyncOpenAI) -> None:
    events = [event async for event in await client.responses.create(model="m", input="hello", stream=True)]
    kinds = [event.type for event in events]
    assert list(dict.fromkeys(kinds)) == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert kinds.count("response.output_text.delta") > 5
    assert [event.sequence_number for event in events] == list(range(len(events)))
    last = events[-1]
    assert last.type == "response.completed"
    pieces = [event.delta for event in events if isinstance(event, ResponseTextDeltaEvent)]
    assert "".join(pieces) == last.response.output_text != ""


async def test_calls_are_streamed_one_after_another(client: AsyncOpenAI) -> None:
    stream = await client.responses.create(model="m", input="restart web-1 and web-2", tools=TOOLS, stream=True)
    events = [event async for event in stream]
    per_call = [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
    ]
    kinds = [event.type for event in events if event.type != "response.function_call_arguments.delta"]
    without_deltas = [kind for kind in per_call if not kind.endswith("delta")]
    assert kinds == ["response.created", "response.in_progress", *without_deltas * 2, "response.completed"]
    arguments = ["", ""]
    for event in events:
        if event.type == "response.function_call_arguments.delta":
            arguments[event.output_index] += event.delta
    last = events[-1]
    assert last.type == "response.completed"
    calls = [item for item in last.response.output if isinstance(item, ResponseFunctionToolCall)]
    assert arguments == [call.arguments for call in calls] == ['{"service":"web-1"}', '{"service":"web-2"}']


async def test_the_client_can_follow_a_stream_by_itself(client: AsyncOpenAI) -> None:
    async with client.responses.stream(model="m", input="restart web-1", tools=TOOLS) as stream:
        seen = [event.type async for event in stream]
        final = await stream.get_final_response()
    assert seen[-1] == "response.completed"
    assert [item.type for item in final.output] == ["function_call"]


@pytest.mark.parametrize("text", ["hello", "restart web-1 and web-2"])
async def test_every_event_is_strictly_of_its_type(server: ModelServer, text: str) -> None:
    body = {"model": "m", "input": text, "tools": TOOLS, "stream": True}
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.api_key}"}) as session,
        session.post(f"{server.base_url}/responses", json=body) as answer,
    ):
        assert answer.content_type == "text/event-stream"
        blocks = (await answer.text()).removesuffix("\n\n").split("\n\n")
    for block in blocks:
        name, data = block.split("\n")
        event = EVENT.validate_json(data.removeprefix("data: "))
        assert name == f"event: {event.type}"
        assert set(json.loads(data.removeprefix("data: "))) <= set(type(event).model_fields)


async def test_a_slow_server_shows_that_it_has_begun() -> None:
    async with (
        ModelServer(delay=0.2) as slow,
        client_of(slow) as client,
    ):
        began = time.monotonic()
        await client.responses.create(model="m", input="hello")
        assert time.monotonic() - began >= 0.2
        began = time.monotonic()
        at = {
            event.type: time.monotonic() - began
            async for event in await client.responses.create(model="m", input="hello", stream=True)
        }
        assert at["response.in_progress"] < 0.2 <= at["response.output_item.added"]


async def test_a_client_that_hangs_up_harms_nobody() -> None:
    async with ModelServer(delay=0.05) as slow, client_of(slow) as impatient:
        stream = await impatient.responses.create(model="m", input="hello", stream=True)
        async for event in stream:
            if event.type == "response.in_progress":
                break
        await stream.close()
        assert (await impatient.responses.create(model="m", input="hello")).output_text


async def test_closing_the_server_does_not_wait_for_slow_answers() -> None:
    async with ModelServer(delay=60) as slow:
        client = client_of(slow)
        asking = asyncio.create_task(client.responses.create(model="m", input="hello"))
        await asyncio.sleep(0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    with pytest.raises(openai.APIConnectionError):
        await asking
    await client.close()


async def test_models_are_listed_and_any_name_is_a_model(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == [MODEL]
    model = await client.models.retrieve("gpt-anything")
    assert (model.id, model.object, model.owned_by) == ("gpt-anything", "model", "assent")


async def test_each_server_demands_a_key_of_its_own(server: ModelServer, client: AsyncOpenAI) -> None:
    async with ModelServer() as other:
        assert other.api_key != server.api_key
        with pytest.raises(openai.AuthenticationError) as refused:
            await client.with_options(base_url=other.base_url).models.list()
    assert refused.value.code == "invalid_api_key"
    assert server.api_key not in str(refused.value)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {}x", "Bearer \u00e9\u00ff"]
)
async def test_an_odd_authorization_header_is_refused(server: ModelServer, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.format(server.api_key)}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{server.base_url}/responses", json={"model": "m", "input": "x"}) as answer,
    ):
        assert answer.status == 401
        assert set((await answer.json())["error"]) == {"message", "type", "param", "code"}
