"""A saved run that was damaged, in whatever place: an error that tells nothing of it, or a run that still waits."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import JsonValue

from bot.agents import Agent, AgentsError, Runner, RunState, UserError
from bot.agents.record.decision import Kind, Source, Status, Verdict
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, stored

SECRET = "SECRET-7"
WRONG: list[JsonValue] = [None, SECRET, 7, -1, 0, True, 1e300, [], [SECRET], {}, {SECRET: SECRET}]
KNOWN: dict[str, tuple[str, ...]] = {
    "status": get_args(Status),
    "kind": get_args(Kind),
    "verdict": get_args(Verdict),
    "source": get_args(Source),
    "how": ("done", "failed", "cancelled"),
    "replay_of": ("t0.c0", "t1.c0", "t1.c1"),
    "path": ("t0.c0", "t1.c0", "t1.c1"),
    "call_id": ("c1", "c2", "c3", "c4"),
    "name": ("count", "delete"),
    "type": ("function_call", "message", "function_call_output"),
}
DELETE = call("delete", {"order": "A1"}, call_id="c1")


TURNS = [
    [DELETE, call("count", {"order": "B2"}, call_id="c2")],
    [DELETE, call("delete", {"order": "C3"}, call_id="c3"), call("count", {"order": "D4"}, call_id="c4")],
]


def office(effects: Effects, *answers: list[dict[str, JsonValue]]) -> Agent[Any]:
    model = ScriptedModel([*answers, *[[message("Done.")]] * 30])
    return desk(model, effects.tool("delete", needs_approval=True), effects.tool("count"))


async def waiting_document() -> Any:
    """A run whose second turn waits for a person, and also has a call that comes again and one that is done."""
    agent = office(Effects(), *TURNS)
    first = (await Runner.run(agent, "Go")).to_state()
    return (await Runner.run(agent, approve_all(first))).to_state().to_json()


def places(value: JsonValue, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of everything in a document, containers too."""
    if at:
        yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*at, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*at, number))


def altered(document: Any, at: tuple[str | int, ...]) -> Iterator[Any]:
    """The document with something else at that place, with nothing there, and with one thing too many."""
    others = [*WRONG, *KNOWN.get(str(at[-1]), ())]
    for other in others:
        changed, holder = holding(document, at)
        if holder[at[-1]] != other:
            holder[at[-1]] = other
            yield changed
    changed, holder = holding(document, at)
    del holder[at[-1]]
    yield changed
    changed, holder = holding(document, at)
    match at[-1]:
        case int(number):
            holder.append(copy.deepcopy(holder[number]))
        case _:
            holder[SECRET] = SECRET
    yield changed


def holding(document: Any, at: tuple[str | int, ...]) -> tuple[Any, Any]:
    """A copy, and what in it holds that place."""
    changed = copy.deepcopy(document)
    holder = changed
    for part in at[:-1]:
        holder = holder[part]
    return changed, holder


@pytest.mark.spec("X18")
async def test_no_change_to_a_saved_run_makes_a_call_run():
    document = await waiting_document()
    refused: list[AgentsError] = []
    tried = 0
    for at in places(document):
        for changed in altered(document, at):
            tried += 1
            effects = Effects()
            agent = office(effects)
            try:
                await Runner.run(agent, await RunState.from_json(agent, changed))
            except AgentsError as error:
                refused.append(error)
            assert effects == [], (at, changed)
    assert tried > 1000
    assert len(refused) > tried / 2
    told = [str(error) for error in refused if not str(error).startswith("This run needs the agent")]
    assert not [words for words in told if SECRET in words]
    assert {error.__cause__ for error in refused} == {None}


@pytest.mark.spec("X18")
@pytest.mark.parametrize(
    ("place", "changed", "why"),
    [
        (1, {"status": "done"}, "t1.c1 cannot be done"),
        (1, {"status": "allowed"}, "t1.c1 cannot be allowed"),
        (1, {"status": "started"}, "t1.c1 cannot be started"),
        (1, {"round": 0}, "t1.c1 cannot be pending"),
        (2, {"output": None}, "t1.c2 cannot be done"),
        (2, {"output": {"type": "function_call_output", "call_id": "c3", "output": "7"}}, "the output of another call"),
        (2, {"item": 1}, "one record for each of its calls"),
        (2, {"path": "t1.c1"}, "the record of t1.c2 has another name"),
    ],
)
async def test_a_record_that_is_never_written_so_is_refused(place: int, changed: dict[str, JsonValue], why: str):
    document = await waiting_document()
    document["turns"][1]["calls"][place] |= changed
    with pytest.raises(UserError, match=why):
        await RunState.from_json(office(Effects()), document)


@pytest.mark.spec("D12")
@pytest.mark.parametrize(
    "decision",
    [
        {},
        True,
        "approve",
        {"verdict": "approve"},
        {"verdict": True, "at": "2026-03-01T09:30:00Z"},
        {"verdict": "Approve", "at": "2026-03-01T09:30:00Z"},
        {"verdict": "approve", "at": "2026-03-01T09:30:00"},
        {"verdict": "approve", "at": "2026-03-01T09:30:00Z", "extra": 1},
        {"verdict": ["approve"], "at": "2026-03-01T09:30:00Z"},
    ],
)
async def test_a_damaged_decision_is_never_an_approval(decision: JsonValue):
    effects = Effects()
    document = await waiting_document()
    document["turns"][1]["calls"][1]["decision"] = decision
    agent = office(effects)
    with pytest.raises(UserError, match="damaged"):
        await RunState.from_json(agent, document)
    assert effects == []


async def test_what_is_not_damaged_goes_on():
    effects = Effects()
    agent = office(effects)
    state = await RunState.from_json(agent, await waiting_document())
    assert (await Runner.run(agent, await stored(agent, approve_all(state)))).interruptions == []
    assert effects == ["delete C3"]
