"""Tools that keep account of what they did, for runs of a scripted model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.agents import Agent, FunctionTool, Origin, ToolContext, function_tool
from bot.app.served import Served


@dataclass
class Workshop:
    """An agent whose tools note what they did in `done`, in order.

    `hold` keeps `slow_deploy` from ending until it is set, and `begun` tells that it has begun. `breaks` is how often
    `shaky_deploy` still breaks off in the middle of its work. `contexts` is for whom a context was made.
    """

    done: list[str] = field(default_factory=list[str])
    secret: str = "s3cret-4711-never-shown"
    breaks: int = 1
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    contexts: list[str] = field(default_factory=list[str])

    @property
    def served(self) -> Served:
        return Served(Agent("Workshop", tools=self._tools()), context=self._context)

    def _context(self, origin: Origin) -> str:
        self.contexts.append(origin.name)
        return f"{origin.id} in {origin.channel}"

    def _tools(self) -> list[FunctionTool]:
        @function_tool(needs_approval=True)
        async def deploy(ctx: ToolContext[Any], to: str) -> str:
            """Deploy somewhere."""
            assert ctx.origin
            assert ctx.context == f"{ctx.origin.id} in {ctx.origin.channel}"
            self.done.append(f"{to} for {ctx.origin.name}")
            return f"deployed to {to}"

        @function_tool(needs_approval=True, risk="high", sensitive_output=True)
        async def make_secret() -> str:
            """Make a secret."""
            self.done.append(self.secret)
            return self.secret

        @function_tool(needs_approval=True)
        async def slow_deploy(to: str) -> str:
            """Deploy somewhere, and take time over it."""
            self.begun.set()
            await self.hold.wait()
            self.done.append(to)
            return f"slowly deployed to {to}"

        @function_tool(needs_approval=True)
        async def shaky_deploy(to: str) -> str:
            """Deploy somewhere, and perhaps break off midway."""
            self.done.append(to)
            if self.breaks:
                self.breaks -= 1
                raise ConnectionResetError("the line went dead")
            return f"deployed to {to} after all"

        @function_tool(needs_approval=True, timeout=0.2)
        async def late_deploy(to: str) -> str:
            """Deploy somewhere, and never come back."""
            self.done.append(to)
            await asyncio.Event().wait()
            return "never"

        @function_tool
        async def look() -> str:
            """Look around."""
            self.done.append("look")
            return "all is well"

        return [deploy, make_secret, slow_deploy, shaky_deploy, late_deploy, look]
