"""The tools of servers as the model is offered them, and as approvals are bound to them."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from bot.agents import Runner, RunState, UserError
from bot.agents.mcp import MCPConfig, MCPResult, MCPServer
from bot.agents.mcp.results import output_of
from bot.agents.mcp.schemas import strict
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.mcp.reached import Reached
from tests.agents.mcp.shelf import Shelf, clerk, listed

PREFIXED: MCPConfig = {"include_server_in_tool_names": True}


async def offered(*servers: MCPServer, config: MCPConfig | None = None) -> dict[str, dict[str, JsonValue]]:
    """The tools that the model is told of, by name."""
    model = ScriptedModel([[message("hello")]])
    await Runner.run(clerk(*servers, config=config, model=model), "hi")
    told = [tool.definition() for tool in model.requests[-1].tools]
    return {str(each["name"]): each for each in told}


async def test_a_tool_is_told_as_its_server_lists_it() -> None:
    schema: dict[str, JsonValue] = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    assert await offered(Shelf(listed("write", description="Write.", schema=schema))) == {
        "write": {"type": "function", "name": "write", "description": "Write.", "parameters": schema, "strict": False}
    }


async def test_schemas_are_made_strict_where_they_can_be() -> None:
    schema: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"text": {"type": "string"}, "times": {"type": "integer", "default": None}},
    }
    free: dict[str, JsonValue] = {"type": "object", "properties": {"any": {"type": "object"}}}
    server = Shelf(listed("write", schema=schema), listed("store", schema=free))
    told = await offered(server, config={"convert_schemas_to_strict": True})
    assert told["write"]["strict"] is True
    assert told["write"]["parameters"] == {
        "type": "object",
        "properties": {"text": {"type": "string"}, "times": {"type": "integer"}},
        "required": ["text", "times"],
        "additionalProperties": False,
    }
    assert (told["store"]["strict"], told["store"]["parameters"]) == (False, free)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"oneOf": [{"type": "string"}]}}},
        {"type": "object", "properties": {"a": True}},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {"type": "object", "properties": {}, "patternProperties": {"^a": {}}},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}},
    ],
    ids=str,
)
def test_what_has_no_strict_form_stays_as_it_is(schema: dict[str, JsonValue]) -> None:
    assert strict(schema) is None


def test_a_strict_schema_is_strict_all_through() -> None:
    inner: dict[str, JsonValue] = {"type": "object", "properties": {"properties": {"type": "string"}}}
    closed = {**inner, "additionalProperties": False, "required": ["properties"]}
    schema: dict[str, JsonValue] = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": inner}, "b": {"anyOf": [inner, {"type": "null"}]}},
        "$defs": {"c": inner},
    }
    assert strict(schema) == {
        "type": "object",
        "properties": {"a": {"type": "array", "items": closed}, "b": {"anyOf": [closed, {"type": "null"}]}},
        "$defs": {"c": closed},
        "additionalProperties": False,
        "required": ["a", "b"],
    }


async def test_two_servers_may_not_give_one_name() -> None:
    agent = clerk(Shelf("read", name="one"), Shelf("read", name="two"), answers=[[message("hello")]])
    with pytest.raises(UserError, match=r"MCP servers one and two of agent Clerk both have a tool called read\."):
        await Runner.run(agent, "hi")


async def test_two_servers_may_not_have_one_name() -> None:
    agent = clerk(Shelf("read"), Shelf("write"), answers=[[message("hello")]])
    with pytest.raises(UserError, match=r"several MCP servers called shelf\. Give each a name="):
        await Runner.run(agent, "hi")


@pytest.mark.spec("L9")
async def test_a_name_can_tell_the_server_and_an_always_is_for_that_server_alone() -> None:
    one, two = Shelf("write", name="one", require_approval=True), Shelf("write", name="two", require_approval=True)
    answers = [
        [call("mcp_one__write", call_id="call_1")],
        [call("mcp_one__write", call_id="call_2"), call("mcp_two__write", call_id="call_3")],
        [message("done")],
    ]
    agent = clerk(one, two, answers=answers, config=PREFIXED)
    state = (await Runner.run(agent, "go")).to_state()
    [item] = state.get_interruptions()
    assert (item.tool_name, item.server) == ("mcp_one__write", "one")
    state.approve(item, always_approve=True)
    result = await Runner.run(agent, state)
    assert [(item.tool_name, item.server) for item in result.interruptions] == [("mcp_two__write", "two")]
    assert (one.called, two.called) == (["write", "write"], [])


async def test_names_with_their_server_stay_within_what_models_take() -> None:
    servers = [Shelf("a" * 50, name=name) for name in ("my server (1)", "my server (2)")]
    names = list(await offered(*servers, Shelf("read", name="short"), config=PREFIXED))
    assert names[2] == "mcp_short__read"
    assert len(set(names)) == 3
    assert all(len(name) == 64 and name.startswith("mcp_my_server__") for name in names[:2])


@pytest.mark.spec("L8")
@pytest.mark.parametrize("later", [Shelf("write", name="other"), Shelf("read")])
async def test_an_approved_call_runs_on_its_own_server_or_not_at_all(later: Shelf) -> None:
    server = Shelf("write", require_approval=True)
    before = clerk(server, answers=[[call("write")]])
    state = (await Runner.run(before, "go")).to_state()
    state.approve(state.get_interruptions()[0])
    after = clerk(later, answers=[[message("done")]])
    restored = await RunState.from_json(after, state.to_json())
    with pytest.raises(UserError, match="write"):
        await Runner.run(after, restored)
    assert (server.called, later.called) == ([], [])


async def test_arguments_are_checked_before_anybody_is_asked_to_carry_them_out(program: Reached) -> None:
    async with program.server() as server:
        calls = [call("note", {"words": 1}, call_id="call_1"), call("note", {"text": "milk"}, call_id="call_2")]
        agent = clerk(server, answers=[calls, [message("done")]])
        result = await Runner.run(agent, "go")
    outputs = [item["output"] for item in result.to_input_list() if item.get("type") == "function_call_output"]
    assert outputs == ["Invalid arguments for note: arguments: 'text' is a required property.", "noted: milk"]
    assert len(program.noted) == 1


async def test_a_server_is_told_the_key_of_each_call(program: Reached) -> None:
    async with program.server() as server:
        calls = [call("note", {"text": "a"}, call_id="call_1"), call("note", {"text": "b"}, call_id="call_2")]
        state = (await Runner.run(clerk(server, answers=[calls, [message("done")]]), "go")).to_state()
    assert sorted(program.noted) == [f"a {state.run_id}/t0.c0", f"b {state.run_id}/t0.c1"]


async def test_a_server_that_dies_in_a_call_gives_an_error_output_and_not_a_dead_run(program: Reached) -> None:
    async with program.server() as server:
        agent = clerk(server, answers=[[call("die", {"text": "goodbye"})], [message("It died.")]])
        result = await Runner.run(agent, "go")
    assert result.final_output == "It died."
    [output] = [item["output"] for item in result.to_input_list() if item.get("type") == "function_call_output"]
    assert output == "The tool failed: ConnectionError: the connection was lost before the answer came"


async def test_a_person_is_asked_what_became_of_an_approved_call_in_which_the_server_died(program: Reached) -> None:
    async with program.server(require_approval="always") as server:
        agent = clerk(server, answers=[[call("die", {"text": "goodbye"})], [message("It died.")]])
        state = (await Runner.run(agent, "go")).to_state()
        state.approve(state.get_interruptions()[0])
        state = (await Runner.run(agent, state)).to_state()
        [item] = state.get_interruptions()
        assert item.may_have_run
        state.reject(item)
        assert (await Runner.run(agent, state)).final_output == "It died."
    assert program.noted == ["goodbye"]


async def test_a_server_that_is_away_fails_the_run_and_says_which_and_why() -> None:
    agent = clerk(Shelf("read", away=True), answers=[])
    with pytest.raises(UserError, match="The tools of MCP server shelf cannot be listed: nobody there"):
        await Runner.run(agent, "hi")


def test_content_is_told_as_text_or_json() -> None:
    image: dict[str, JsonValue] = {"type": "image", "data": "cG5n", "mimeType": "image/png"}
    text: dict[str, JsonValue] = {"type": "text", "text": "hello"}
    assert output_of(MCPResult(content=[text]), structured=False) == "hello"
    assert output_of(MCPResult(content=[text], is_error=True), structured=False) == "The tool failed: hello"
    assert output_of(MCPResult(), structured=False) == ""
    assert output_of(MCPResult(structured_content={"a": 1}), structured=False) == '{"a":1}'
    assert output_of(MCPResult(content=[text], structured_content={"a": 1}), structured=True) == '{"a":1}'
    assert output_of(MCPResult(content=[image]), structured=True) == (
        '{"type":"image","data":"cG5n","mimeType":"image/png"}'
    )
