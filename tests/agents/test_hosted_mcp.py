"""The provider calls tools of MCP servers itself, and asks before: who answers, what it is told, and for how long."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.responses.response_output_item import McpApprovalRequest

from bot.agents import (
    Agent,
    HostedMCPTool,
    MCPApprovalRequestItem,
    MCPApprovalResponseItem,
    MCPListToolsItem,
    MCPToolApprovalFunctionResult,
    MCPToolApprovalRequest,
    ModelBehaviorError,
    RunConfig,
    Runner,
    RunState,
    Tool,
    ToolApprovalItem,
    ToolErrorFormatterArgs,
    UserError,
)
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, paused, stored

DONE = [message("Done.")]


def asks(tool: str = "delete", *, id: str = "mcpr_1", server: str = "files", path: str = "a.txt") -> Item:
    """The provider asks whether it may call a tool of a server."""
    arguments = json.dumps({"path": path})
    return {"type": "mcp_approval_request", "id": id, "server_label": server, "name": tool, "arguments": arguments}


def said(id: str, approve: bool, **reason: str) -> Item:
    """What the provider is to be told."""
    return {"type": "mcp_approval_response", "approval_request_id": id, "approve": approve, **reason}


def desk(model: ScriptedModel, *more: Any, servers: tuple[str, ...] = ("files",), callback: Any = None) -> Agent[Any]:
    """An agent with these servers; only for the last of them a callback answers."""
    hosted = [HostedMCPTool(tool_config={"type": "mcp", "server_label": each}) for each in servers[:-1]]
    hosted.append(HostedMCPTool(tool_config={"type": "mcp", "server_label": servers[-1]}, on_approval_request=callback))
    return Agent[Any]("desk", tools=[*hosted, *more], model=model)


def answers(model: ScriptedModel, place: int = -1) -> list[Item]:
    """The answers to requests that the model was given with that question."""
    return [item for item in model.requests[place].input if item.get("type") == "mcp_approval_response"]


@pytest.mark.spec("M1", "M10")
async def test_a_request_waits_for_a_person_and_keeps_all_that_the_provider_gave_through_json():
    asked: Item = {**asks(), "of_tomorrow": {"n": [1, None]}}
    model = ScriptedModel([[asked], DONE])
    agent = desk(model)
    state = await stored(agent, await paused(agent))
    [waiting] = state.get_interruptions()
    assert (waiting.call_id, waiting.tool_name, waiting.name, waiting.server) == ("mcpr_1", "delete", "delete", "files")
    assert waiting.agent is agent
    assert json.loads(waiting.arguments) == {"path": "a.txt"}
    assert waiting.raw_item == asked

    await Runner.run(agent, approve_all(state))
    assert model.requests[1].input[1:] == [asked, said("mcpr_1", True)]


@pytest.mark.spec("M2")
@pytest.mark.parametrize("through_json", [False, True])
async def test_an_approved_request_is_answered_and_the_provider_does_the_rest(through_json: bool):
    does: Item = {"type": "mcp_call", "id": "mcp_1", "server_label": "files", "name": "delete", "output": "deleted"}
    lists: Item = {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "files", "tools": []}
    model = ScriptedModel([[lists, asks()], [does, *DONE]])
    agent = desk(model)
    state = approve_all(await paused(agent))
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert answers(model) == [said("mcpr_1", True)]
    assert result.final_output == "Done."
    kinds = [type(item) for item in result.new_items]
    assert kinds[:3] == [MCPListToolsItem, MCPApprovalRequestItem, MCPApprovalResponseItem]
    assert result.to_input_list()[1:] == [lists, asks(), said("mcpr_1", True), does, *DONE]


@pytest.mark.spec("M3")
@pytest.mark.parametrize(("words", "reason"), [("Too old.", {"reason": "Too old."}), (None, {})])
async def test_a_rejection_is_told_with_the_persons_words_alone(words: str | None, reason: dict[str, str]):
    model = ScriptedModel([[asks()], DONE])
    agent = desk(model)
    state = await paused(agent)
    state.reject(state.get_interruptions()[0], rejection_message=words)
    await Runner.run(agent, await stored(agent, state))
    assert answers(model) == [said("mcpr_1", False, **reason)]


async def test_a_rejection_without_a_word_is_told_in_the_words_of_the_app():
    def formatted(asked: ToolErrorFormatterArgs) -> str:
        return f"{asked.tool_type} {asked.tool_name} {asked.call_id} is not for you."

    model = ScriptedModel([[asks()], DONE])
    agent = desk(model)
    state = await paused(agent)
    state.reject(state.get_interruptions()[0])
    await Runner.run(agent, state, run_config=RunConfig(tool_error_formatter=formatted))
    assert answers(model) == [said("mcpr_1", False, reason="mcp delete mcpr_1 is not for you.")]


@pytest.mark.spec("M4")
@pytest.mark.parametrize("approve", [False, True])
@pytest.mark.parametrize("waits", [False, True])
async def test_a_callback_answers_each_request_once_and_nobody_waits(approve: bool, waits: bool):
    asked: list[MCPToolApprovalRequest] = []

    def answer(request: MCPToolApprovalRequest) -> MCPToolApprovalFunctionResult:
        asked.append(request)
        return {"approve": approve, "reason": "By the book."}

    async def answer_later(request: MCPToolApprovalRequest) -> MCPToolApprovalFunctionResult:
        return answer(request)

    model = ScriptedModel([[asks(), asks(id="mcpr_2", path="b.txt")], DONE])
    agent = desk(model, callback=answer_later if waits else answer)
    result = await Runner.run(agent, "Go", context={"user": "ana"})
    assert (result.final_output, result.interruptions) == ("Done.", [])
    assert [each.data.id for each in asked] == ["mcpr_1", "mcpr_2"]
    assert isinstance(asked[0].data, McpApprovalRequest)
    assert asked[0].ctx_wrapper.context == {"user": "ana"}
    reason = {} if approve else {"reason": "By the book."}
    assert answers(model) == [said("mcpr_1", approve, **reason), said("mcpr_2", approve, **reason)]


@pytest.mark.spec("M5")
async def test_callbacks_are_not_asked_while_a_person_must_decide_beside_them():
    asked: list[str] = []

    def answer(request: MCPToolApprovalRequest) -> MCPToolApprovalFunctionResult:
        asked.append(request.data.id)
        return {"approve": True}

    requests = [asks(id="mcpr_1", server="mail"), asks(id="mcpr_2", server="files")]
    model = ScriptedModel([requests, DONE])
    agent = desk(model, servers=("files", "mail"), callback=answer)
    state = await paused(agent)
    assert [each.call_id for each in state.get_interruptions()] == ["mcpr_2"]
    again = await Runner.run(agent, await stored(agent, state))
    assert (asked, len(model.requests)) == ([], 1)

    await Runner.run(agent, approve_all(again.to_state()))
    assert asked == ["mcpr_1"]
    assert answers(model) == [said("mcpr_1", True), said("mcpr_2", True)]


@pytest.mark.spec("M6")
@pytest.mark.parametrize("answer", ["raises", None, {}, {"approve": 1}, {"approve": "yes"}, True, [True]])
async def test_a_callback_that_fails_or_gives_no_answer_is_not_asked_again_and_a_person_is(answer: Any):
    asked: list[str] = []

    def broken(request: MCPToolApprovalRequest) -> Any:
        asked.append(request.data.id)
        if answer == "raises":
            raise RuntimeError("no network")
        return answer

    model = ScriptedModel([[asks()], DONE])
    agent = desk(model, callback=broken)
    state = await paused(agent)
    again = await Runner.run(agent, await stored(agent, state))
    assert [each.call_id for each in again.interruptions] == ["mcpr_1"]
    await Runner.run(agent, approve_all(again.to_state()))
    assert asked == ["mcpr_1"]
    assert answers(model) == [said("mcpr_1", True)]


@pytest.mark.spec("M7", "J5")
@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_an_always_holds_for_that_tool_of_that_server_and_its_words_too(verdict: str):
    later = [
        asks(id="mcpr_2", path="b.txt"),
        asks(id="mcpr_3", server="mail"),
        asks("read", id="mcpr_4"),
    ]
    model = ScriptedModel([[asks()], later, DONE])
    agent = desk(model, servers=("files", "mail"))
    state = await paused(agent)
    if verdict == "approve":
        state.approve(state.get_interruptions()[0], always_approve=True)
    else:
        state.reject(state.get_interruptions()[0], always_reject=True, rejection_message="Never.")
    result = await Runner.run(agent, await stored(agent, state))
    waiting = [(each.server, each.tool_name) for each in result.interruptions]
    assert waiting == [("mail", "delete"), ("files", "read")]

    state = result.to_state()
    for each in state.get_interruptions():
        state.reject(each)
    await Runner.run(agent, state)
    first = {} if verdict == "approve" else {"reason": "Never."}
    assert answers(model)[1:] == [
        said("mcpr_2", verdict == "approve", **first),
        said("mcpr_3", False),
        said("mcpr_4", False),
    ]


@pytest.mark.spec("M8")
async def test_an_always_needs_a_server_and_a_tool_and_a_request_that_names_none_is_never_allowed():
    model = ScriptedModel([[asks(server=""), asks(id="mcpr_2")], DONE])
    agent = desk(model)
    state = await paused(agent)
    [nowhere, _] = state.calls
    with pytest.raises(UserError):
        state.approve(ToolApprovalItem(agent, nowhere.raw_item), always_approve=True)
    assert state.grants == []
    await Runner.run(agent, approve_all(state))
    assert [each["approve"] for each in answers(model)] == [False, True]

    with pytest.raises(ModelBehaviorError, match="without an id or a name"):
        await Runner.run(desk(ScriptedModel([[asks("")]])), "Go")


@pytest.mark.spec("M9")
@pytest.mark.parametrize("through_json", [False, True])
async def test_a_request_that_comes_again_is_neither_shown_nor_answered_again(through_json: bool):
    model = ScriptedModel([[asks()], [asks(), asks(id="mcpr_2", path="b.txt")], DONE])
    agent = desk(model)
    result = await Runner.run(agent, approve_all(await paused(agent)))
    assert [each.call_id for each in result.interruptions] == ["mcpr_2"]
    state = result.to_state()
    state = approve_all(await stored(agent, state) if through_json else state)
    result = await Runner.run(agent, state)
    assert answers(model) == [said("mcpr_1", True), said("mcpr_2", True)]
    requests = [item.raw_item["id"] for item in result.new_items if isinstance(item, MCPApprovalRequestItem)]
    assert requests == ["mcpr_1", "mcpr_2"]


async def test_a_request_that_comes_again_for_something_else_is_an_error():
    model = ScriptedModel([[asks()], [asks(path="secrets.txt")]])
    agent = desk(model)
    state = approve_all(await paused(agent))
    with pytest.raises(ModelBehaviorError, match="mcpr_1"):
        await Runner.run(agent, state)
    assert len(model.requests) == 2


@pytest.mark.spec("M11", "M12")
async def test_requests_and_functions_of_one_name_wait_in_one_list_and_are_decided_apart():
    effects = Effects()
    both = [asks(), call("delete", {"order": "A1"}, call_id="c1")]
    later = [asks(id="mcpr_2"), call("delete", {"order": "B2"}, call_id="c2")]
    model = ScriptedModel([both, later, later, DONE])
    agent = desk(model, effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    [hosted, function] = state.get_interruptions()
    assert (hosted.call_id, function.call_id) == ("mcpr_1", "c1")
    state.approve(hosted)
    half = await Runner.run(agent, await stored(agent, state))
    assert [each.call_id for each in half.interruptions] == ["c1"]
    assert (effects, len(model.requests)) == ([], 1)

    state = half.to_state()
    state.approve(half.interruptions[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state))
    assert effects == ["delete A1", "delete B2"], "the always is for the function alone"
    assert [each.call_id for each in result.interruptions] == ["mcpr_2"]


@pytest.mark.spec("M12")
async def test_an_always_for_a_servers_tool_lets_no_function_of_its_name_through():
    effects = Effects()
    later = [asks(id="mcpr_2"), call("delete", {"order": "A1"}, call_id="c1")]
    model = ScriptedModel([[asks()], later, DONE])
    agent = desk(model, effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state))
    assert [each.call_id for each in result.interruptions] == ["c1"]
    assert effects == []


async def test_two_servers_of_one_label_are_refused_also_when_one_came_later():
    def yes(_: MCPToolApprovalRequest) -> MCPToolApprovalFunctionResult:
        return {"approve": True}

    with pytest.raises(UserError, match="several hosted MCP servers labelled files"):
        desk(ScriptedModel([]), servers=("files", "files"), callback=yes)

    config = {"type": "mcp", "server_label": "files", "server_url": "https://elsewhere.example"}
    tools: list[Tool] = [HostedMCPTool(tool_config={"type": "mcp", "server_label": "files"})]
    agent = Agent[Any]("desk", tools=tools, model=ScriptedModel([[asks()], DONE]))
    state = await paused(agent)
    tools.insert(0, HostedMCPTool(tool_config=config, on_approval_request=yes))
    with pytest.raises(UserError, match="several hosted MCP servers labelled files"):
        await Runner.run(agent, await stored(agent, state))


async def test_a_server_that_the_agent_has_not_is_never_allowed():
    model = ScriptedModel([[asks(server="mail")], DONE])
    agent = desk(model)
    result = await Runner.run(agent, "Go")
    assert result.interruptions == []
    [answer] = answers(model)
    assert answer["approve"] is False


@pytest.mark.parametrize(
    ("field", "value"), [("server_label", "mail"), ("name", "read"), ("arguments", "{}"), ("id", "mcpr_2")]
)
async def test_an_approval_does_not_hold_for_a_request_that_was_altered(field: str, value: str):
    model = ScriptedModel([[asks(), asks(id="mcpr_2")], DONE])
    agent = desk(model)
    document: Any = approve_all(await paused(agent)).to_json()
    document["turns"][0]["response"]["output"][0][field] = value
    with pytest.raises(UserError, match=r"damaged|altered"):
        await Runner.run(agent, await RunState.from_json(agent, document))
    assert len(model.requests) == 1
