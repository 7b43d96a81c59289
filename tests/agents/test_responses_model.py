"""The Responses API over real HTTP, with the real client: what is sent, what is read, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai.types.shared import Reasoning
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
    OpenAIResponsesModel,
    RawResponsesStreamEvent,
    RunConfig,
    Runner,
    Usage,
    function_tool,
)
from bot.agents.record.message import output_text
from bot.agents.testing import call, message, reasoning
from tests.agents import chat_server
from tests.agents.chat_server import completion, tool_call
from tests.agents.effects import Effects, approve_all
from tests.agents.hosted import Hosted
from tests.agents.responses_server import Answer, ResponsesServer, Sent, response, serving

DONE = Answer(body=response(message("Done.")))
SETTINGS = ModelSettings(
    temperature=0.2,
    top_p=0.9,
    tool_choice="delete",
    parallel_tool_calls=True,
    truncation="auto",
    max_tokens=500,
    reasoning=Reasoning(effort="low", summary="auto"),
    verbosity="low",
    metadata={"thread": "T1"},
    store=False,
    response_include=("reasoning.encrypted_content",),
    prompt_cache_retention="24h",
    top_logprobs=2,
    extra_headers={"X-Team": "ops"},
    extra_query={"trace": "1"},
    extra_args={"prompt_cache_key": "T1"},
)
HISTORY: list[dict[str, Any]] = [
    {"role": "user", "content": "Delete A1 <b>ünd</b> \u2028 \U0001f600"},
    reasoning(),
    call("delete", {"order": "A1"}),
    {"type": "function_call_output", "call_id": "call_1", "output": "done"},
    message("Done."),
    {"role": "user", "content": [{"type": "input_text", "text": "And B2?"}]},
]


def desk(server: ResponsesServer, settings: ModelSettings = ModelSettings(), **client: Any) -> Agent[Any]:  # noqa: B008
    @function_tool(needs_approval=True)
    async def delete(order: str, copies: int = 1) -> str:
        """Delete an order.

        Args:
            order: Its number.
        """
        return f"{order} is deleted {copies} times"

    model = OpenAIResponsesModel("gpt-5.1", server.client(**client))
    return Agent[Any]("desk", instructions="Be brief.", tools=[delete], model=model, model_settings=settings)


async def by_the_client(server: ResponsesServer, sent: Sent, *, stream: bool) -> Sent:
    """The same request made with the client's own typed method."""
    settings = {key: value for key, value in sent.body.items() if key not in ("input", "stream", "prompt_cache_key")}
    create: Callable[..., Any] = server.client().responses.create
    made = await create(
        input=HISTORY,
        prompt_cache_key="T1",
        extra_headers={"X-Team": "ops"},
        extra_query={"trace": "1"},
        **({"stream": True} if stream else {}),
        **settings,
    )
    if stream:
        async for _ in made:
            pass
    return server.requests[-1]


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_is_sent_is_what_the_clients_typed_method_sends(streamed: bool):
    done = Answer(events=[completed(response(message("Done.")))]) if streamed else DONE
    async with serving(done) as server:
        await run(desk(server, SETTINGS), HISTORY, streamed=streamed)
        sent = server.requests[0]
        typed = await by_the_client(server, sent, stream=streamed)

    assert sent.body == typed.body
    assert sent.query == typed.query == {"trace": "1"}
    for name in ("Authorization", "Content-Type", "X-Team", "Accept"):
        assert sent.headers[name] == typed.headers[name]
    assert sent.body["instructions"] == "Be brief."
    assert sent.body["max_output_tokens"] == 500
    assert sent.body["tool_choice"] == {"type": "function", "name": "delete"}
    assert sent.body["tools"][0]["strict"] is True
    assert sent.body["tools"][0]["parameters"]["properties"]["order"]["description"] == "Its number."


class Order(BaseModel):
    number: str


