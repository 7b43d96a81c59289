"""The one loop: bring a run as far as it can go, whether it is fresh, resumed, or found after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.agents.agent import Agent
from bot.agents.call import Call, Decided, Decision
from bot.agents.checkpoint import checkpoint
from bot.agents.context import RunContextWrapper, ToolContext
from bot.agents.errors import UserError
from bot.agents.execution import Outcome, invoke, objection, output_item
from bot.agents.gate import let_through, rejection_text
from bot.agents.hooks import RunHooks
from bot.agents.items import Agents, agent_of, items_of_turn, response_item
from bot.agents.journal import Journal
from bot.agents.models.choice import model_of
from bot.agents.models.interface import ModelRequest
from bot.agents.people import Actor, Origin
from bot.agents.plain import Item
from bot.agents.reading import MOST_CALLS, read_calls, unaltered
from bot.agents.run_config import RunConfig
from bot.agents.stream_events import (
    AgentUpdatedStreamEvent,
    RawResponsesStreamEvent,
    RunItemStreamEvent,
    StreamEvent,
    item_event,
)
from bot.agents.tool import FunctionTool
from bot.agents.tree import DEFAULT_MAX_TURNS, Ended, RunTree, output_text
from bot.agents.turn import Response, Turn

CANCEL_GRACE = timedelta(seconds=10)
"""How long a call that runs may go on after the run was cancelled."""

_CANCELLED = "The run was cancelled, so this call was not made."
_CANCELLED_MIDWAY = "The run was cancelled while this call ran; whether it was carried out is not known."
_MARKED_DONE = "Somebody looked, and says that this call was carried out."


async def _no_context(_: Origin | None) -> None:
    """An app that has no object of its own."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """All that a run needs beside its state: who takes part, what tools see, how it is kept, and who is told.

    `history` is the conversation before this run. `context` gives what tools see as `ctx.context`, for whoever asked.
    With `tell` the model's answers are streamed, and every event is told.
    """

    agents: Agents
    config: RunConfig = field(default_factory=RunConfig)
    hooks: RunHooks[Any] | None = None
    context: Callable[[Origin | None], Awaitable[Any]] = _no_context
    history: Sequence[Item] = ()
    journal: Journal = field(default_factory=Journal)
    tell: Callable[[StreamEvent], None] | None = None
    cancel_grace: timedelta = CANCEL_GRACE
    more_turns: int = DEFAULT_MAX_TURNS


async def drive(run: RunTree, setting: Setting) -> None:
    """Go on with `run` until it has ended, waits for a person, is at its limit of turns, or is told to stop.

    `run` changes in place, and is saved at each step. What a hook, the model or a tool without
    `failure_error_function` raises comes through, with everything that was done before it in `run`.
    """
    driver = _Driver(run, setting)
    try:
        await driver.go()
    finally:
        await driver.leave()


class _Driver:
    """A run while it is driven: what is under way, and what came for it."""

    def __init__(self, run: RunTree, setting: Setting) -> None:
        self.run = run
        self.setting = setting
        self.journal = setting.journal
        self.model_task: asyncio.Task[Response] | None = None
        self.bodies: dict[asyncio.Task[Outcome], Call] = {}
        self.unsaved = False
        self.cancelled = False
        self.cancelled_by: Actor | None = None
        self.messages = list(run.turns[-1].input) if run.turns and run.turns[-1].response is None else []
        self.by_call_id = {call.call_id: call for call in reversed(list(run.calls))}
        self.contexts: dict[Origin | None, Any] = {}

    async def go(self) -> None:
        if self.run.ended:
            return None
        await self.find_broken_off()
        await self.take_in()
        while not self.run.ended:
            if self.journal.moved.is_set():
                await self.take_in()
            if self.cancelled:
                return await self.wind_down(self.cancelled_by)
            if await self.settle() or self.under_way:
                await self.wait()
            elif self.journal.stopping.is_set():
                return await self.save_if_needed()
            elif self.run.waiting or self.run.at_limit:
                await self.save_if_needed()
                if not await self.take_in():
                    return None
            else:
                await self.ask_model()
        return None

    @property
    def under_way(self) -> bool:
        return bool(self.bodies or self.model_task)

    @property
    def turn(self) -> Turn | None:
        return self.run.turns[-1] if self.run.turns else None

    @property
    def calls(self) -> list[Call]:
        return self.turn.calls if self.turn else []

    # What came from outside

    async def take_in(self) -> bool:
        """Apply what came; true when something changed for the run."""
        self.journal.moved.clear()
        incoming = await self.journal.incoming()
        if incoming.cancelled_by:
            self.cancelled, self.cancelled_by = True, incoming.cancelled_by
        if incoming.messages:
            known = {message.id for turn in self.run.turns for message in [*turn.input, *self.messages]}
            self.messages += [message for message in incoming.messages if message.id not in known]
        applied = [decided for decided in incoming.decisions if self.apply(decided)]
        return bool(applied or self.cancelled)

    def apply(self, decided: Decided) -> bool:
        """Let a decision count for the call that it names, as it stands now; the limit of turns has a path too."""
        call = next((call for call in self.calls if call.answers(decided)), None)
        if call:
            call.decision = decided.decision
            return True
        if decided.path != f"t{self.run.current_turn}" or not self.run.at_limit or self.run.max_turns is None:
            return False
        if decided.decision.verdict == "approve":
            self.run.max_turns += self.setting.more_turns
            self.unsaved = True
        else:
            self.cancelled, self.cancelled_by = True, decided.decision.by
        return True

    async def find_broken_off(self) -> None:
        """What was under way when an earlier driver died: repeated where that is safe, else a person is asked."""
        for call in self.calls:
            if call.status == "started" and not call.over:
                tool = self.tool_of(call)
                if tool and tool.idempotent:
                    call.become("allowed")
                else:
                    call.need_person("unknown")
                self.unsaved = True

    # The calls of the turn

    async def settle(self) -> bool:
        """Let through, refuse and start whatever can be; true when something was started or has ended."""
        fresh = [call for call in self.calls if call.status == "new" and not call.over]
        for call in fresh:
            await self.gate(call)
        ended = [call for call in self.calls if await self.apply_decision(call)]
        ready = [call for call in self.calls if call.status == "allowed" and not call.over]
        self.unsaved = self.unsaved or bool(fresh or ended)
        if ready and not self.journal.stopping.is_set():
            await self.start(ready)
        await self.save_if_needed()
        await self.tell_ended(ended)
        return bool(ready and self.bodies)

    async def gate(self, call: Call) -> None:
        tool = self.tool_of(call)
        if tool is None or len(self.calls) > MOST_CALLS:
            return self.refuse_unmade(call, tool)
        await let_through(self.run, call, tool, await self.context(call), self.setting.config.gate)
        if call.status == "allowed" and (reason := objection(tool, call)):
            self.end(call, Outcome("failed", reason, "InvalidArguments"))
        return None

    def refuse_unmade(self, call: Call, tool: FunctionTool | None) -> None:
        reason = objection(None, call) if tool is None else None
        too_many = f"A response may ask for at most {MOST_CALLS} calls, so none was made. Ask for fewer at a time."
        self.end(call, Outcome("failed", reason or too_many, "NotPerformed"))

    async def apply_decision(self, call: Call) -> bool:
        """Do what the decision on a call says; true when the call is over by that."""
        decision = call.decision
        if call.over or decision is None or call.status not in ("new", "pending", "unknown", "allowed"):
            return False
        match decision.verdict:
            case "approve":
                if call.status != "allowed":
                    call.become("allowed")
                    self.unsaved = True
                return False
            case "reject":
                text = await rejection_text(call, await self.context(call), self.setting.config.tool_error_formatter)
                call.become("refused")
                call.output = output_item(call, text)
                return True
            case "done":
                call.become("done")
                call.output = output_item(call, decision.message or _MARKED_DONE)
                return True

    async def start(self, ready: Sequence[Call]) -> None:
        """Note all of them as started, in one save, and only then begin their bodies."""
        found = [(call, self.tool_to_start(call)) for call in ready]
        going: list[tuple[Call, FunctionTool, ToolContext[Any]]] = []
        for call, tool in found:
            if reason := objection(tool, call):
                self.end(call, Outcome("failed", reason, "InvalidArguments"))
                continue
            ctx = await self.tool_context(call)
            for hooks in self.hooks(call.agent):
                await hooks.on_tool_start(ctx, self.agent(call.agent), tool)
            going.append((call, tool, ctx))
        self.journal.may_start()
        for call, _, _ in going:
            call.become("started")
            call.started_at = datetime.now(UTC)
        checkpoint("calls about to start")
        await self.save()
        checkpoint("started saved")
        self.journal.may_start()  # the save may have taken long: another may be the holder by now
        for call, tool, ctx in going:
            self.bodies[asyncio.create_task(invoke(tool, call, ctx))] = call

    def tool_to_start(self, call: Call) -> FunctionTool:
        tool = self.tool_of(call)
        if tool is None:
            raise UserError(f"The tool {call.tool} of agent {call.agent} was approved, and is not there any more.")
        if not unaltered(call):
            raise UserError(f"The call of {call.tool} ({call.path}) is not the one that was decided: it was altered.")
        return tool

    async def wait(self) -> None:
        """Until a call or the model's answer has ended, or something came."""
        if not self.under_way:
            return
        moved = asyncio.create_task(self.journal.moved.wait())
        tasks: list[asyncio.Task[Any]] = [*self.bodies, *([self.model_task] if self.model_task else []), moved]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
        await self.calls_ended([task for task in self.bodies if task in ended])
        if self.model_task in ended:
            await self.answered()

    async def calls_ended(self, tasks: Sequence[asyncio.Task[Outcome]]) -> None:
        """Keep what came of calls before anything else is done with it."""
        if not tasks:
            return
        checkpoint("body done")
        outcomes = [(self.bodies.pop(task), task.result()) for task in tasks]
        for call, outcome in outcomes:
            self.end(call, outcome)
        await self.save()
        checkpoint("call ended saved")
        await self.tell_ended([call for call, _ in outcomes if call.over])
        for call, outcome in outcomes:
            if outcome.status == "done" and (tool := self.tool_of(call)):
                ctx = await self.tool_context(call)
                for hooks in self.hooks(call.agent):
                    await hooks.on_tool_end(ctx, self.agent(call.agent), tool, outcome.text)
        for _, outcome in outcomes:
            if outcome.error:
                raise outcome.error

    def end(self, call: Call, outcome: Outcome) -> None:
        """Write an outcome into the record of its call."""
        call.ended_at = datetime.now(UTC)
        call.error = outcome.error_class
        if outcome.status == "unknown":
            return call.need_person("unknown")
        call.become(outcome.status)
        call.output = output_item(call, outcome.text)
        self.unsaved = True
        return None

    async def tell_ended(self, calls: Iterable[Call]) -> None:
        if self.setting.tell and self.turn:
            outputs = [call.output for call in calls]
            for item in items_of_turn(self.turn, self.setting.agents):
                if item.type == "tool_call_output_item" and item.raw_item in outputs:
                    self.setting.tell(item_event(item))

    # The model

    async def ask_model(self) -> None:
        """Ask for the next turn; what people said meanwhile goes into it."""
        await self.take_in()
        if self.cancelled:
            return
        agent = self.agent(self.run.agent)
        if self.turn is None or self.turn.response:
            self.run.turns.append(Turn(agent=agent.name))
        turn = self.run.turns[-1]
        turn.input = list(self.messages)
        ctx = await self.run_context()
        if len(self.run.turns) == 1:
            for hooks in self.hooks(agent.name):
                await hooks.on_agent_start(ctx, agent)
            self.tell(AgentUpdatedStreamEvent(agent))
        config = self.setting.config
        request = ModelRequest(
            input=[*self.setting.history, *self.run.items],
            instructions=await agent.get_system_prompt(ctx),
            tools=agent.tools,
            settings=agent.model_settings.resolve(config.model_settings),
        )
        for hooks in self.hooks(agent.name):
            await hooks.on_llm_start(ctx, agent, request.instructions, request.input)
        checkpoint("model asked")
        self.model_task = asyncio.create_task(self.response_to(request, agent))

    async def response_to(self, request: ModelRequest, agent: Agent[Any]) -> Response:
        model = model_of(agent, self.setting.config)
        if self.setting.tell is None:
            return await model.get_response(request)
        async for event in model.stream_response(request):
            if isinstance(event, Response):
                return event
            self.setting.tell(RawResponsesStreamEvent(event))
        raise UserError(f"The model of {agent.name} ended its stream without a response.")

    async def answered(self) -> None:
        """Keep a whole response; only then do its calls exist."""
        task, self.model_task = self.model_task, None
        if task is None or self.turn is None:
            return
        response, turn = task.result(), self.turn
        agent = self.agent(turn.agent)
        calls = read_calls(response, agent, turn=len(self.run.turns) - 1, earlier=self.by_call_id)
        turn.response, turn.calls = response, calls
        self.by_call_id.update({call.call_id: call for call in calls if not call.replay_of})
        self.messages = []
        if not calls:
            self.run.ended = Ended(how="done", at=datetime.now(UTC))
        await self.save()
        checkpoint("response saved")
        ctx = await self.run_context()
        for place, raw in enumerate(response.output):
            if not any(call.replay_of and call.item == place for call in calls):
                self.tell(item_event(response_item(raw, agent)))
        for hooks in self.hooks(agent.name):
            await hooks.on_llm_end(ctx, agent, response)
        if self.run.ended:
            for hooks in self.hooks(agent.name):
                await hooks.on_agent_end(ctx, agent, output_text(response.output))

    # The end

    async def wind_down(self, by: Actor | None) -> None:
        """Cancelled: nothing is begun any more, and every call gets an output, so that the history stays paired."""
        if self.model_task:
            self.model_task.cancel()
            await asyncio.gather(self.model_task, return_exceptions=True)
            self.model_task = None
        for call in self.calls:
            if not call.over and call not in self.bodies.values():
                self.cancel(call, by)
        if self.bodies:
            await self.save()
            ended, running = await asyncio.wait(self.bodies, timeout=self.setting.cancel_grace.total_seconds())
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running, timeout=1)
            for task in ended:
                self.end_cancelled(self.bodies[task], task.result())
            for task in running:
                self.end_cancelled(self.bodies[task], Outcome("unknown", error_class="Cancelled"))
            self.bodies.clear()
        self.drop_unasked_turn()
        self.run.ended = Ended(how="cancelled", by=by, at=datetime.now(UTC))
        await self.save()

    def cancel(self, call: Call, by: Actor | None) -> None:
        midway = call.status in ("unknown", "started")
        call.decision = Decision(verdict="reject", source="cancel", by=by, at=datetime.now(UTC))
        if not midway:
            call.become("refused")
        call.output = output_item(call, _CANCELLED_MIDWAY if midway else _CANCELLED)

    def end_cancelled(self, call: Call, outcome: Outcome) -> None:
        self.end(call, outcome)
        if not call.over:
            call.output = output_item(call, _CANCELLED_MIDWAY)

    def drop_unasked_turn(self) -> None:
        """What was said and not answered stays in the run; a turn in which nothing was said goes."""
        if self.turn and self.turn.response is None:
            self.turn.input = list(self.messages)
            if not self.turn.input:
                self.run.turns.pop()

    async def leave(self) -> None:
        """End what is under way here. A record that says `started` is found by the next driver."""
        left: list[asyncio.Task[Any]] = [*self.bodies, *([self.model_task] if self.model_task else [])]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    # Small things

    async def save(self) -> None:
        self.unsaved = False
        await self.journal.save(self.run)

    async def save_if_needed(self) -> None:
        if self.unsaved:
            await self.save()

    def tell(self, event: AgentUpdatedStreamEvent | RunItemStreamEvent) -> None:
        if self.setting.tell:
            self.setting.tell(event)

    def agent(self, name: str) -> Agent[Any]:
        return agent_of(name, self.setting.agents)

    def tool_of(self, call: Call) -> FunctionTool | None:
        agent = self.setting.agents.get(call.agent)
        return agent.tool(call.tool) if agent and call.kind == "function" else None

    def hooks(self, agent: str) -> list[RunHooks[Any]]:
        found = [self.setting.hooks, self.agent(agent).hooks]
        return [hooks for hooks in found if hooks]

    async def app_context(self, origin: Origin | None) -> Any:
        if origin not in self.contexts:
            self.contexts[origin] = await self.setting.context(origin)
        return self.contexts[origin]

    async def run_context(self) -> RunContextWrapper[Any]:
        origin = self.run.origins[-1] if self.run.origins else None
        return RunContextWrapper(context=await self.app_context(origin), origin=origin, run=self.run)

    async def context(self, call: Call) -> RunContextWrapper[Any]:
        origin = self.run.origin_of(call)
        return RunContextWrapper(context=await self.app_context(origin), origin=origin, run=self.run)

    async def tool_context(self, call: Call) -> ToolContext[Any]:
        origin = self.run.origin_of(call)
        return ToolContext(
            context=await self.app_context(origin),
            origin=origin,
            run=self.run,
            tool_name=call.tool,
            tool_call_id=call.call_id,
            tool_arguments=call.arguments.text,
            path=call.path,
            approval=call.approval,
        )
