"""A run while it is driven: its state, what is under way, and what came for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.agents.agent import Agent
from bot.agents.app_code import app_code
from bot.agents.context import RunContextWrapper, ToolContext
from bot.agents.execution import Outcome
from bot.agents.hooks import RunHooks
from bot.agents.items import agent_of
from bot.agents.message import Message, Response
from bot.agents.people import Actor, Origin
from bot.agents.setting import Setting
from bot.agents.stream_events import StreamEvent
from bot.agents.tool import FunctionTool
from bot.agents.tree import Call, RunTree, Turn


class Live:
    """What the parts of the loop share. `messages` are those that go into the turn that is asked for next.

    `failures` are raised once no body runs any more: what fails takes nothing from the calls beside it.
    """

    def __init__(self, run: RunTree, setting: Setting) -> None:
        self.run = run
        self.setting = setting
        self.asking: asyncio.Task[Response] | None = None
        self.bodies: dict[asyncio.Task[Outcome], Call] = {}
        self.cancelled = False
        self.cancelled_by: Actor | None = None
        self.unsaved = False
        self.failures: list[Exception] = []
        self._moved: asyncio.Task[Any] | None = None
        self.messages: list[Message] = list(self.turn.input) if self.turn and not self.turn.response else []
        self.by_call_id = {call.call_id: call for call in reversed(list(run.calls))}
        self._contexts: dict[Origin | None, Any] = {}

    @property
    def turn(self) -> Turn | None:
        """The last turn, which is the only one that changes."""
        return self.run.turns[-1] if self.run.turns else None

    @property
    def calls(self) -> list[Call]:
        """The calls of the last turn."""
        return self.turn.calls if self.turn else []

    @property
    def under_way(self) -> list[asyncio.Task[Any]]:
        """What will end by itself."""
        return [*self.bodies, *([self.asking] if self.asking else [])]

    @property
    def moved(self) -> asyncio.Task[Any]:
        """What ends when something came from outside; one for as long as nothing does."""
        if self._moved is None or self._moved.done():
            self._moved = asyncio.create_task(self.setting.journal.moved.wait())
        return self._moved

    async def save(self) -> None:
        self.unsaved = False
        await self.setting.journal.save(self.run)

    async def save_if_needed(self) -> None:
        if self.unsaved:
            await self.save()

    def tell(self, event: StreamEvent) -> None:
        if self.setting.tell:
            self.setting.tell(event)

    def agent(self, name: str) -> Agent[Any]:
        return agent_of(name, self.setting.agents)

    def tool(self, call: Call) -> FunctionTool | None:
        """The tool that a call means, as its agent has it now."""
        agent = self.setting.agents.get(call.agent)
        return agent.tool(call.tool) if agent and call.kind == "function" else None

    async def tell_hooks(self, agent: str, tell: Callable[[RunHooks[Any]], Awaitable[None]]) -> None:
        """Call a hook of the run, and that of the agent."""
        for hooks in (self.setting.hooks, self.agent(agent).hooks):
            if hooks:
                async with app_code("A hook", self.setting.journal):
                    await tell(hooks)

    async def context(self, call: Call | None = None) -> RunContextWrapper[Any]:
        """What rules are given of a call, and hooks and instructions of the run: who asked last."""
        origin = self.run.origin_of(call)
        return RunContextWrapper(context=await self._app_context(origin), origin=origin, run=self.run)

    async def tool_context(self, call: Call) -> ToolContext[Any]:
        """What the body of a call is given."""
        origin = self.run.origin_of(call)
        return ToolContext(
            context=await self._app_context(origin),
            origin=origin,
            run=self.run,
            tool_name=call.tool,
            tool_call_id=call.call_id,
            tool_arguments=call.arguments.text,
            path=call.path,
            approval=call.approval,
        )

    async def _app_context(self, origin: Origin | None) -> Any:
        if origin not in self._contexts:
            async with app_code("The function that makes the context", self.setting.journal):
                self._contexts[origin] = await self.setting.context(origin)
        return self._contexts[origin]
