"""Which tools of a server an agent is given."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.agents import Runner, UserError
from bot.agents.mcp import MCPServerStdio, MCPTool, ToolFilterContext, create_static_tool_filter
from bot.agents.testing import call, message
from tests.agents.mcp.reached import Reached
from tests.agents.mcp.shelf import clerk

PICKED = {"add", "note"}


def all_but_add(_context: ToolFilterContext, tool: MCPTool) -> bool:
    return tool.name != "add"


STATIC_AND_NOT: list[tuple[Any, set[str]]] = [
    (create_static_tool_filter(allowed_tool_names=["add", "note", "no_such"]), {"add", "note"}),
    (create_static_tool_filter(["add", "note"], ["note"]), {"add"}),
    ({"allowed_tool_names": []}, set[str]()),
    ({"blocked_tool_names": ["add"]}, PICKED - {"add"}),
    (None, PICKED),
    (all_but_add, PICKED - {"add"}),
]


@pytest.mark.parametrize(("chosen", "given"), STATIC_AND_NOT)
async def test_tools_are_given_by_name_or_as_a_function_says(program: Reached, chosen: Any, given: set[str]) -> None:
    async with program.server(tool_filter=chosen) as server:
        assert {tool.name for tool in await server.list_tools()} & PICKED == given


async def test_a_function_is_told_for_whom_it_looks(program: Reached) -> None:
    seen: list[tuple[Any, str, str]] = []

    async def only_for_readers(context: ToolFilterContext, tool: MCPTool) -> bool:
        assert context.run_context
        seen.append((context.run_context.context, context.agent.name, context.server_name))
        await asyncio.sleep(0)
        return bool(tool.annotations.read_only_hint)

    async with program.server(tool_filter=only_for_readers) as server:
        agent = clerk(server, answers=[[call("note", {"text": "no"})], [message("hello")]])
        await Runner.run(agent, "hi", context="mine")
    assert set(seen) == {("mine", "Clerk", "notes")}
    assert program.noted == []


async def test_a_tool_that_a_function_cannot_judge_is_left_out(
    program: Reached, caplog: pytest.LogCaptureFixture
) -> None:
    def judge(_context: ToolFilterContext, tool: MCPTool) -> bool:
        return {"note": True}[tool.name]

    async with program.server(tool_filter=judge) as server:
        assert [tool.name for tool in await server.list_tools()] == ["note"]
    assert "The filter of MCP server notes raised KeyError for add: the tool is left out." in caplog.text


@pytest.mark.parametrize(
    "chosen",
    [
        {"allowed_tools": ["add"]},
        {"allowed_tool_names": "add"},
        {"allowed_tool_names": [1]},
        {"allowed_tool_names": None},
        ["add"],
        "add",
        True,
    ],
    ids=str,
)
def test_a_filter_that_is_misspelt_is_an_error_at_once(chosen: Any) -> None:
    with pytest.raises(UserError, match="tool_filter must be a function, or lists of names under allowed_tool_names"):
        MCPServerStdio({"command": "true"}, tool_filter=chosen)


def test_nothing_named_is_no_filter() -> None:
    assert create_static_tool_filter() is None
    with pytest.raises(UserError):
        create_static_tool_filter(allowed_tool_names="add")
