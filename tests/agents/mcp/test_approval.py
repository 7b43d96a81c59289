"""Which tools of a server need a person, in every way to say it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import Runner, UserError
from bot.agents.mcp import MCPServerStdio, MCPTool
from bot.agents.mcp.approval import read_policy
from bot.agents.testing import call, message
from tests.agents.mcp.shelf import Shelf, clerk, listed


async def asked(require_approval: Any, *tools: str) -> list[str]:
    """Which of the tools wait for a person when the model calls them all."""
    server = Shelf(*tools, require_approval=require_approval)
    calls = [call(tool, call_id=f"call_{tool}") for tool in tools]
    agent = clerk(server, answers=[calls, [message("done")]])
    result = await Runner.run(agent, "go")
    waiting = [str(item.tool_name) for item in result.interruptions]
    assert server.called == [tool for tool in tools if tool not in waiting]
    return waiting


@pytest.mark.spec("L1")
@pytest.mark.parametrize("setting", [None, False, "never"])
async def test_nobody_is_asked(setting: Any) -> None:
    assert await asked(setting, "read", "write") == []


@pytest.mark.spec("L2")
@pytest.mark.parametrize("setting", [True, "always"])
async def test_somebody_is_asked_about_every_tool_and_the_run_goes_on(setting: Any) -> None:
    server = Shelf("read", "write", require_approval=setting)
    calls = [call("read", call_id="call_1"), call("write", call_id="call_2")]
    agent = clerk(server, answers=[calls, [message("done")]])
    result = await Runner.run(agent, "go")
    assert [item.tool_name for item in result.interruptions] == ["read", "write"]
    assert server.called == []
    state = result.to_state()
    state.approve(result.interruptions[0])
    state.reject(result.interruptions[1])
    result = await Runner.run(agent, state)
    assert result.final_output == "done"
    assert server.called == ["read"]


@pytest.mark.spec("L3")
@pytest.mark.parametrize(
    ("setting", "waiting"),
    [
        ({"always": {"tool_names": ["write"]}}, ["write"]),
        ({"never": {"tool_names": ["write"]}}, []),
        ({"always": {"tool_names": ("write", "other")}, "never": {"tool_names": ["read"]}}, ["write"]),
        ({"always": {"tool_names": []}}, []),
        ({}, []),
    ],
)
async def test_tools_are_listed(setting: Any, waiting: list[str]) -> None:
    assert await asked(setting, "read", "write") == waiting


@pytest.mark.spec("L3")
def test_a_tool_in_both_lists_is_an_error() -> None:
    with pytest.raises(UserError, match='require_approval has read under "always" and "never"'):
        Shelf(require_approval={"always": {"tool_names": ["write", "read"]}, "never": {"tool_names": ["read"]}})


@pytest.mark.spec("L4")
@pytest.mark.parametrize(
    ("setting", "waiting"),
    [
        ({"write": "always", "read": "never"}, ["write"]),
        ({"write": True, "read": False}, ["write"]),
        ({"other": "always"}, []),
    ],
)
async def test_each_tool_is_named(setting: Any, waiting: list[str]) -> None:
    assert await asked(setting, "read", "write") == waiting


@pytest.mark.spec("L5")
@pytest.mark.parametrize(
    ("setting", "waiting"),
    [
        ({"always": "never", "never": "always"}, ["never"]),
        ({"always": True}, ["always"]),
        ({"always": {"tool_names": ["never"]}}, ["never"]),
        ({"always": {"tool_names": ["always"]}, "never": {"tool_names": ["never"]}}, ["always"]),
    ],
)
async def test_tools_may_be_called_always_and_never(setting: Any, waiting: list[str]) -> None:
    assert await asked(setting, "always", "never") == waiting


@pytest.mark.spec("L6")
@pytest.mark.parametrize(
    "setting",
    [
        "Always",
        "",
        "prompt",
        1,
        0,
        ["write"],
        {"write": "allways"},
        {"write": 1},
        {"write": None},
        {"": "always"},
        {1: "always"},
        {"always": ["write"]},
        {"always": {"tool_names": "write"}},
        {"always": {"tool_names": [1]}},
        {"always": {"tool_names": [""]}},
        {"always": {"tool_name": ["write"]}},
        {"always": {"tool_names": ["write"], "read_only": True}},
        {"always": {}},
        {"always": {"tool_names": ["write"]}, "never": "always"},
        {"always": {"tool_names": ["write"]}, "write": "always"},
        {"Always": {"tool_names": ["write"]}},
    ],
    ids=str,
)
def test_whatever_is_misspelt_or_of_a_wrong_type_is_an_error_at_once(setting: Any) -> None:
    with pytest.raises(UserError, match="require_approval"):
        Shelf(require_approval=setting)
    with pytest.raises(UserError, match="require_approval"):
        MCPServerStdio({"command": "true"}, require_approval=setting)


@pytest.mark.spec("L7")
@pytest.mark.parametrize("sync", [True, False])
async def test_a_function_decides_for_each_tool(sync: bool) -> None:
    seen: list[tuple[Any, str, str]] = []

    def decide(ctx: Any, agent: Any, tool: MCPTool) -> bool:
        seen.append((ctx.context, agent.name, tool.name))
        return tool.name == "write"

    async def decide_later(ctx: Any, agent: Any, tool: MCPTool) -> bool:
        return decide(ctx, agent, tool)

    server = Shelf("read", "write", require_approval=decide if sync else decide_later)
    calls = [call("read", call_id="call_1"), call("write", call_id="call_2")]
    agent = clerk(server, answers=[calls])
    result = await Runner.run(agent, "go", context="mine")
    assert [item.tool_name for item in result.interruptions] == ["write"]
    assert seen == [("mine", "Clerk", "read"), ("mine", "Clerk", "write")]


@pytest.mark.spec("L7")
async def test_a_function_that_raises_or_has_no_agent_means_that_a_person_is_asked() -> None:
    def decide(_ctx: Any, _agent: Any, _tool: MCPTool) -> bool:
        raise ValueError("who knows")

    assert await asked(decide, "write") == ["write"]
    assert read_policy(decide).of(listed("write"), None) is True


async def test_a_tool_that_is_named_and_not_there_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    await asked({"wriet": "always"}, "write")
    assert "require_approval names the tool 'wriet', which is not among those that it lists" in caplog.text
