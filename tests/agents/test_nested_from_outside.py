"""People decide elsewhere about calls within, while others run; a cancel and a stop reach the runs within too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from bot.agents import Actor, Agent, RunContextWrapper, ToolContext, function_tool
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call, RunTree
from bot.agents.testing import call, message
from tests.agents.effects import Effects, desk
from tests.agents.keeper import BEN, ByOutputs, Keeper

DONE = [message("Done.")]
ANA = Actor(id="U1", name="Ana")


def used(name: str, order: str, call_id: str = "c1") -> Item:
    return call(name, {"order": order}, call_id=call_id)


@dataclass
class Office:
    """A desk that asks clerks, each of whom deletes with approval; one of its own tools runs until it may end."""

    answers: dict[int, list[Item]]
    outer: dict[int, list[Item]]
    effects: Effects = field(default_factory=Effects)
    running: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    deleted: asyncio.Event = field(default_factory=asyncio.Event)
    broken_off: list[str] = field(default_factory=list[str])

    def open(self) -> Agent[Any]:
        @function_tool
        async def wait(ctx: ToolContext[Any]) -> str:
            self.running.set()
            try:
                await self.may_end.wait()
            except asyncio.CancelledError:
                self.broken_off.append(ctx.path)
                raise
            self.effects.append("wait")
            return "waited"

        @function_tool(needs_approval=True)
        async def delete(order: str) -> str:
            self.effects.append(f"delete {order}")
            self.deleted.set()
            return "deleted"

        clerk = desk(ByOutputs(self.answers), delete, wait, name="clerk")
        return Agent[Any]("desk", tools=[clerk.as_tool("ask", "Asks."), wait], model=ByOutputs(self.outer))


def ask(text: str, call_id: str = "o1") -> Item:
    return call("ask", {"input": text}, call_id=call_id)


WAIT = call("wait", call_id="w1")


@asynccontextmanager
async def going(keeper: Keeper, office: Office, **settings: Any) -> AsyncGenerator[None]:
    """While the run goes, and its slow tool runs; at the end the run is driven as far as it goes."""
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(keeper.drive(**settings))
        await office.running.wait()
        yield


def waiting(run: RunTree, path: str) -> Call:
    found = run.find(path)
    assert found
    assert found.waiting
    return found


async def test_a_decision_on_a_call_within_starts_it_while_a_call_beside_it_runs():
    office = Office({0: [used("delete", "A1")], 1: DONE}, {0: [ask("A"), WAIT], 2: DONE})
    keeper = Keeper(office.open)
    async with going(keeper, office):
        keeper.decide(await keeper.until_waiting("t0.c0/t0.c0"))
        await office.deleted.wait()
        office.may_end.set()
    run = await keeper.load()
    assert run.final_text == "Done."
    record = run.find("t0.c0/t0.c0")
    assert record
    assert record.decision
    assert record.decision.by == BEN


async def test_of_two_runs_of_one_agent_each_is_decided_for_itself_while_the_other_is_at_work():
    office = Office({0: [used("delete", "A1"), WAIT], 2: DONE}, {0: [ask("A"), ask("B", "o2")], 2: DONE})
    keeper = Keeper(office.open)
    async with going(keeper, office):
        keeper.decide(await keeper.until_waiting("t0.c1/t0.c0"))
        await office.deleted.wait()
        keeper.decide(await keeper.until_waiting("t0.c0/t0.c0"), "reject", message="Not for A.")
        office.may_end.set()
    run = await keeper.load()
    assert run.final_text == "Done."
    assert office.effects.count("delete A1") == 1
    refused = run.find("t0.c0/t0.c0")
    assert refused
    assert refused.output
    assert refused.output["output"] == "Not for A."


async def test_an_always_from_elsewhere_holds_for_later_calls_of_the_run_within_until_it_is_revoked_there():
    turns = {n: [used("delete", f"A{n}", f"c{n}")] for n in range(4)} | {4: DONE}
    office = Office(turns, {0: [ask("A")], 1: DONE})
    keeper = Keeper(office.open)
    run = await keeper.drive()
    keeper.decide(waiting(run, "t0.c0/t0.c0"), always=True)
    keeper.revoked.append("t0.c0/t0.c0")
    run = await keeper.drive()
    assert office.effects == ["delete A0"], "it is asked again, as the always was revoked meanwhile"
    keeper.decide(waiting(run, "t0.c0/t1.c0"), always=True)
    run = await keeper.drive()
    assert run.final_text == "Done."
    assert office.effects == [f"delete A{n}" for n in range(4)]
    [(owner, grant)] = [(tree, grant) for tree in run.trees for grant in tree.grants]
    assert (owner is run, grant.path, grant.agent, grant.tool) == (False, "t0.c0/t1.c0", "clerk", "delete")


async def test_changed_arguments_from_elsewhere_are_what_runs_within():
    less: dict[str, JsonValue] = {"order": "A0"}
    office = Office({0: [used("delete", "A1")], 1: DONE}, {0: [ask("A")], 1: DONE})
    keeper = Keeper(office.open)
    keeper.decide(waiting(await keeper.drive(), "t0.c0/t0.c0"), arguments=less)
    run = await keeper.drive()
    assert (run.final_text, office.effects) == ("Done.", ["delete A0"])


@pytest.mark.parametrize("field", ["round", "digest", "path"])
async def test_a_decision_for_another_round_content_or_call_decides_nothing_within(field: str):
    office = Office({0: [used("delete", "A1")], 1: DONE}, {0: [ask("A")], 1: DONE})
    keeper = Keeper(office.open)
    other: dict[str, Any] = {"round": 2, "digest": "0" * 64, "path": "t0.c0"}
    keeper.decide(waiting(await keeper.drive(), "t0.c0/t0.c0"), **{field: other[field]})
    assert waiting(await keeper.drive(), "t0.c0/t0.c0")
    assert office.effects == []


@pytest.mark.parametrize("ends_in_time", [True, False])
async def test_a_cancel_ends_the_runs_within_and_says_of_each_call_what_is_known(ends_in_time: bool):
    office = Office({0: [used("delete", "A1"), WAIT], 2: DONE}, {0: [ask("A")], 1: DONE})
    keeper = Keeper(office.open)
    async with going(keeper, office, cancel_grace=timedelta(seconds=20 if ends_in_time else 2.2)):
        keeper.cancelled_by = ANA
        keeper.moved.set()
        await asyncio.sleep(0.05)
        if ends_in_time:
            office.may_end.set()
    run = await keeper.load()
    assert run.ended
    assert (run.ended.how, run.ended.by) == ("cancelled", ANA)
    records = {each.path: each for each in run.all_calls}
    assert records["t0.c0/t0.c0"].status == "refused"
    assert records["t0.c0/t0.c1"].status == ("done" if ends_in_time else "unknown")
    assert all(each.output for each in records.values()), "the history is paired, within as well"
    assert [tree.ended.how for tree in run.trees if tree.ended] == ["cancelled", "cancelled"]
    assert office.broken_off == ([] if ends_in_time else ["t0.c0/t0.c1"])
    assert run.waiting == []


async def test_a_run_within_that_waits_is_cancelled_with_the_whole():
    office = Office({0: [used("delete", "A1")]}, {0: [ask("A")]})
    keeper = Keeper(office.open)
    keeper.decide(waiting(await keeper.drive(), "t0.c0/t0.c0"))
    keeper.cancelled_by = ANA
    run = await keeper.drive()
    assert run.ended
    assert run.ended.how == "cancelled"
    assert office.effects == [], "the cancel wins over the approval that came with it"
    assert all(each.output for each in run.all_calls)
    assert (await keeper.load()).waiting == []


async def test_a_process_that_stops_begins_nothing_within_and_the_next_one_goes_on():
    office = Office({0: [WAIT], 1: [used("delete", "A1")], 2: DONE}, {0: [ask("A")], 1: DONE})
    keeper = Keeper(office.open)
    async with going(keeper, office):
        keeper.stopping.set()
        keeper.moved.set()
        office.may_end.set()
    run = await keeper.load()
    inner = run.find("t0.c0")
    assert inner
    assert inner.child
    assert (run.ended, inner.status, inner.child.current_turn) == (None, "started", 1)

    keeper.stopping.clear()
    keeper.decide(waiting(await keeper.drive(), "t0.c0/t1.c0"))
    run = await keeper.drive()
    assert run.final_text == "Done."
    assert office.effects == ["wait", "delete A1"]


async def test_a_tool_within_knows_who_asked_the_whole_run():
    asked: list[str] = []

    @function_tool
    async def look(ctx: ToolContext[Any]) -> str:
        asked.append(f"{ctx.origin.name if ctx.origin else None} {ctx.context} {ctx.idempotency_key}")
        return "seen"

    def instructions(ctx: RunContextWrapper[Any], agent: Agent[Any]) -> str:
        asked.append(f"{agent.name} for {ctx.origin.name if ctx.origin else None}")
        return ""

    async def context(origin: Any) -> str:
        return f"the files of {origin.name}"

    def make() -> Agent[Any]:
        clerk = desk(ByOutputs({0: [call("look")], 1: DONE}), look, name="clerk").clone(instructions=instructions)
        return Agent[Any]("desk", tools=[clerk.as_tool("ask", "Asks.")], model=ByOutputs({0: [ask("A")], 1: DONE}))

    run = await Keeper(make).drive(context=context)
    assert run.final_text == "Done."
    assert asked == ["clerk for Ana", "Ana the files of Ana r_1/t0.c0/t0.c0", "clerk for Ana"]