@pytest.mark.parametrize("streamed", [False, True])
async def test_the_form_of_the_answer_and_where_the_history_is_are_sent(streamed: bool):
    schema = AgentOutputSchema(Order)
    request = ModelRequest(
        input=[],
        output_schema=schema,
        previous_response_id="resp_0",
        conversation_id="conv_1",
        settings=ModelSettings(verbosity="low"),
    )
    answer = response(message('{"number": "A1"}'))
    async with serving(Answer(events=[completed(answer)]) if streamed else Answer(body=answer)) as server:
        model = OpenAIResponsesModel("gpt-5.1", server.client())
        if streamed:
            *_, given = [event async for event in model.stream_response(request)]
        else:
            given = await model.get_response(request)
    body = server.requests[0].body
    form = {"type": "json_schema", "name": "final_output", "schema": schema.json_schema(), "strict": True}
    assert body["text"] == {"format": form, "verbosity": "low"}
    assert (body["previous_response_id"], body["conversation"]) == ("resp_0", "conv_1")
    assert isinstance(given, ModelResponse)
    assert schema.validate_json(output_text(given.output)) == Order(number="A1")


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("required", "required"),
        ("delete", {"type": "function", "name": "delete"}),
        ("gone", {"type": "function", "name": "gone"}),
        ("web_search", {"type": "web_search"}),
        ("code_interpreter", {"type": "function", "name": "code_interpreter"}),
        ("github", {"type": "mcp", "server_label": "github"}),
        ("mcp", {"type": "mcp", "server_label": "github"}),
    ],
)
async def test_a_tool_is_chosen_by_name_type_or_label(choice: str, sent: object):
    tools = [
        Effects().tool("delete"),
        Effects().tool("code_interpreter"),
        Hosted(name="web_search", type="web_search"),
        Hosted(name="hosted_mcp", type="mcp", fields={"server_label": "github", "server_url": "https://x.invalid"}),
    ]
    async with serving(DONE) as server:
        request = ModelRequest(input=[], tools=tools, settings=ModelSettings(tool_choice=choice))
        await OpenAIResponsesModel("gpt-5.1", server.client()).get_response(request)
        assert server.requests[0].body["tool_choice"] == sent
        assert server.requests[0].body["tools"] == [tool.definition() for tool in tools]


async def test_what_the_model_refuses_to_say_is_what_it_says():
    refused = {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "I must not."}]}
    async with serving(Answer(body=response(refused))) as server:
        assert (await Runner.run(desk(server), "Hi")).final_output == "I must not."


async def test_what_another_server_kept_in_the_history_stays_behind():
    thought = completion("Hm.", tool_call("count", {"order": "A1"}) | {"extra_content": 1}, reasoning_content="Count.")
    async with chat_server.serving(Answer(body=thought)) as other, serving(DONE) as server:
        model = OpenAIChatCompletionsModel("qwen3", other.client())
        items = [*HISTORY[:1], *(await model.get_response(ModelRequest(input=HISTORY[:1]))).output]
        await OpenAIResponsesModel("gpt-5.1", server.client()).get_response(ModelRequest(input=items))
    sent = server.requests[0].body["input"]
    assert [item.get("type") for item in sent] == [None, "message", "function_call"]
    assert set(sent[2]) == {"type", "id", "call_id", "name", "arguments", "status"}


