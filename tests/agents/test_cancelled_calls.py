"""A run that is cancelled wherever it is: of every call it is known what became of it, and nothing is let out."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.agents import (
    Actor,
    Agent,
    RunConfig,
    RunContextWrapper,
    RunState,
    ToolExecutionConfig,
    ToolGuardrailFunctionOutput,
    ToolOutputGuardrail,
    function_tool,
)
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Incoming, Journal
from bot.agents.loop.setting import Setting
from bot.agents.models.interface import ModelRequest
from bot.agents.record.message import Response, text_message
from bot.agents.record.plain import Item
from bot.agents.record.tree import RunTree, Turn
from bot.agents.testing import call, message
from tests.agents.effects import Effects, desk
from tests.agents.keeper import BEN, ByOutputs, Keeper

DONE = [message("Done.")]
WITHHELD = "The output of this call was not let through."


def ask(call_id: str) -> Item:
    return call("ask", {"input": "Go"}, call_id=call_id)


def check_paired(run: RunTree) -> None:
    """The run has ended, and every call at every level is over and has one output."""
    assert run.ended
    for tree in run.trees:
        called = [item["call_id"] for item in tree.items if item.get("type") == "function_call"]
        told = [item["call_id"] for item in tree.items if item.get("type") == "function_call_output"]
        assert sorted(map(str, called)) == sorted(map(str, told))
    assert all(each.over for each in run.all_calls)
    assert run.waiting == []


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("lets_pass", [False, True])
async def test_what_a_guarded_tool_gives_within_the_grace_of_a_cancel_is_kept_nowhere(within: bool, lets_pass: bool):
    running, may_end = asyncio.Event(), asyncio.Event()

    def says(_: object) -> ToolGuardrailFunctionOutput:
        passes, withholds = ToolGuardrailFunctionOutput.allow, ToolGuardrailFunctionOutput.reject_content
        return passes() if lets_pass else withholds("Withheld.")

    def make() -> Agent[Any]:
        @function_tool(tool_output_guardrails=[ToolOutputGuardrail(says)])
        async def look() -> str:
            running.set()
            await may_end.wait()
            return "hunter2"

        agent = desk(ByOutputs({0: [call("look", call_id="c1")], 1: DONE}), look, name="clerk")
        asks = ByOutputs({0: [ask("o1")], 1: DONE})
        return Agent[Any]("desk", tools=[agent.as_tool("ask", "Asks.")], model=asks) if within else agent

    keeper = Keeper(make)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(keeper.drive())
        await running.wait()
        keeper.cancelled_by = BEN
        keeper.moved.set()
        await some_turns()
        may_end.set()
    run = await keeper.load()
    check_paired(run)
    *_, looked = run.all_calls
    assert looked.output
    assert (looked.status, looked.output["output"]) == ("done", WITHHELD)
    assert "hunter2" not in keeper.stored, "nobody has looked whether the model may read it"


@dataclass
class Office:
    """A desk with a tool that may wait, and clerks who wait for their model, for a tool, or for a person."""

    asked: list[Item]
    clerk: list[Item]
    running: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    effects: Effects = field(default_factory=Effects)

    def open(self) -> Agent[Any]:
        @function_tool
        async def wait() -> str:
            self.running.set()
            await self.may_end.wait()
            return "waited"

        delete, count = self.effects.tool("delete", needs_approval=True), self.effects.tool("count")
        clerk = desk(self._slow({0: self.clerk, len(self.clerk): DONE}), wait, delete, count, name="clerk")
        asks = ByOutputs({0: self.asked, len(self.asked): DONE})
        return Agent[Any]("desk", tools=[clerk.as_tool("ask", "Asks."), wait, delete, count], model=asks)

    def _slow(self, answers: dict[int, list[Item]]) -> ByOutputs:
        office = self

        class Slow(ByOutputs):
            async def get_response(self, request: ModelRequest) -> Response:
                office.running.set()
                await office.may_answer.wait()
                return await super().get_response(request)

        return Slow(answers)


WAIT, COUNT = call("wait", call_id="w1"), call("count", call_id="n1")
DELETE = call("delete", {"order": "A1"}, call_id="d1")


@pytest.mark.parametrize("in_time", [True, False], ids=["what runs ends in time", "it is broken off"])
@pytest.mark.parametrize("answers", [True, False], ids=["the clerks' model answers", "it does not"])
@pytest.mark.parametrize("most", [1, 2, None])
@pytest.mark.parametrize(
    "clerk", [[WAIT], [DELETE], [DELETE, WAIT], [COUNT, DELETE, WAIT]], ids=["works", "waits", "both", "has done"]
)
async def test_wherever_the_runs_within_are_every_call_at_every_level_is_over_after_a_cancel(
    clerk: list[Item], most: int | None, answers: bool, in_time: bool
):
    office = Office([ask("o1"), DELETE, ask("o2"), WAIT], clerk)
    keeper = Keeper(office.open)
    config = RunConfig(tool_execution=ToolExecutionConfig(max_function_tool_concurrency=most))
    grace = timedelta(seconds=10 if in_time else 0)
    if answers:
        office.may_answer.set()
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(keeper.drive(config=config, cancel_grace=grace))
        await office.running.wait()
        await some_turns()
        keeper.cancelled_by = BEN
        keeper.moved.set()
        await some_turns()
        if in_time:
            office.may_end.set()
    run = await keeper.load()
    check_paired(run)
    assert run.ended
    assert (run.ended.how, run.ended.by) == ("cancelled", BEN)
    assert "delete A1" not in office.effects


async def some_turns() -> None:
    """Let the loop turn until nothing moves that need not wait."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_a_run_within_that_comes_to_wait_at_the_moment_of_the_cancel_leaves_nothing_open():
    office = Office([ask("o1")], [DELETE])
    agent, cancelled, journal = office.open(), False, Journal()
    run = begun(agent)

    async def incoming() -> Incoming:
        if cancelled:
            office.may_answer.set()
            await some_turns()  # in which the clerk comes to wait for a person
        return Incoming(cancelled_by=BEN if cancelled else None)

    journal = replace(journal, incoming=incoming)
    driving = asyncio.create_task(drive(run, Setting(agents=registry(agent), journal=journal)))
    async with asyncio.timeout(5):
        await office.running.wait()
        cancelled = True
        journal.moved.set()
        await driving
    check_paired(run)
    assert office.effects == []


