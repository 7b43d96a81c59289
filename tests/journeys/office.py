"""An agent with a tool of every kind, and what its model asks of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from bot.agents import (
    Agent,
    ApplyPatchTool,
    FunctionTool,
    HostedMCPTool,
    LocalShell,
    ShellCommandRequest,
    ShellResult,
    ShellTool,
    WorkspaceEditor,
    function_tool,
    handoff,
)
from bot.agents.record.plain import Item
from bot.app.served import Served


@dataclass
class Office:
    """A support agent that works in `root`, and can ask and hand over to a billing expert.

    `refunded` are the orders that were refunded. `breaks` is how often the shell still breaks off, with its work done.
    """

    root: Path
    refunded: list[str] = field(default_factory=list[str])
    breaks: int = 0

    @property
    def served(self) -> Served:
        billing: Agent[None] = Agent("billing expert", tools=[self._refund()])
        support: Agent[None] = Agent(
            "support agent",
            tools=[
                ShellTool(executor=self._run, needs_approval=True),
                ApplyPatchTool(editor=WorkspaceEditor(self.root), needs_approval=True),
                HostedMCPTool(tool_config={"server_label": "wiki", "server_url": "https://wiki.example/mcp"}),
                billing.as_tool("ask_billing", "Ask about money", needs_approval=True),
            ],
            handoffs=[handoff(billing, needs_approval=True)],
        )
        return Served(support)

    async def _run(self, request: ShellCommandRequest) -> ShellResult:
        result = await LocalShell(self.root)(request)
        if self.breaks:
            self.breaks -= 1
            raise ConnectionResetError("the line went dead")
        return result

    def _refund(self) -> FunctionTool:
        @function_tool(needs_approval=True)
        async def refund(order: str) -> str:
            """Pay an order back."""
            self.refunded.append(order)
            return f"{order} is refunded"

        return refund


def runs(*commands: str, **limits: JsonValue) -> Item:
    """The model asks for commands."""
    action: dict[str, JsonValue] = {"commands": list(commands), **limits}
    return {"type": "shell_call", "id": "sh_1", "call_id": "call_sh", "status": "completed", "action": action}


def patches(path: str, diff: str, *, type: str = "update_file") -> Item:
    """The model asks for a change to a file."""
    operation: dict[str, JsonValue] = {"type": type, "path": path, "diff": diff}
    return {
        "type": "apply_patch_call",
        "id": "apc_1",
        "call_id": "call_patch",
        "status": "completed",
        "operation": operation,
    }


def asks_the_wiki(tool: str, arguments: str) -> Item:
    """The provider asks whether it may call a tool of the MCP server."""
    return {
        "type": "mcp_approval_request",
        "id": "mcpr_1",
        "server_label": "wiki",
        "name": tool,
        "arguments": arguments,
    }
