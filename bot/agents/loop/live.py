"""A run while it is driven: its state, what is under way, and what came for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeAlias

from bot.agents.agent import Agent
from bot.agents.context import RunContextWrapper, ToolContext
from bot.agents.errors import AgentsError
from bot.agents.hooks import RunHooks
from bot.agents.loop.app_code import app_code
from bot.agents.loop.execution import Outcome
from bot.agents.loop.journal import Incoming, Journal
from bot.agents.loop.setting import Setting
from bot.agents.loop.toolbox import Toolbox, static_toolbox, toolbox
from bot.agents.loop.within import agent_of
from bot.agents.record.guardrail_result import GuardrailResult
from bot.agents.record.message import Message, Response
from bot.agents.record.people import Actor, Origin
from bot.agents.record.tree import Call, RunTree, Turn
from bot.agents.spans import Spans
from bot.agents.stream_events import StreamEvent
from bot.agents.tools.tool import CallableTool

Drive: TypeAlias = Callable[[RunTree, Setting, str], Awaitable[None]]
"""The loop: go on with a run, in a setting, within the call at a path."""


class Live:
    """What the parts of the loop share. `messages` are those that go into the turn that is asked for next.

    `path` is that of the call that the run is within, or empty. `drive` is the loop, for the runs within this one, and
    `rested` are the calls whose runs have come as far as they can. `failures` are raised once no body runs any more:
    what fails takes nothing from the calls beside it. With `unkept` the keeper of the run has failed, and with
    `may_be_written` the session may have what it is given next.
    """

    def __init__(self, run: RunTree, setting: Setting, *, drive: Drive, path: str = "") -> None:
        self.run = run
        self.setting = setting
        self.spans = Spans(run, setting, path=path)
        self.drive = drive
        self.path = path
        self.asking: asyncio.Task[tuple[Response, list[GuardrailResult]]] | None = None
        self.bodies: dict[asyncio.Task[Outcome], Call] = {}
        self.cancelled = False
        self.cancelled_by: Actor | None = None
        self.unsaved = False
        self.unkept = False
        self.may_be_written = run.kept is not None and run.current_turn > 0
        self.rested: set[str] = set()
        self.within: dict[str, Journal] = {}
        self.failures: list[Exception] = []
        self._moved: asyncio.Task[Any] | None = None
        self.messages: list[Message] = list(self.turn.input) if self.turn and not self.turn.response else []
        self.messages += [queued for queued in run.queued if all(queued.id != known.id for known in self.messages)]
        self.by_call_id = {call.call_id: call for call in reversed(list(run.calls))}
        self._contexts: dict[Origin | None, Any] = {}
        self._boxes: dict[str, Toolbox] = {}

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
        with self.keeping():
            await self.setting.journal.save(self.run)

    def may_start(self) -> None:
        """Raises what the keeper of the run raises when nothing may begin."""
        with self.keeping():
            self.setting.journal.may_start()

    async def revoked(self) -> Sequence[str]:
        """The paths of what was decided for later calls as well and holds no longer."""
        with self.keeping():
            return await self.setting.journal.revoked()

    @contextmanager
    def keeping(self) -> Generator[None]:
        """Know of what is raised here that the keeper of the run has failed: nothing may be made of it."""
        try:
            yield
        except BaseException:
            self.unkept = True
            raise

    async def save_if_needed(self) -> None:
        if self.unsaved:
            await self.save()

    def raise_failure(self) -> None:
        """Raise what failed first, unless a body still runs."""
        if self.failures and not self.bodies:
            raise self.failures[0]

    def tell(self, event: StreamEvent) -> None:
        if self.setting.tell:
            self.setting.tell(event)

    def agent(self, name: str) -> Agent[Any]:
        return agent_of(name, self.setting.agents)

    async def open_toolbox(self, name: str) -> Toolbox:
        """The tools of an agent as they are now. Raises what its MCP servers raise."""
        agent = self.agent(name)
        self._boxes[name] = static_toolbox(agent)
        if self._boxes[name].changing or agent.mcp_servers:
            async with app_code(f"What says which tools {name} has", self.setting.journal):
                self._boxes[name] = await toolbox(agent, await self.context())
        return self._boxes[name]

    async def toolbox(self, name: str) -> Toolbox:
        """The tools that an agent was offered last."""
        return self._boxes.get(name) or await self.open_toolbox(name)

    async def know_tools(self) -> None:
        """Know what the open calls of the last turn mean, as far as that can be found out."""
        name = self.turn.agent if self.turn and self.turn.calls else ""
        if not name or name in self._boxes:
            return
        try:
            await self.open_toolbox(name)
        except AgentsError as error:
            self._boxes[name] = static_toolbox(self.agent(name), str(error))

    def tool(self, call: Call) -> CallableTool | None:
        """The tool that a call means, as its agent has it now."""
        box = self._boxes.get(call.agent)
        return box.for_call(call) if box and call.kind != "unknown" else None

    def missing(self, call: Call) -> str:
        """Why the tool of a call may be missing for now, or the empty text."""
        return self._boxes[call.agent].missing if call.kind == "mcp_local" and call.agent in self._boxes else ""

    def journal_within(self, call: Call) -> Journal:
        """For the run within a call: this run is saved in its place, and decisions come through this one."""
        mine = self.setting.journal

        async def save(_: RunTree) -> None:
            await self.save()

        async def incoming() -> Incoming:
            return Incoming(cancelled_by=self.cancelled_by or Actor(id="")) if self.cancelled else Incoming()

        journal = replace(
            mine,
            save=save,
            incoming=incoming,
            revoked=self.revoked,
            may_start=self.may_start,
            moved=asyncio.Event(),
        )
        self.within[call.path] = journal
        return journal

    def stir_within(self) -> None:
        """Let the runs within look at what came."""
        for journal in self.within.values():
            journal.moved.set()

    def has_hooks(self, agent: str) -> bool:
        """Whether anybody watches what an agent does."""
        return bool(self.setting.hooks or self.agent(agent).hooks)

    async def tell_hooks(self, agent: str | None, tell: Callable[[RunHooks[Any]], Awaitable[None]]) -> None:
        """Call a hook of the run, and that of the agent if one is meant."""
        for hooks in (self.setting.hooks, self.agent(agent).hooks if agent else None):
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
            tool_arguments=call.runs.text,
            path=call.path,
            agent=self.agent(call.agent),
            approval=call.approval,
            changed_to=call.digest[:16] if call.run_with is not None else "",
        )

    async def _app_context(self, origin: Origin | None) -> Any:
        if origin not in self._contexts:
            async with app_code("The function that makes the context", self.setting.journal):
                self._contexts[origin] = await self.setting.context(origin)
        return self._contexts[origin]