@pytest.mark.parametrize("ends", ["as the run is cancelled", "when it is stopped"])
async def test_of_a_cancel_beside_the_apps_own_code_the_log_has_no_error(ends: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.ERROR)
    journal = Journal()
    cancelled_by: list[Actor] = []

    async def incoming() -> Incoming:
        return Incoming(cancelled_by=cancelled_by[0] if cancelled_by else None)

    async def rule(_ctx: RunContextWrapper[Any], _arguments: object, _call_id: str) -> bool:
        cancelled_by.append(BEN)
        journal.moved.set()
        journal.cancelling.set_result(None)
        if ends == "when it is stopped":
            await asyncio.Event().wait()
        return False

    effects = Effects()
    agent = desk(ByOutputs({0: [call("delete")], 1: DONE}), effects.tool("delete", needs_approval=rule))
    run = begun(agent)
    setting = Setting(agents=registry(agent), journal=replace(journal, incoming=incoming))
    await asyncio.wait_for(drive(run, setting), 5)
    await asyncio.sleep(0)
    check_paired(run)
    assert [record.message for record in caplog.records] == []


def begun(agent: Agent[Any]) -> RunState:
    turn = Turn(agent=agent.name, input=[text_message("m1", "Go")])
    return RunState(run_id="r_1", start_agent=agent.name, agent=agent.name, turns=[turn])
