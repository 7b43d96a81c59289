"""What the model server refuses, in the form in which the real service does; it never breaks."""

import json
from collections.abc import AsyncIterator

import aiohttp
import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI
from openai.types.responses import Response
from pydantic import BaseModel, ConfigDict

from bot.demo.model_server import ModelServer
from tests.demo.talk import TOOLS


class Error(BaseModel):
    """The form of every refusal."""

    model_config = ConfigDict(extra="forbid")

    message: str
    type: str
    param: str | None
    code: str | None


class Refused(BaseModel):
    model_config = ConfigDict(extra="forbid")

    error: Error


class Raw:
    """Plain HTTP with the server's key, for what the client would not send."""

    def __init__(self, server: ModelServer, session: aiohttp.ClientSession) -> None:
        self._server = server
        self._session = session

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        async with self._session.post(f"{self._server.base_url}/responses", data=body) as answer:
            return answer.status, await answer.read()

    async def refused(self, body: bytes) -> Error:
        """The error of a request that gets a 400."""
        status, answer = await self.post(body)
        assert status == 400, answer
        return Refused.model_validate_json(answer).error


@pytest.fixture
async def raw(server: ModelServer) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.api_key}"}) as session:
        yield Raw(server, session)


def request(**fields: object) -> bytes:
    """A good request but for these fields."""
    return json.dumps({"model": "m", "input": "hello", **fields}).encode()


async def test_a_client_learns_what_was_wrong(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.responses.create(model="m", input="hello", temperature=7)
    assert (refused.value.type, refused.value.param) == ("invalid_request_error", "temperature")
    assert "less than or equal to 2" in refused.value.message


async def test_what_is_no_json_is_refused(raw: Raw) -> None:
    for body in (b"", b"{", b"\xff\xfe", b'{"model": "m", "input": "\\ud800"}', b"[" * 100_000, b'{"a": NaN'):
        error = await raw.refused(body)
        assert error.message.startswith("We could not parse the JSON body of your request.")


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        (b"{}", "model", "missing_required_parameter"),
        (b'{"model": "m"}', "input", "missing_required_parameter"),
        (request(model=None), "model", "missing_required_parameter"),
        (request(model=3), "model", "invalid_type"),
        (request(input=3), "input", "invalid_type"),
        (request(input=[]), "input", "invalid_value"),
        (request(input=["hello"]), "input[0]", "invalid_type"),
        (request(input=[{"content": "x"}]), "input[0].role", "missing_required_parameter"),
        (request(input=[{"role": "boss", "content": "x"}]), "input[0].role", "invalid_value"),
        (request(input=[{"role": "user"}]), "input[0].content", "missing_required_parameter"),
        (request(input=[{"role": "user", "content": [{"text": "x"}]}]), "input[0].content[0].type", None),
        (request(input=[{"type": "function_call", "call_id": "c"}]), "input[0].name", "missing_required_parameter"),
        (request(tools=[{"name": "x"}]), "tools[0].type", "missing_required_parameter"),
        (request(tools="all"), "tools", "invalid_type"),
        (request(tool_choice="maybe"), "tool_choice", "invalid_value"),
        (request(max_output_tokens=0), "max_output_tokens", "invalid_value"),
        (request(stream="perhaps"), "stream", None),
        (request(text={"format": {"type": "json_schema"}}), "text.format.type", "unsupported_value"),
        (request(previous_response_id="resp_1"), "previous_response_id", "previous_response_not_found"),
        (request(conversation="conv_1"), "conversation", None),
        (request(input=[{"type": "item_reference", "id": "msg_1"}]), "input[0]", None),
        (request(background=True), "background", "unsupported_value"),
    ],
)
async def test_a_parameter_that_is_wrong_is_named(raw: Raw, body: bytes, param: str, code: str | None) -> None:
    error = await raw.refused(body)
    assert (error.type, error.param) == ("invalid_request_error", param)
    assert code is None or error.code == code
    assert param in error.message or code not in ("missing_required_parameter", "invalid_value", "invalid_type")


async def test_null_means_that_a_parameter_is_not_given(raw: Raw) -> None:
    names = ("temperature", "stream", "tools", "metadata", "instructions", "store", "text", "previous_response_id")
    status, _ = await raw.post(request(**dict.fromkeys(names)))
    assert status == 200


