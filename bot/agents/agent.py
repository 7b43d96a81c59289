"""An agent: a name, instructions, a model and tools."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Generic

from bot.agents.context import RunContextWrapper, TContext
from bot.agents.errors import UserError
from bot.agents.hooks import AgentHooks
from bot.agents.model_settings import ModelSettings
from bot.agents.models.interface import Model
from bot.agents.tool import FunctionTool

Instructions = str | Callable[[RunContextWrapper[Any], "Agent[Any]"], str | Awaitable[str]]


@dataclass(frozen=True, eq=False)
class Agent(Generic[TContext]):
    """Who answers. `instructions` may be a function of the context and the agent; tools have names of their own.

    `Agent[MyContext]` says what type `ctx.context` has in its tools and hooks. Raises `UserError` when it cannot work.
    """

    name: str
    _: KW_ONLY
    instructions: Instructions | None = None
    tools: Sequence[FunctionTool] = ()
    model: str | Model | None = None
    model_settings: ModelSettings = field(default_factory=ModelSettings)
    hooks: AgentHooks[TContext] | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise UserError("An agent needs a name.")
        names = [tool.name for tool in self.tools]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise UserError(f"Agent {self.name} has several tools called {', '.join(twice)}. Rename one of them.")
        instructions = self.instructions
        if not (instructions is None or isinstance(instructions, str) or callable(instructions)):
            raise UserError(f"The instructions of {self.name} must be text, or a function that gives text.")

    def clone(self, **changes: Any) -> Agent[TContext]:
        """The same agent with these fields changed."""
        return replace(self, **changes)

    def tool(self, name: str) -> FunctionTool | None:
        """The tool of that name."""
        return next((tool for tool in self.tools if tool.name == name), None)

    async def get_system_prompt(self, ctx: RunContextWrapper[TContext]) -> str | None:
        """The instructions for this context."""
        if not callable(self.instructions):
            return self.instructions
        told = self.instructions(ctx, self)
        return await told if inspect.isawaitable(told) else told


def registry(start: Agent[Any]) -> Mapping[str, Agent[Any]]:
    """Every agent that a run beginning with `start` may come to, by name."""
    return {start.name: start}
