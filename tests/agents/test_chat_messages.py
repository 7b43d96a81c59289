"""What a server of Chat Completions is sent: the history as messages, tools and settings."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from pydantic import JsonValue, TypeAdapter

from bot.agents import (
    Agent,
    ModelRequest,
    ModelSettings,
    OpenAIChatCompletionsModel,
    Runner,
    UserError,
    set_default_openai_api,
    set_default_openai_key,
)
from bot.agents.models.chat_messages import messages_of
from bot.agents.record.plain import Item
from bot.agents.testing import call, message, reasoning
from tests.agents.chat_server import ChatServer, answered, completion, serving, tool_call, wrong_in
from tests.agents.effects import Effects
from tests.agents.hosted import Hosted
from tests.agents.responses_server import Answer, Sent

DONE = Answer(body=completion("Done."))
HI: list[Item] = [{"role": "user", "content": "Hi"}]


def output(text: JsonValue, call_id: str = "call_1") -> Item:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def sent(*items: Item) -> list[dict[str, JsonValue]]:
    """The messages for these items, which the client's types and a strict server know."""
    messages = messages_of(ModelRequest(input=items))
    TypeAdapter(list[ChatCompletionMessageParam]).validate_python(messages)
    assert wrong_in(messages) == ""
    return messages


def test_people_and_the_app_speak_as_they_did():
    roles = ("system", "developer", "user", "assistant")
    given: list[Item] = [{"role": role, "content": f"From the {role}"} for role in roles]
    assert sent(*given) == given


