"""Tools whose effects can be counted, an agent to give them to, and what to do with a run that waits."""

from __future__ import annotations

from typing import Any

from bot.agents import Agent, FunctionTool, RunItem, Runner, RunState, ToolCallOutputItem, function_tool
from bot.agents.models.interface import Model
from bot.agents.record.decision import Risk
from bot.agents.tools.tool import Rule


class Effects(list[str]):
    """What tools really did, in order."""

    def tool(
        self,
        name: str,
        *,
        needs_approval: bool | Rule = False,
        idempotent: bool = False,
        risk: Risk = "low",
        raises: Exception | None = None,
    ) -> FunctionTool:
        """A tool that notes each time its body runs, and then raises or says so."""

        @function_tool(name_override=name, needs_approval=needs_approval, idempotent=idempotent, risk=risk)
        async def body(order: str = "") -> str:
            self.append(f"{name} {order}".strip())
            if raises:
                raise raises
            return f"{name} {order}".strip() + ": done"

        return body


def desk(model: Model, *tools: FunctionTool, name: str = "desk") -> Agent[Any]:
    """An agent with these tools."""
    return Agent[Any](name, tools=tools, model=model)


async def paused(agent: Agent[Any], asked: str = "Please do it.") -> RunState:
    """The state of a new run that waits for a person."""
    result = await Runner.run(agent, asked)
    assert result.interruptions
    assert result.final_output is None
    return result.to_state()


async def stored(agent: Agent[Any], state: RunState) -> RunState:
    """The state as another process would load it."""
    return await RunState.from_string(agent, state.to_string())


def approve_all(state: RunState) -> RunState:
    """The state, with everything approved that waits."""
    for interruption in state.get_interruptions():
        state.approve(interruption)
    return state


def outputs(items: list[RunItem]) -> list[str]:
    """What the model reads of its calls, in order."""
    return [item.output for item in items if isinstance(item, ToolCallOutputItem)]