async def test_what_is_not_set_is_not_sent():
    async with serving(DONE) as server:
        agent = Agent[Any]("desk", model=OpenAIResponsesModel("gpt-5.1", server.client()))
        await Runner.run(agent, "Hi")
        assert server.requests[0].body == {"model": "gpt-5.1", "input": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_approval_goes_there_and_back_and_provider_items_come_back_as_they_were(streamed: bool):
    thought = {**reasoning(), "encrypted_content": "x" * 100, "of_tomorrow": {"a": [1, None]}}
    output = [thought, message("I will."), call("delete", {"order": "A1"})]
    first = response(*output)
    answers = [Answer(body=first), DONE]
    if streamed:
        answers = [Answer(events=[created(), completed(first)]), Answer(events=[completed(response(message("Done.")))])]
    async with serving(*answers) as server:
        agent = desk(server)
        paused = await run(agent, "Delete A1", streamed=streamed)
        assert paused.interruptions[0].raw_item == call("delete", {"order": "A1"})
        done = await run(agent, approve_all(paused.to_state()), streamed=streamed)

    assert done.final_output == "Done."
    assert done.usage == Usage(requests=2, input_tokens=24, output_tokens=6, cached_tokens=16, reasoning_tokens=4)
    output_item = {"type": "function_call_output", "call_id": "call_1", "output": "A1 is deleted 1 times"}
    assert server.requests[1].body["input"] == [{"role": "user", "content": "Delete A1"}, *output, output_item]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_is_asked_again_by_the_client(status: int):
    busy = Answer(status=status, body={"error": {"message": "busy"}}, headers={"Retry-After": "0.01"})
    async with serving(busy, busy, DONE) as server:
        result = await Runner.run(desk(server, max_retries=2), "Hi")
        assert result.final_output == "Done."
        assert len(server.requests) == 3


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
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_error_of_the_server_is_the_clients_error(status: int, error: type[Exception], streamed: bool):
    async with serving(Answer(status=status, body={"error": {"message": "no such luck"}})) as server:
        with pytest.raises(error, match="no such luck"):
            await run(desk(server), "Hi", streamed=streamed)


async def test_a_server_that_does_not_answer_is_the_clients_time_out():
    async with serving(Answer(hang=True)) as server:
        with pytest.raises(openai.APITimeoutError):
            await Runner.run(desk(server, timeout=0.1), "Hi")


FAILED = response(status="failed", error={"code": "server_error", "message": "The model broke."})
CUT = response(message("Do"), status="incomplete", incomplete_details={"reason": "max_output_tokens"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (FAILED, "failed: The model broke."),
        (CUT, "incomplete: max_output_tokens"),
        (response(status="cancelled"), "cancelled"),
        ({"id": "resp_1"}, "not in the form of the Responses API"),
        ([], "not in the form of the Responses API"),
        (None, "not in the form of the Responses API"),
        ("Hello", "not in the form of the Responses API"),
        (response() | {"output": "Hello"}, "not in the form of the Responses API"),
        (response() | {"output": ["Hello"]}, "not in the form of the Responses API"),
        (response() | {"usage": {"input_tokens": -1}}, "not in the form of the Responses API"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_that_is_no_whole_response_is_a_clear_error(body: Any, words: str, streamed: bool):
    answer = Answer(events=[created(), completed(body)]) if streamed else Answer(body=body)
    async with serving(answer) as server:
        with pytest.raises(ModelBehaviorError, match=words):
            await run(desk(server), "Hi", streamed=streamed)


async def test_a_call_in_an_answer_that_was_cut_is_not_made():
    cut = response(call("delete", {"order": "A1"}), status="incomplete")
    async with serving(Answer(body=cut)) as server:
        with pytest.raises(ModelBehaviorError, match="incomplete"):
            await Runner.run(desk(server), "Hi")


@pytest.mark.parametrize("text", ["", "<html>Bad gateway</html>", '{"id": "resp_1", "output": ['])
async def test_an_answer_that_is_no_json_is_a_clear_error(text: str):
    async with serving(Answer(text=text)) as server:
        with pytest.raises((AgentsError, openai.OpenAIError)):
            await Runner.run(desk(server), "Hi")


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"type": "response.created", "response": {}}],
        [{"type": "error", "message": "The model broke.", "code": "server_error"}],
        ["data: {broken\n\n"],
        ["data: 7\n\n"],
        ["data: [DONE]\n\n"],
        ["event: response.completed\n\n"],
    ],
)
async def test_a_stream_that_breaks_off_is_a_clear_error(events: list[object]):
    async with serving(Answer(events=events)) as server:
        with pytest.raises((AgentsError, openai.OpenAIError)):
            await run(desk(server), "Hi", streamed=True)


async def test_an_error_in_a_stream_is_told_in_its_words():
    error = {"type": "error", "message": "The model broke.", "code": "server_error", "sequence_number": 1}
    async with serving(Answer(events=[created(), error])) as server:
        with pytest.raises((AgentsError, openai.OpenAIError), match=r"The model broke\."):
            await run(desk(server), "Hi", streamed=True)


async def test_a_connection_that_breaks_in_the_middle_of_a_stream_is_a_clear_error():
    async with serving(Answer(events=[created()], cut=True)) as server:
        with pytest.raises((AgentsError, openai.OpenAIError)):
            await run(desk(server), "Hi", streamed=True)


async def test_the_events_of_a_stream_come_as_they_were_sent():
    async with serving(Answer(events=[created(), completed(response(message("Done.")))])) as server:
        result = Runner.run_streamed(desk(server), "Hi")
        raw = [event.raw async for event in result.stream_events() if isinstance(event, RawResponsesStreamEvent)]
    assert raw == [created(), completed(response(message("Done.")))]


async def test_a_model_that_is_only_named_uses_the_runs_client():
    async with serving(DONE) as server:
        config = RunConfig(model="gpt-of-the-run", openai_client=server.client())
        result = await Runner.run(Agent[Any]("desk", model="gpt-of-the-agent"), "Hi", run_config=config)
        assert result.final_output == "Done."
        assert server.requests[0].body["model"] == "gpt-of-the-run"


async def run(agent: Agent[Any], given: Any, *, streamed: bool) -> Any:
    if not streamed:
        return await Runner.run(agent, given)
    result = Runner.run_streamed(agent, given)
    async for _ in result.stream_events():
        pass
    return result


def created() -> dict[str, Any]:
    return {"type": "response.created", "sequence_number": 0, "response": response(status="in_progress")}


def completed(body: Any) -> dict[str, Any]:
    return {"type": "response.completed", "sequence_number": 1, "response": body}
