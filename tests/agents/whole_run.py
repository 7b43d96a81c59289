"""A run with a call of every kind, each in another state, and all that can be kept of a run."""

from __future__ import annotations

from typing import Any

from bot.agents import (
    Agent,
    ApplyPatchTool,
    HandoffInputData,
    HostedMCPTool,
    ShellTool,
    handoff,
)
from bot.agents.tools.tool import FunctionTool
from tests.agents.effects import Effects


def office(effects: Effects, model: Any = None) -> Agent[Any]:
    """The agents of the golden files of every kind; whatever runs is in `effects`."""

    async def execute(_: object) -> str:
        effects.append("shell")
        return "listed"

    async def patched(operation: object) -> str:  # noqa: ARG001
        effects.append("apply_patch")
        return "patched"

    class Editor:
        create_file = update_file = delete_file = staticmethod(patched)

    async def on_shelf(_: object, arguments: str) -> str:
        effects.append(f"shelf {arguments}")
        return "read"

    shelf = FunctionTool(
        name="shelf_read",
        description="",
        kind="mcp_local",
        server="shelf",
        raw_name="read",
        params_json_schema={"type": "object"},
        on_invoke_tool=on_shelf,
        needs_approval=True,
    )
    expert = Agent[Any]("expert", tools=[effects.tool("refund", needs_approval=True)], model=model)
    tools = [
        effects.tool("delete", needs_approval=True, risk="high"),
        effects.tool("count", idempotent=True),
        ShellTool(executor=execute, needs_approval=True),
        ApplyPatchTool(Editor(), needs_approval=True),
        HostedMCPTool(tool_config={"type": "mcp", "server_label": "files"}),
        shelf,
        expert.as_tool("ask_expert", "Asks.", needs_approval=True),
    ]
    return Agent[Any]("desk", tools=tools, model=model)


def offices(effects: Effects, model: Any = None) -> Agent[Any]:
    """A front that hands over to the desk, which sees the last item only."""

    def last(data: HandoffInputData) -> HandoffInputData:
        return data.clone(input_history=data.input_history[-1:], pre_handoff_items=(), new_items=())

    desk = office(effects, model)
    return Agent[Any]("front", handoffs=[handoff(desk, input_filter=last)], model=model)
