"""A process that dies while agents work within agents: the next one goes on, and each call is made once."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import Agent, RunState
from bot.agents.record.plain import Item
from bot.agents.testing import call, message
from tests.agents.effects import Effects, desk
from tests.agents.keeper import ByOutputs, Died, Keeper

DONE = [message("Done.")]
EFFECTS = ["count top", "refund A1", "count A1", "refund B2", "count B2"]


def go(order: str, call_id: str) -> Item:
    return call("go", {"input": order}, call_id=call_id)


def used(name: str, order: str, call_id: str = "c1") -> Item:
    return call(name, {"order": order}, call_id=call_id)


class Told(ByOutputs):
    """Refunds and counts the order that it is told of, one after the other, and then says so."""

    def __init__(self) -> None:
        super().__init__({})

    async def get_response(self, request: Any) -> Any:
        order = str(request.input[0]["content"])
        self._answers = {0: [used("refund", order)], 1: [used("count", order, "c2")], 2: [message(f"{order} is done.")]}
        return await super().get_response(request)


def office(effects: Effects) -> Agent[Any]:
    """Three agents of one name, each with a tool `go` that calls the next; the last one refunds, with approval."""
    tools = [effects.tool("refund", needs_approval=True), effects.tool("count")]
    last = desk(Told(), *tools)
    middle = ByOutputs({0: [go("A1", "c1"), go("B2", "c2")], 2: DONE})
    second = Agent[Any]("desk", tools=[last.as_tool("go", "Goes on.")], model=middle)
    first = ByOutputs({0: [go("both", "c1"), used("count", "top", "c2")], 2: DONE})
    return Agent[Any]("desk", tools=[second.as_tool("go", "Goes on."), tools[1]], model=first)


async def to_its_end(keeper: Keeper, effects: Effects, *, dies_at: int, written: bool = True) -> tuple[RunState, bool]:
    """Drive the run on with people who approve what waits, and look whether what may have run did; a process dies."""
    died = False
    for _ in range(50):
        try:
            run = await keeper.drive(dies_at=0 if died else dies_at - keeper.saves, written=written)
        except Died:
            died = True
            continue
        if run.ended:
            return run, died
        for each in run.waiting:
            name = f"{each.tool} {(each.runs.value or {}).get('order')}"
            if each.status == "unknown" and name in effects:
                keeper.decide(each, "done", message=f"{name}: done")
            else:
                keeper.decide(each)
    raise AssertionError("The run does not come to an end.")


@pytest.mark.spec("N2", "N3")
@pytest.mark.parametrize("written", [True, False])
async def test_wherever_the_process_dies_every_call_within_is_made_once_and_the_end_is_the_same(written: bool):
    whole, stops = Effects(), 0
    undisturbed, _ = await to_its_end(Keeper(lambda: office(whole)), whole, dies_at=0)
    assert sorted(whole) == sorted(EFFECTS)
    for dies_at in range(1, 100):
        effects = Effects()
        keeper = Keeper(lambda effects=effects: office(effects))
        run, died = await to_its_end(keeper, effects, dies_at=dies_at, written=written)
        assert sorted(effects) == sorted(EFFECTS), dies_at
        assert run.items == undisturbed.items, dies_at
        assert [each.path for each in run.all_calls] == [each.path for each in undisturbed.all_calls]
        assert run.usage == undisturbed.usage, "each answer that is kept counts once"
        if not died:
            break
        stops += 1
    assert stops >= 20


async def test_what_was_done_within_is_not_done_again_by_the_agent_that_is_called_again():
    effects = Effects()
    keeper = Keeper(lambda: office(effects))
    [first, _second] = (await keeper.drive()).waiting
    assert first.path == "t0.c0/t0.c0/t0.c0"
    keeper.decide(first)
    with pytest.raises(Died):
        await keeper.drive(dies_at=2, written=False)
    assert effects == ["count top", "refund A1"]

    run = await keeper.drive()
    assert [(each.path, each.status) for each in run.waiting] == [
        ("t0.c0/t0.c0/t0.c0", "unknown"),
        ("t0.c0/t0.c1/t0.c0", "pending"),
    ]
    assert effects == ["count top", "refund A1"], "a person is asked first"
    uncertain = run.waiting[0]
    assert run.find("t0.c0") in run.open_calls, "of the agents that were called nobody is asked: their runs say it"
    keeper.decide(uncertain, "done", message="I saw the refund.")
    run = await keeper.drive()
    inner = run.find("t0.c0/t0.c0")
    assert inner
    assert inner.status == "done"
    assert effects == ["count top", "refund A1", "count A1"]
