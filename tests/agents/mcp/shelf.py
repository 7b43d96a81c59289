"""A server in this process, as people write one who have tools of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from bot.agents import Agent
from bot.agents.mcp import MCPConfig, MCPPrompts, MCPPromptText, MCPResult, MCPServer, MCPTool, RequireApproval
from bot.agents.testing import Answer, ScriptedModel
from bot.agents.tools.tool import AnyContext


class Shelf(MCPServer):
    """Lists `tools`, and notes what is called in `called`; with `away` it can neither be opened nor asked."""

    def __init__(
        self, *tools: str | MCPTool, name: str = "shelf", require_approval: RequireApproval = None, away: bool = False
    ) -> None:
        super().__init__(require_approval=require_approval)
        self._name = name
        self.tools = [listed(tool) if isinstance(tool, str) else tool for tool in tools]
        self.called: list[str] = []
        self.away = away
        self.openings: list[str] = []

    @property
    def name(self) -> str:
        return self._name

    async def connect(self) -> None:
        self.openings.append("opened")
        if self.away:
            raise ConnectionRefusedError("nobody there")

    async def cleanup(self) -> None:
        self.openings.append("closed")

    async def list_tools(self, run_context: AnyContext | None = None, agent: Any = None) -> Sequence[MCPTool]:  # noqa: ARG002
        if self.away:
            raise ConnectionRefusedError("nobody there")
        return self.tools

    async def call_tool(
        self,
        tool_name: str,
        arguments: dict[str, JsonValue] | None,  # noqa: ARG002
        meta: Mapping[str, JsonValue] | None = None,  # noqa: ARG002
    ) -> MCPResult:
        self.called.append(tool_name)
        return MCPResult(content=[{"type": "text", "text": f"{tool_name} of {self.name}"}])

    async def list_prompts(self) -> MCPPrompts:
        return MCPPrompts(prompts=[])

    async def get_prompt(self, name: str, arguments: Mapping[str, str] | None = None) -> MCPPromptText:  # noqa: ARG002
        return MCPPromptText(messages=[])


def listed(name: str, *, description: str = "", schema: Mapping[str, JsonValue] | None = None) -> MCPTool:
    """A tool, without arguments unless it has a schema."""
    usual: dict[str, JsonValue] = {"type": "object", "properties": {}}
    return MCPTool(name=name, description=description, input_schema=usual if schema is None else schema)


def clerk(
    *servers: MCPServer,
    answers: Sequence[Answer] = (),
    config: MCPConfig | None = None,
    model: ScriptedModel | None = None,
) -> Agent[Any]:
    """An agent with these servers, whose model says these answers."""
    return Agent("Clerk", mcp_servers=list(servers), mcp_config=config or {}, model=model or ScriptedModel(answers))
