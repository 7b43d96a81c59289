"""An "always" that people say elsewhere: it holds for later calls, until it is revoked there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.agents import Agent, RunState
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Incoming, Journal
from bot.agents.loop.setting import Setting
from bot.agents.record.decision import Decided, Decision, Verdict
from bot.agents.record.message import text_message
from bot.agents.record.tree import Call, Turn
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk

DONE = [message("Done.")]


@dataclass
class Elsewhere:
    """A keeper of one run. `revoked` is told with what comes; `recorded` is what only asking tells."""

    agent: Agent[Any]
    decided: list[Decided] = field(default_factory=list[Decided])
    revoked: list[str] = field(default_factory=list[str])
    recorded: list[str] = field(default_factory=list[str])
    run: RunState = field(default_factory=lambda: RunState(run_id="r_1", start_agent="desk", agent="desk"))

    async def drive(self) -> RunState:
        if not self.run.turns:
            self.run.turns = [Turn(agent="desk", input=[text_message("m1", "Go")])]
        journal = Journal(incoming=self._incoming, revoked=self._revoked, moved=asyncio.Event())
        await drive(self.run, Setting(agents=registry(self.agent), journal=journal))
        return self.run

    def decide(self, each: Call, verdict: Verdict = "approve", *, always: bool = False) -> None:
        decision = Decision(verdict=verdict, at=datetime.now(UTC))
        self.decided.append(
            Decided(path=each.path, round=each.round, digest=each.digest, decision=decision, always=always)
        )

    async def _incoming(self) -> Incoming:
        return Incoming(decisions=self.decided, revoked=self.revoked)

    async def _revoked(self) -> Sequence[str]:
        return [*self.revoked, *self.recorded]


def deletes(*orders: Sequence[str], effects: Effects) -> Elsewhere:
    """An agent that deletes these orders, the ones of each turn together."""
    numbered = [[(order, f"c{turn}{order}") for order in together] for turn, together in enumerate(orders)]
    turns = [[call("delete", {"order": order}, call_id=id) for order, id in together] for together in numbered]
    return Elsewhere(desk(ScriptedModel([*turns, DONE]), effects.tool("delete", needs_approval=True)))


async def test_later_calls_of_the_tool_go_ahead():
    effects = Effects()
    elsewhere = deletes("A", "B", "C", effects=effects)
    elsewhere.decide((await elsewhere.drive()).waiting[0], always=True)
    assert (await elsewhere.drive()).final_text == "Done."
    assert effects == ["delete A", "delete B", "delete C"]


async def test_what_waits_beside_it_is_decided_by_its_own_request_alone():
    effects = Effects()
    elsewhere = deletes("AB", "C", effects=effects)
    first, second = (await elsewhere.drive()).waiting
    elsewhere.decide(first, always=True)
    [waiting] = (await elsewhere.drive()).waiting
    assert waiting.path == second.path
    elsewhere.decide(second, "reject")
    assert (await elsewhere.drive()).final_text == "Done."
    assert effects == ["delete A", "delete C"], "the rejection that was recorded counts, and the grant for later calls"


async def test_after_it_was_revoked_later_calls_ask_again():
    effects = Effects()
    elsewhere = deletes("A", "B", "C", effects=effects)
    elsewhere.decide((await elsewhere.drive()).waiting[0], always=True)
    elsewhere.revoked = ["t0.c0"]
    [waiting] = (await elsewhere.drive()).waiting
    assert waiting.path == "t1.c0"
    assert effects == ["delete A"]
    elsewhere.decide(waiting)
    [waiting] = (await elsewhere.drive()).waiting
    assert waiting.path == "t2.c0"


async def test_a_revocation_that_the_run_has_not_heard_of_counts_too():
    effects = Effects()
    elsewhere = deletes("A", "B", effects=effects)
    elsewhere.decide((await elsewhere.drive()).waiting[0], always=True)
    elsewhere.recorded = ["t0.c0"]
    assert [each.path for each in (await elsewhere.drive()).waiting] == ["t1.c0"]
    assert effects == ["delete A"]


async def test_an_always_that_is_revoked_is_no_rejection_either():
    effects = Effects()
    elsewhere = deletes("A", "B", effects=effects)
    elsewhere.decide((await elsewhere.drive()).waiting[0], "reject", always=True)
    elsewhere.revoked = ["t0.c0"]
    [waiting] = (await elsewhere.drive()).waiting
    assert waiting.path == "t1.c0"
