"""Where an app can watch a run. A hook that raises ends the run with its error; what was done is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic

from bot.agents.context import RunContextWrapper, TContext
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.tools.tool import CallableTool


class RunHooks(Generic[TContext]):
    """Called over the whole run, whichever agent is at work; override what you need. `agent` is the `Agent`."""

    async def on_agent_start(self, context: RunContextWrapper[TContext], agent: Any) -> None:
        """Before an agent's first turn."""

    async def on_agent_end(self, context: RunContextWrapper[TContext], agent: Any, output: Any) -> None:
        """After the answer is saved."""

    async def on_llm_start(
        self, context: RunContextWrapper[TContext], agent: Any, system_prompt: str | None, input_items: Sequence[Item]
    ) -> None:
        """Before the model is asked."""

    async def on_llm_end(self, context: RunContextWrapper[TContext], agent: Any, response: Response) -> None:
        """After the response is saved."""

    async def on_handoff(self, context: RunContextWrapper[TContext], from_agent: Any, to_agent: Any) -> None:
        """After the run was given to another agent."""

    async def on_tool_start(self, context: RunContextWrapper[TContext], agent: Any, tool: CallableTool) -> None:
        """Before a call is noted as started: when this raises, the call has not been made."""

    async def on_tool_end(
        self, context: RunContextWrapper[TContext], agent: Any, tool: CallableTool, result: str
    ) -> None:
        """After a call's output is saved; `context` is the call's `ToolContext`."""


class AgentHooks(RunHooks[TContext]):
    """The same for one agent, with `on_start` and `on_end`; `on_handoff` is told when the run is given to it."""

    async def on_start(self, context: RunContextWrapper[TContext], agent: Any) -> None:
        """Before the agent's first turn."""

    async def on_end(self, context: RunContextWrapper[TContext], agent: Any, output: Any) -> None:
        """After the answer is saved."""

    async def on_handoff(self, context: RunContextWrapper[TContext], agent: Any, source: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]: the names that people know
        """After the run was given to this agent by `source`."""

    async def on_agent_start(self, context: RunContextWrapper[TContext], agent: Any) -> None:
        await self.on_start(context, agent)

    async def on_agent_end(self, context: RunContextWrapper[TContext], agent: Any, output: Any) -> None:
        await self.on_end(context, agent, output)