async def test_parameters_and_items_that_it_does_not_know_change_nothing(raw: Raw) -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "content": "thinking"}
    told = {"role": "user", "content": [{"type": "input_text", "text": "restart web-1"}]}
    image = {"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}
    rules = {"role": "developer", "content": "restart web-2"}
    status, body = await raw.post(
        request(input=[rules, told, reasoning, image], tools=[*TOOLS, {"type": "web_search"}], verbosity="low")
    )
    assert status == 200
    assert b"web-1" in body
    assert b"web-2" not in body


async def test_a_history_is_held_to_the_pairing_of_calls_and_outputs(raw: Raw) -> None:
    call = {"type": "function_call", "call_id": "c1", "name": "restart_service", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "done"}
    assert (await raw.refused(request(input=[call]))).message == "No tool output found for function call c1."
    for unpaired in ([output], [output, call], [call, output, output]):
        error = await raw.refused(request(input=unpaired))
        assert error.message == "No tool call found for function call output with call_id c1."
    status, _ = await raw.post(request(input=[call, output]))
    assert status == 200


async def test_a_tool_choice_limits_what_is_called(client: AsyncOpenAI) -> None:
    ask = "restart web-1 and list services"
    none = await client.responses.create(model="m", input=ask, tools=TOOLS, tool_choice="none")
    assert [item.type for item in none.output] == ["message"]
    one = await client.responses.create(
        model="m", input=ask, tools=TOOLS, tool_choice={"type": "function", "name": "list_services"}
    )
    assert [item.to_dict()["name"] for item in one.output] == ["list_services"]


async def test_other_addresses_and_methods_are_refused_in_the_same_form(server: ModelServer) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.api_key}"}) as session:
        for method, path, status in (("GET", "/responses", 405), ("POST", "/chat/completions", 404), ("GET", "", 404)):
            async with session.request(method, server.base_url + path) as answer:
                assert answer.status == status
                assert path in Refused.model_validate_json(await answer.read()).error.message
        async with session.get(f"{server.base_url}/models/%ff%00%F0%9F%92%A9/x") as answer:
            assert answer.status in (200, 400, 404)


WORDS = ["restart", "scale", "rotate the secret of", "web-1", "api", "to", "8", "and", "then", "`", '"', "status", "\n"]
SAID = st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join))
CALL_ID = st.sampled_from("ab")
TOOL = st.sampled_from(["restart_service", "scale_service", "other"])
ARGUMENTS = st.text() | st.sampled_from(['{"service": "web-1"}', "{}", "[]", "3"])
CALL = st.fixed_dictionaries(
    {"type": st.just("function_call"), "call_id": CALL_ID, "name": TOOL, "arguments": ARGUMENTS}
)
OUTPUT = st.fixed_dictionaries({"type": st.just("function_call_output"), "call_id": CALL_ID, "output": st.text()})
ASKED = st.fixed_dictionaries({"role": st.just("user"), "content": SAID})
ANSWERED = st.fixed_dictionaries({"role": st.just("assistant"), "content": st.text()})


def paired(call: dict[str, str], output: dict[str, str]) -> list[dict[str, str]]:
    return [call, output | {"call_id": call["call_id"]}]


def flat(groups: list[list[dict[str, str]]]) -> list[dict[str, str]]:
    return [item for group in groups for item in group]


GROUP = st.one_of(st.builds(paired, CALL, OUTPUT), *(st.tuples(one).map(list) for one in (ASKED, ANSWERED)))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("model", "input", "tools", "tool_choice", "stream", "text", "metadata", "temperature", "max_output_tokens")
on_one_server = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@on_one_server
@given(SAID)
async def test_any_text_gets_a_response(client: AsyncOpenAI, text: str) -> None:
    response = await client.responses.create(model="m", input=text, tools=TOOLS)
    assert response.output_text or response.output


@on_one_server
@given(st.lists(GROUP, min_size=1).map(flat))
async def test_any_conversation_gets_a_response(raw: Raw, items: list[dict[str, str]]) -> None:
    status, body = await raw.post(request(input=items, tools=TOOLS))
    assert status == 200, body
    assert Response.model_validate_json(body).output


@on_one_server
@given(st.lists(CALL | OUTPUT | ASKED | ANSWERED))
async def test_any_items_get_a_response_or_a_refusal(raw: Raw, items: list[dict[str, str]]) -> None:
    status, body = await raw.post(request(input=items))
    assert status in (200, 400), body


@on_one_server
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
async def test_any_parameters_get_a_response_or_a_refusal(raw: Raw, fields: dict[str, object]) -> None:
    status, body = await raw.post(request(**fields))
    assert status in (200, 400), body


@on_one_server
@given(st.binary())
async def test_any_bytes_get_a_refusal(raw: Raw, body: bytes) -> None:
    await raw.refused(body)
