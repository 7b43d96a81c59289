"""A run that is kept outside its process: saved at each step, decided and cancelled from outside, stopped anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.agents import Actor, Agent, Origin, RunState
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Incoming, Journal
from bot.agents.loop.setting import Setting
from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.record.decision import Decided, Decision, Verdict
from bot.agents.record.message import Message, Response, text_message
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call, Turn
from bot.agents.testing import USAGE

BEN = Actor(id="U2", name="Ben")


class Died(Exception):
    """The process ends here."""


class ByOutputs:
    """A model that answers by how many outputs it is shown, so that asking it again gives the same answer."""

    def __init__(self, answers: Mapping[int, Sequence[Item]]) -> None:
        self._answers = answers
        self.asked = 0

    async def get_response(self, request: ModelRequest) -> Response:
        self.asked += 1
        shown = sum(1 for item in request.input if item.get("type") == "function_call_output")
        return Response(id=f"resp_{shown}", output=list(self._answers[shown]), usage=USAGE)

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        yield await self.get_response(request)


@dataclass
class Keeper:
    """What outlives a process: the stored run, and what people said. `make` builds the agents of each process anew."""

    make: Callable[[], Agent[Any]]
    stored: str = ""
    saves: int = 0
    messages: list[Message] = field(default_factory=list[Message])
    decided: list[Decided] = field(default_factory=list[Decided])
    revoked: list[str] = field(default_factory=list[str])
    cancelled_by: Actor | None = None
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    saved: asyncio.Event = field(default_factory=asyncio.Event)

    async def drive(self, *, dies_at: int = 0, written: bool = True, **settings: Any) -> RunState:
        """One process goes on with the stored run, or dies at that of its saves, which is still `written` or not."""
        agent, saves = self.make(), 0
        run = await RunState.from_string(agent, self.stored or self._first(agent.name))

        async def save(_: object) -> None:
            nonlocal saves
            saves += 1
            if saves != dies_at or written:
                self.stored = run.to_string()
                self.saves += 1
                self.saved.set()
            if saves == dies_at:
                raise Died

        journal = Journal(save=save, incoming=self._incoming, moved=self.moved, stopping=self.stopping)
        await drive(run, Setting(agents=registry(agent), journal=journal, **settings))
        return run

    def decide(self, each: Call, verdict: Verdict = "approve", *, message: str | None = None, **more: Any) -> None:
        """Somebody decides on a call, elsewhere."""
        decision = Decision(verdict=verdict, by=BEN, at=datetime.now(UTC), message=message)
        decided = Decided(path=each.path, round=each.round, digest=each.digest, decision=decision)
        self.decided.append(decided.model_copy(update=more))
        self.moved.set()

    async def until_waiting(self, path: str) -> Call:
        """The call at that path as it is stored, as soon as it waits for a person."""
        async with asyncio.timeout(5):
            while True:
                self.saved.clear()
                found = (await self.load()).find(path) if self.stored else None
                if found and found.waiting:
                    return found
                await self.saved.wait()

    async def load(self) -> RunState:
        """The run as it is stored."""
        return await RunState.from_string(self.make(), self.stored)

    def _first(self, name: str) -> str:
        run = RunState(run_id="r_1", start_agent=name, agent=name, max_turns=None)
        run.turns = [Turn(agent=name, input=[text_message("m1", "Go", origin=Origin(id="U1", name="Ana"))])]
        return run.to_string()

    async def _incoming(self) -> Incoming:
        return Incoming(
            messages=self.messages, decisions=self.decided, revoked=self.revoked, cancelled_by=self.cancelled_by
        )
