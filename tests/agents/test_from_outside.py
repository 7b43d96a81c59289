"""What comes while a run goes: messages, decisions made elsewhere, a cancel, a stop of the process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.agents import Actor, Agent, Origin, RunState, ToolContext, function_tool
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Incoming, Journal
from bot.agents.loop.setting import Setting
from bot.agents.record.decision import Decided, Decision, Verdict
from bot.agents.record.message import Message, text_message
from bot.agents.record.tree import Call, Turn
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk

DONE = [message("Done.")]
ANA, BEN = Actor(id="U1", name="Ana"), Actor(id="U2", name="Ben")


@dataclass
class Outside:
    """A keeper of one run, whose outside can change while the run goes."""

    run: RunState
    agent: Agent[Any]
    messages: list[Message] = field(default_factory=list[Message])
    decided: list[Decided] = field(default_factory=list[Decided])
    cancelled_by: Actor | None = None
    saved: list[str] = field(default_factory=list[str])
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    late: Exception | None = None
    late_from: str = ""

    async def drive(self, **settings: Any) -> RunState:
        journal = Journal(
            save=self._save,
            incoming=self._incoming,
            may_start=self._may_start,
            moved=self.moved,
            stopping=self.stopping,
        )
        await drive(self.run, Setting(agents=registry(self.agent), journal=journal, **settings))
        return self.run

    def decide(self, each: Call, verdict: Verdict = "approve", **other: Any) -> Decided:
        decision = Decision(verdict=verdict, by=BEN, at=datetime.now(UTC))
        decided = Decided(path=each.path, round=each.round, digest=each.digest, decision=decision)
        self.decided.append(decided.model_copy(update=other))
        self.moved.set()
        return self.decided[-1]

    async def _save(self, _run: object) -> None:
        self.saved.append(self.run.to_string())

    async def _incoming(self) -> Incoming:
        return Incoming(messages=self.messages, decisions=self.decided, cancelled_by=self.cancelled_by)

    def _may_start(self) -> None:
        if self.late and self.late_from in self.saved[-1]:
            raise self.late


def begun(agent: Agent[Any]) -> Outside:
    run = RunState(run_id="r_1", start_agent="desk", agent="desk")
    run.turns = [Turn(agent="desk", input=[text_message("m1", "Go", origin=Origin(id="U1", name="Ana"))])]
    return Outside(run, agent)


def deletes(effects: Effects) -> Agent[Any]:
    calls = [call("delete", {"order": "A1"}, call_id="c1"), call("delete", {"order": "B2"}, call_id="c2")]
    return desk(ScriptedModel([calls, DONE, DONE]), effects.tool("delete", needs_approval=True))


async def test_a_decision_made_elsewhere_lets_its_call_go_ahead():
    effects = Effects()
    outside = begun(deletes(effects))
    first, second = (await outside.drive()).waiting
    outside.decide(first)
    await outside.drive()
    assert effects == ["delete A1"]
    assert first.decision
    assert first.decision.by == BEN

    outside.decide(second, "reject")
    assert (await outside.drive()).final_text == "Done."
    assert effects == ["delete A1"]


@pytest.mark.parametrize("other", [{"round": 2}, {"round": 0}, {"digest": "0" * 64}, {"path": "t0.c9"}, {"path": ""}])
async def test_a_decision_for_another_round_content_or_call_decides_nothing(other: dict[str, Any]):
    effects = Effects()
    outside = begun(deletes(effects))
    outside.decide((await outside.drive()).waiting[0], **other)
    assert len((await outside.drive()).waiting) == 2
    assert effects == []


async def test_a_decision_counts_for_one_round_and_not_for_the_next():
    effects = Effects()
    broken = effects.tool("delete", needs_approval=True, raises=RuntimeError("boom"))
    outside = begun(desk(ScriptedModel([[call("delete")], DONE]), broken))
    [waiting] = (await outside.drive()).waiting
    outside.decide(waiting)
    [again] = (await outside.drive()).waiting
    assert (again.status, again.round) == ("unknown", 2)
    await outside.drive()
    assert effects == ["delete"], "the approval of the first round does not run it again"


async def test_a_decision_that_comes_while_another_call_runs_starts_its_call_at_once():
    running, second_ran, effects = asyncio.Event(), asyncio.Event(), Effects()

    @function_tool(needs_approval=True)
    async def wait(order: str) -> str:
        effects.append(order)
        if order == "A1":
            running.set()
            await second_ran.wait()
        second_ran.set()
        return order

    calls = [call("wait", {"order": "A1"}, call_id="c1"), call("wait", {"order": "B2"}, call_id="c2")]
    outside = begun(desk(ScriptedModel([calls, DONE]), wait))
    first, second = (await outside.drive()).waiting
    outside.decide(first)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(outside.drive())
        await running.wait()
        outside.decide(second)
    assert outside.run.final_text == "Done."
    assert effects == ["A1", "B2"]


async def test_a_message_that_comes_while_the_run_waits_is_told_before_the_model_is_asked_next():
    agent = deletes(Effects())
    outside = begun(agent)
    for waiting in (await outside.drive()).waiting:
        outside.decide(waiting)
    outside.messages.append(text_message("m2", "And C3!", origin=Origin(id="U3")))
    await outside.drive()
    await outside.drive()

    assert isinstance(agent.model, ScriptedModel)
    assert len(agent.model.requests) == 2
    sent = [item.get("type") or item.get("role") for item in agent.model.requests[1].input]
    assert sent == ["user", "function_call", "function_call", "function_call_output", "function_call_output", "user"]
    assert [each.id for each in outside.run.turns[1].input] == ["m2"]
    assert [each.id for each in outside.run.origins] == ["U1", "U3"]


async def test_a_message_is_kept_with_the_response_to_it_and_not_before():
    outside = begun(desk(ScriptedModel([ConnectionError("no network"), DONE])))
    outside.messages.append(text_message("m2", "Quick!"))
    with pytest.raises(ConnectionError):
        await outside.drive()
    assert outside.saved == []
    again = Outside(begun(outside.agent).run, outside.agent, messages=outside.messages)
    await again.drive()
    assert [each.id for each in again.run.turns[0].input] == ["m1", "m2"]
    assert len(again.saved) == 1


async def test_a_tool_knows_who_asked_last_before_its_call():
    asked: list[str] = []

    @function_tool
    async def look(ctx: ToolContext[Any]) -> str:
        asked.append(f"{ctx.origin.id if ctx.origin else None} {ctx.context}")
        return "seen"

    async def context(origin: Origin | None) -> str:
        return f"context of {origin.id if origin else None}"

    outside = begun(desk(ScriptedModel([[call("look", call_id="c1")], [call("look", call_id="c2")], DONE]), look))
    outside.messages.append(text_message("m2", "And?", origin=Origin(id="U3")))
    await outside.drive(context=context)
    assert asked == ["U3 context of U3", "U3 context of U3"]


async def test_a_cancelled_run_ends_every_call_and_starts_nothing():
    effects = Effects()
    outside = begun(deletes(effects))
    outside.decide((await outside.drive()).waiting[0])
    outside.cancelled_by = ANA
    run = await outside.drive()

    assert run.ended
    assert (run.ended.how, run.ended.by) == ("cancelled", ANA)
    assert effects == []
    assert run.waiting == []
    outputs = [each.output["output"] for each in run.calls if each.output]
    assert outputs == ["The run was cancelled, so this call was not made."] * 2
    await RunState.from_string(outside.agent, outside.saved[-1])


async def test_a_cancel_stops_the_model():
    asked = asyncio.Event()

    def never(_: object) -> Any:
        raise AssertionError("the answer comes too late")

    class Slow(ScriptedModel):
        async def get_response(self, request: Any) -> Any:
            asked.set()
            await asyncio.sleep(60)
            return never(request)

    outside = begun(desk(Slow([])))
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(outside.drive())
        await asked.wait()
        outside.cancelled_by = ANA
        outside.moved.set()
    assert outside.run.ended
    assert [each.id for each in outside.run.turns[0].input] == ["m1"], "what was said stays"


@pytest.mark.parametrize("ends_in_time", [True, False])
async def test_a_call_that_runs_when_the_run_is_cancelled_gets_its_grace_and_is_then_uncertain(ends_in_time: bool):
    running = asyncio.Event()

    @function_tool
    async def wait() -> str:
        running.set()
        await asyncio.sleep(0.02 if ends_in_time else 60)
        return "waited"

    outside = begun(desk(ScriptedModel([[call("wait")], DONE]), wait))
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(outside.drive(cancel_grace=timedelta(seconds=0.2)))
        await running.wait()
        outside.cancelled_by = ANA
        outside.moved.set()
    run = await RunState.from_string(outside.agent, outside.saved[-1])
    [waited] = run.calls
    assert waited.status == ("done" if ends_in_time else "unknown")
    assert waited.output
    assert ("waited" if ends_in_time else "is not known") in str(waited.output["output"])
    assert run.ended


async def test_a_process_that_stops_begins_nothing_and_ends_with_what_runs():
    running, effects = asyncio.Event(), Effects()

    @function_tool
    async def wait() -> str:
        running.set()
        await asyncio.sleep(0.02)
        effects.append("wait")
        return "waited"

    model = ScriptedModel([[call("wait")], DONE])
    outside = begun(desk(model, wait))
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(outside.drive())
        await running.wait()
        outside.stopping.set()
        outside.moved.set()
    assert effects == ["wait"]
    assert len(model.requests) == 1
    assert outside.run.ended is None

    outside.stopping.clear()
    assert (await outside.drive()).final_text == "Done."
    assert effects == ["wait"]


@pytest.mark.parametrize("when", ["", '"started"'], ids=["before the call is noted as started", "while it is noted"])
async def test_a_holder_that_is_too_late_begins_no_body(when: str):
    effects = Effects()
    outside = begun(deletes(effects))
    outside.decide((await outside.drive()).waiting[0])
    outside.late, outside.late_from = TimeoutError("the lease ends"), when
    with pytest.raises(TimeoutError):
        await outside.drive()
    assert effects == []

    outside.late = None
    outside.run = await RunState.from_string(outside.agent, outside.saved[-1])
    waiting = (await outside.drive()).waiting
    if when:
        outside.decide(next(each for each in waiting if each.status == "unknown"))
        await outside.drive()
    assert effects == ["delete A1"]


async def test_a_limit_of_turns_waits_for_a_person_like_a_call():
    counts = [[call("count", {"order": str(n)}, call_id=f"c{n}")] for n in range(3)]
    effects = Effects()
    outside = begun(desk(ScriptedModel([*counts, DONE]), effects.tool("count")))
    outside.run.max_turns = 2
    run = await outside.drive()
    assert run.at_limit
    assert run.ended is None

    outside.decided.append(of_limit("t1"))
    assert (await outside.drive()).ended is None, "it names another turn"
    outside.decided.append(of_limit("t2"))
    assert (await outside.drive(more_turns=5)).final_text == "Done."
    assert run.max_turns == 7
    assert len(effects) == 3


async def test_a_limit_that_is_not_raised_cancels_the_run():
    outside = begun(desk(ScriptedModel([[call("count")], DONE]), Effects().tool("count")))
    outside.run.max_turns = 1
    await outside.drive()
    outside.decided.append(of_limit("t1", "reject"))
    ended = (await outside.drive()).ended
    assert ended
    assert (ended.how, ended.by) == ("cancelled", BEN)


def of_limit(path: str, verdict: Verdict = "approve") -> Decided:
    return Decided(path=path, round=1, digest="", decision=Decision(verdict=verdict, by=BEN, at=datetime.now(UTC)))
