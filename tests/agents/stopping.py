"""Runs that stop and go on: a scenario, what it does to the world, and people who decide from outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from pydantic import JsonValue

from bot.agents import Agent, FunctionTool, NotPerformed, RunState, StreamEvent, ToolContext, function_tool
from bot.agents.agent import registry
from bot.agents.decision import Decided, Decision
from bot.agents.drive import drive
from bot.agents.journal import Incoming, Journal
from bot.agents.message import Response, text_message
from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.plain import Item
from bot.agents.setting import Setting
from bot.agents.testing import call, message
from bot.agents.tree import Call, Turn

Kind = Literal["free", "gated", "rule", "failing", "refusing", "broken", "repeatable"]
Stop = tuple[int, Literal["before", "after"]]
"""After how many saves the process dies, and whether that save still reached the store."""


@dataclass(frozen=True)
class Scenario:
    """What the model asks for in each turn, and which calls people approve, by path."""

    turns: Sequence[Sequence[Kind]]
    rejected: frozenset[str] = frozenset()
    at_once: int = 1

    def asked(self, turn: int) -> list[Item]:
        """The model's answer in that turn."""
        if turn >= len(self.turns):
            return [message("All done.")]
        kinds = enumerate(self.turns[turn])
        return [call(kind, {"order": f"t{turn}.c{n}"}, call_id=f"id-t{turn}.c{n}") for n, kind in kinds]

    def must_ask(self, kind: str, path: str) -> bool:
        """Whether a person must decide on that call before it is made."""
        return kind not in ("free", "failing") and (kind != "rule" or int(path[-1]) % 2 == 0)


class TurnModel:
    """Answers by the turns that it is shown, so that asking again gives the same answer."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    async def get_response(self, request: ModelRequest) -> Response:
        shown = {str(item["call_id"]).split(".")[0] for item in request.input if "call_id" in item}
        return Response(id=f"resp_{len(shown)}", output=self._scenario.asked(len(shown)))

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        yield {"type": "response.created", "sequence_number": 0}
        yield await self.get_response(request)


class Died(Exception):
    """The process ends here."""


@dataclass
class World:
    """What outlives the process: effects, the stored run, and what people decided."""

    scenario: Scenario
    effects: list[str] = field(default_factory=list[str])
    keys: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    stored: str = ""
    decided: list[Decided] = field(default_factory=list[Decided])
    unasked: list[str] = field(default_factory=list[str])

    @cached_property
    def agent(self) -> Agent[Any]:
        tools = [
            self._tool("free"),
            self._tool("gated", needs_approval=True),
            self._tool("rule", needs_approval=_every_other),
            self._tool("failing", raises=RuntimeError("failed")),
            self._tool("refusing", needs_approval=True, raises=NotPerformed("refused")),
            self._tool("broken", needs_approval=True, raises=RuntimeError("broken")),
            self._tool("repeatable", needs_approval=True, idempotent=True),
        ]
        return Agent[Any]("desk", tools=tools, model=TurnModel(self.scenario))

    def _tool(self, name: str, *, raises: Exception | None = None, **settings: Any) -> FunctionTool:
        @function_tool(name_override=name, **settings)
        async def body(ctx: ToolContext[Any], order: str) -> str:
            approved = {each.path for each in self.decided if each.decision.verdict == "approve"}
            if self.scenario.must_ask(name, order) and order not in approved:
                self.unasked.append(ctx.path)
            if not isinstance(raises, NotPerformed):
                self.effects.append(ctx.path)
                self.keys.setdefault(ctx.path, set()).add(ctx.idempotency_key)
            await asyncio.sleep(0)
            if raises:
                raise raises
            return f"{name} {order}: done"

        return body

    async def go_on(self, *, stop: Stop | None, events: list[StreamEvent] | None) -> RunState:
        """One process: it drives the stored run until it waits or ends, or dies at its stop."""
        agent, saves = self.agent, 0
        state = await RunState.from_string(agent, self.stored)

        async def save(_run: object) -> None:
            nonlocal saves
            saves += 1
            if stop == (saves, "before"):
                raise Died
            self.stored = state.to_string()
            if stop == (saves, "after"):
                raise Died

        async def incoming() -> Incoming:
            return Incoming(decisions=self.decided)

        journal = Journal(save=save, incoming=incoming)
        tell = None if events is None else events.append
        await drive(state, Setting(agents=registry(agent), journal=journal, tell=tell))
        return state

    def decide(self, waiting: Sequence[Call], outputs: dict[str, str]) -> None:
        """People decide some of what waits. Of a call that may have run they look whether it did."""
        for each in list(waiting)[-self.scenario.at_once :]:
            verdict, words = "approve", None
            if each.status == "pending" and each.path in self.scenario.rejected:
                verdict, words = "reject", f"Not {each.path}."
            elif each.status == "unknown" and each.path in self.effects:
                verdict, words = "done", outputs.get(each.path, f"{each.path} was looked at.")
            decision = Decision(verdict=verdict, message=words, at=datetime.now(UTC))
            self.decided.append(Decided(path=each.path, round=each.round, digest=each.digest, decision=decision))


async def lived_through(
    scenario: Scenario, *, stops: Sequence[Stop] = (), streamed: bool = False, outputs: dict[str, str] | None = None
) -> tuple[World, RunState]:
    """The world after a run in which the process died at each of the stops, counted from where it began."""
    world, left = World(scenario), list(stops)
    first = RunState(run_id="r_1", start_agent="desk", agent="desk", max_turns=None)
    first.turns = [Turn(agent="desk", input=[text_message("m1", "Go")])]
    world.stored = first.to_string()
    for _ in range(200):
        events: list[StreamEvent] | None = [] if streamed else None
        try:
            state = await world.go_on(stop=left.pop(0) if left else None, events=events)
        except Died:
            continue
        if state.ended:
            return world, state
        world.decide(state.waiting, outputs or {})
    raise AssertionError("The run does not come to an end.")


def _every_other(_ctx: object, arguments: dict[str, JsonValue], _call_id: str) -> bool:
    return int(str(arguments["order"])[-1]) % 2 == 0


def outputs_of(state: RunState) -> dict[str, str]:
    """What the model read of each call, by path."""
    return {each.path: str(each.output["output"]) for each in state.calls if each.output}