def test_images_files_and_sound_come_along():
    parts: list[JsonValue] = [
        {"type": "input_text", "text": "Look"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"},
        {"type": "input_image", "image_url": "https://x.invalid/a.png"},
        {"type": "input_file", "file_data": "data:text/plain;base64,AA==", "filename": "a.txt"},
        {"type": "input_file", "file_id": "file_1"},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
    ]
    assert sent({"type": "message", "role": "user", "content": parts})[0]["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://x.invalid/a.png", "detail": "auto"}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64,AA==", "filename": "a.txt"}},
        {"type": "file", "file": {"file_id": "file_1"}},
        {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
    ]


def test_one_text_is_a_text_which_every_server_knows():
    text: list[JsonValue] = [{"type": "input_text", "text": "And B2?"}]
    assert sent({"role": "user", "content": text}) == [{"role": "user", "content": "And B2?"}]


def test_what_the_model_said_and_called_in_one_go_is_one_message_and_the_outputs_follow():
    messages = sent(
        *HI,
        message("First."),
        call("count", {"order": "A1"}, call_id="c1"),
        message("Second."),
        call("count", {"order": "B2"}, call_id="c2"),
        output("1", "c1"),
        output([{"type": "input_text", "text": "2"}, {"type": "input_text", "text": "3"}], "c2"),
        call("gone", "", call_id="c3"),
        output("No such tool", "c3"),
        message("Done."),
        message("Really."),
    )
    assert messages == [
        {"role": "user", "content": "Hi"},
        {
            "role": "assistant",
            "content": "First.\n\nSecond.",
            "tool_calls": [
                tool_call("count", {"order": "A1"}, call_id="c1"),
                tool_call("count", {"order": "B2"}, call_id="c2"),
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": "2\n3"},
        {"role": "assistant", "content": None, "tool_calls": [tool_call("gone", "{}", call_id="c3")]},
        {"role": "tool", "tool_call_id": "c3", "content": "No such tool"},
        {"role": "assistant", "content": "Done."},
        {"role": "assistant", "content": "Really."},
    ]


@pytest.mark.parametrize("arguments", ["{broken", "[]", "7", '{"a": NaN}', '{"a": 1, "a": 2}', "\x00"])
def test_arguments_that_a_server_could_not_parse_are_told_within_some_that_it_can(arguments: str):
    message: Any = sent(call("count", arguments), output("Not valid"))[0]
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"not_valid": arguments}


def test_a_refusal_stays_one():
    refused: list[JsonValue] = [{"type": "refusal", "refusal": "I must not."}]
    item: Item = {"type": "message", "role": "assistant", "content": refused}
    assert sent(item) == [{"role": "assistant", "content": None, "refusal": "I must not."}]


def test_thoughts_of_another_provider_stay_with_it():
    assert sent(*HI, reasoning(), message("Hello.")) == [*HI, {"role": "assistant", "content": "Hello."}]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_a_thought_goes_back_with_the_calls_it_led_to_and_with_nothing_else(field: str):
    """Some servers refuse a call without its thought, and some refuse thoughts without a call."""
    thinking = completion("Hm.", tool_call("count", {"order": "A1"}), **{field: "Count first."})
    said = completion("Done.", **{field: "Enough."})
    async with serving(Answer(body=thinking), Answer(body=said)) as server:
        first = await Runner.run(counting(server), "Count A1")
        await Runner.run(counting(server), [*first.to_input_list(), *HI])
    assert [item.type for item in first.new_items[:2]] == ["reasoning_item", "message_output_item"]
    assert server.requests[2].body["messages"] == [
        {"role": "user", "content": "Count A1"},
        {
            "role": "assistant",
            "content": "Hm.",
            field: "Count first.",
            "tool_calls": [tool_call("count", {"order": "A1"})],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "count A1: done"},
        {"role": "assistant", "content": "Done."},
        *HI,
    ]


def counting(server: ChatServer, settings: ModelSettings = ModelSettings(), **more: Any) -> Agent[Any]:  # noqa: B008
    model = OpenAIChatCompletionsModel("qwen3", server.client())
    return Agent[Any]("desk", model=model, model_settings=settings, tools=[Effects().tool("count")], **more)


SETTINGS = ModelSettings(
    temperature=0.2,
    top_p=0.9,
    frequency_penalty=0.1,
    presence_penalty=0.3,
    tool_choice="count",
    parallel_tool_calls=False,
    max_tokens=500,
    reasoning={"effort": "low", "summary": "auto"},
    verbosity="low",
    metadata={"thread": "T1"},
    store=False,
    extra_headers={"X-Team": "ops"},
    extra_query={"trace": "1"},
    extra_args={"prompt_cache_key": "T1"},
)


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_is_sent_is_what_the_clients_typed_method_sends(streamed: bool):
    async with serving(answered(completion("Done."), streamed=streamed)) as server:
        agent = counting(server, SETTINGS, instructions="Be brief.")
        if streamed:
            async for _ in Runner.run_streamed(agent, "Hi").stream_events():
                pass
        else:
            await Runner.run(agent, "Hi")
        plain = server.requests[0]
        typed = await by_the_client(server, plain)

    assert plain.body == typed.body
    assert plain.query == typed.query == {"trace": "1"}
    for name in ("Authorization", "Content-Type", "X-Team", "Accept"):
        assert plain.headers[name] == typed.headers[name]
    assert plain.body["messages"] == [{"role": "system", "content": "Be brief."}, *HI]
    assert plain.body["max_tokens"] == 500
    assert plain.body["reasoning_effort"] == "low"
    assert plain.body["tool_choice"] == {"type": "function", "function": {"name": "count"}}
    assert plain.body["tools"][0]["function"]["strict"] is True
    assert plain.body.get("stream_options") == ({"include_usage": True} if streamed else None)


async def by_the_client(server: ChatServer, sent: Sent) -> Sent:
    """The same request made with the client's own typed method."""
    create: Callable[..., Any] = server.client().chat.completions.create
    made = await create(extra_headers={"X-Team": "ops"}, extra_query={"trace": "1"}, **sent.body)
    if sent.body.get("stream"):
        async for _ in made:
            pass
    return server.requests[-1]


async def test_what_is_not_set_is_not_sent():
    async with serving(DONE) as server:
        model = OpenAIChatCompletionsModel("qwen3", server.client())
        settings = ModelSettings(tool_choice="auto", parallel_tool_calls=True)  # without tools they are refused
        await Runner.run(Agent[Any]("desk", model=model, model_settings=settings), "Hi")
        assert server.requests[0].body == {"model": "qwen3", "messages": HI}


NOT_SAID: list[tuple[ModelRequest, str]] = [
    (ModelRequest(input=HI, conversation_id="conv_1"), "Use a session instead, or an OpenAIResponsesModel"),
    (ModelRequest(input=HI, previous_response_id="resp_1"), "Use a session instead"),
    (ModelRequest(input=HI, tools=[Hosted(name="search", type="web_search")]), "Use a function_tool or a local MCP"),
    *(
        (ModelRequest(input=[{"type": type, "id": "x", "call_id": "x"}]), f"no message for a {type}. Give the agent")
        for type in ("shell_call", "apply_patch_call_output", "mcp_approval_request", "web_search_call", "of_tomorrow")
    ),
    (ModelRequest(input=[{"role": "critic", "content": "Hi"}]), "roles are user, assistant"),
    (ModelRequest(input=[{"content": "Hi"}]), "roles are user, assistant"),
    (ModelRequest(input=[{"role": "user", "content": 7}]), "must be text or a list of parts"),
    (ModelRequest(input=[{"role": "user", "content": ["Hi"]}]), "must be text or a list of parts"),
    (ModelRequest(input=[{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]), "data: URL"),
    (ModelRequest(input=[{"role": "user", "content": [{"type": "input_file", "file_url": "f"}]}]), "as file_data"),
    (
        ModelRequest(input=[{"role": "system", "content": [{"type": "input_image"}]}]),
        "only text as a message of system",
    ),
    (ModelRequest(input=[output([{"type": "input_image", "image_url": "x"}])]), "only text as the output of a tool"),
    (ModelRequest(input=[output({"a": 1})]), "must be text or a list of parts"),
]


@pytest.mark.parametrize(("request_", "words"), NOT_SAID)
async def test_what_the_api_cannot_say_is_refused_before_anything_is_sent(request_: ModelRequest, words: str):
    async with serving(DONE) as server:
        model = OpenAIChatCompletionsModel("qwen3", server.client())
        with pytest.raises(UserError, match=words):
            await model.get_response(request_)
        with pytest.raises(UserError, match=words):
            _ = [event async for event in model.stream_response(request_)]
        assert server.requests == []


async def test_openai_itself_is_told_the_limit_under_the_name_that_its_models_know():
    asked: list[dict[str, Any]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(json.loads(request.content))
        return httpx2.Response(200, json=completion("Done."))

    http_client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    client = AsyncOpenAI(api_key="sk-test", base_url="https://api.openai.com/v1", http_client=http_client)
    request = ModelRequest(input=HI, settings=ModelSettings(max_tokens=500))
    await OpenAIChatCompletionsModel("gpt-5.1", client).get_response(request)
    assert asked == [{"model": "gpt-5.1", "messages": HI, "max_completion_tokens": 500}]


NAMED_ONLY = """
import asyncio
from bot.agents import Agent, Runner, set_default_openai_api, set_default_openai_key

set_default_openai_api("chat_completions")
set_default_openai_key("sk-of-the-app", use_for_tracing=False)
print(asyncio.run(Runner.run(Agent("desk", model="qwen3"), "Hi")).final_output)
"""


async def test_a_model_that_is_only_named_is_asked_through_the_default_api_with_the_default_key():
    async with serving(DONE) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", NAMED_ONLY, env={"OPENAI_BASE_URL": server.base_url}, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        assert printed == b"Done.\n"
        assert server.requests[0].headers["Authorization"] == "Bearer sk-of-the-app"


async def test_a_default_that_cannot_be_is_refused():
    with pytest.raises(UserError, match='it is "responses" or "chat_completions"'):
        set_default_openai_api("completions")  # pyright: ignore[reportArgumentType]: what an app without types may do
    with pytest.raises(UserError, match="key is empty"):
        set_default_openai_key("")
