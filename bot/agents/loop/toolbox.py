"""The tools that an agent has at one moment, and which of them a call means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.agents.agent import Agent
from bot.agents.context import RunContextWrapper
from bot.agents.errors import UserError
from bot.agents.mcp.tools import load_mcp_tools
from bot.agents.record.decision import Kind
from bot.agents.record.forms import FORMS, asks_for
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call
from bot.agents.tools.tool import CallableTool, Tool, check_labels, offered

_FUNCTIONS: tuple[Kind, ...] = ("function", "agent", "handoff", "mcp_local")
"""What the model calls as a function."""


@dataclass(frozen=True)
class Toolbox:
    """`tools` are all of them, `offered` those that the model may call now. `missing` says what could not be loaded."""

    tools: Sequence[Tool]
    offered: Sequence[Tool]
    missing: str = ""

    @property
    def changing(self) -> bool:
        """Whether what is offered depends on the moment."""
        return any(isinstance(tool, CallableTool) and callable(tool.is_enabled) for tool in self.tools)

    def for_item(self, raw: Item) -> CallableTool | None:
        """The tool that an item of a response asks for."""
        kind = asks_for(raw)
        if kind is None:
            return None
        name, server = FORMS[kind].name(raw), FORMS[kind].server(raw)
        for tool in self.offered:
            if isinstance(tool, CallableTool) and _means(tool, kind, name, server):
                return tool
        return None

    def for_call(self, call: Call) -> CallableTool | None:
        """The tool that a record means: of the same kind, name and server, and the same one there."""
        for tool in self.tools:
            if isinstance(tool, CallableTool) and _same(tool, call):
                return tool
        return None


async def toolbox(agent: Agent[Any], ctx: RunContextWrapper[Any]) -> Toolbox:
    """All tools of an agent, with those of its MCP servers. Raises `UserError` when one of these cannot be reached."""
    tools = [*agent.tools, *agent.handoff_tools, *(await load_mcp_tools(agent, ctx) if agent.mcp_servers else ())]
    _check_names(agent, tools)
    return Toolbox(tools, [tool for tool in tools if await offered(tool, ctx, agent)])


def static_toolbox(agent: Agent[Any], missing: str = "") -> Toolbox:
    """What an agent has whatever becomes of its MCP servers. Raises `UserError` for a name twice."""
    tools = [*agent.tools, *agent.handoff_tools]
    _check_names(agent, tools)
    return Toolbox(tools, [tool for tool in tools if not isinstance(tool, CallableTool) or tool.is_enabled], missing)


def _check_names(agent: Agent[Any], tools: Sequence[Tool]) -> None:
    """Tools may have been added since the agent was made, and servers bring theirs. Raises `UserError`."""
    names = [tool.name for tool in tools if isinstance(tool, CallableTool) and tool.kind in _FUNCTIONS]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise UserError(f"Agent {agent.name} has several tools called {', '.join(twice)}. Rename one of them.")
    check_labels(agent.name, tools)


def _means(tool: CallableTool, kind: Kind, name: str, server: str | None) -> bool:
    match kind:
        case "function":
            return tool.kind in _FUNCTIONS and tool.name == name
        case "mcp_hosted":
            return tool.kind == kind and tool.server == server
        case "local_shell":
            return tool.kind == "shell"
        case _:
            return tool.kind == kind


def _same(tool: CallableTool, call: Call) -> bool:
    match call.kind:
        case "mcp_hosted":
            return tool.kind == call.kind and tool.server == call.server
        case "local_shell":
            return tool.kind == "shell"
        case "shell" | "apply_patch":
            return tool.kind == call.kind
        case _:
            known_as = (tool.kind, tool.server, tool.name, tool.raw_name or tool.name)
            return known_as == (call.kind, call.server, call.tool, call.raw_tool or call.tool)
