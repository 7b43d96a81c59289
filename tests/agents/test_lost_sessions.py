"""A session that is cleared, cut or another one while its run waits: what the model reads then, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.agents import Agent, MemorySession, Runner, RunState
from bot.agents.record.plain import Item
from bot.agents.sessions.history import paired
from bot.agents.sessions.interface import Session
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, stored
from tests.agents.sessions.said import assistant, said, user

DONE = [message("Done.")]
BEFORE = [user("Old."), assistant("Done."), user("Older."), assistant("Done.")]
FIRST_TURN = ["user: Go", "call c1", "output c1"]
REST = ["call c2", "output c2", "assistant: Done."]


@dataclass
class Listed:
    """A session as somebody writes it who knows no names; of its items it has the last `most`."""

    session_id: str = "listed"
    most: int = 1000
    items: list[Item] = field(default_factory=list[Item])

    async def get_items(self, limit: int | None = None) -> list[Item]:
        return self.items[-limit:] if limit else list(self.items)

    async def add_items(self, items: list[Item]) -> None:
        self.items = [*self.items, *items][-self.most :]

    async def pop_item(self) -> Item | None:
        return self.items.pop() if self.items else None

    async def clear_session(self) -> None:
        self.items.clear()


KINDS = pytest.mark.parametrize("kind", [MemorySession, Listed])


def office(model: ScriptedModel) -> Agent[Any]:
    effects = Effects()
    tools = [effects.tool("count"), effects.tool("delete", needs_approval=True)]
    return Agent[Any]("desk", tools=tools, model=model)


async def waiting(session: Session, before: list[Item]) -> tuple[Agent[Any], ScriptedModel, RunState]:
    """A run in that session, with one call done and one that waits, and approved."""
    await session.add_items(list(before))
    counted = call("count", {"order": "c1"}, call_id="c1")
    model = ScriptedModel([[reasoning(), counted, call("delete", {"order": "c2"}, call_id="c2")], DONE])
    agent = office(model)
    state = approve_all((await Runner.run(agent, "Go", session=session)).to_state())
    return agent, model, await stored(agent, state)


def without_thoughts(items: Sequence[Item]) -> list[str]:
    return [line for line in said(items) if not line.startswith("reasoning")]


@KINDS
@pytest.mark.parametrize("before", [BEFORE, []])
async def test_after_a_clear_the_model_reads_the_run_alone_and_the_session_gets_all_of_it(
    kind: type[MemorySession | Listed], before: list[Item]
):
    session = kind("s1")
    agent, model, state = await waiting(session, before)
    await session.clear_session()
    await Runner.run(agent, state, session=session)
    assert without_thoughts(model.requests[-1].input) == ["user: Go", "call c1", "call c2", "output c1", "output c2"]
    items = await session.get_items()
    assert paired(items) == items
    assert sorted(without_thoughts(items)) == sorted([*FIRST_TURN, *REST])


@KINDS
async def test_what_another_run_says_after_a_clear_is_not_read_as_said_before(kind: type[MemorySession | Listed]):
    session = kind("s1")
    agent, model, state = await waiting(session, BEFORE)
    await session.clear_session()
    for _ in range(4):
        await Runner.run(office(ScriptedModel([DONE])), "New.", session=session)
    await Runner.run(agent, state, session=session)
    assert without_thoughts(model.requests[-1].input)[0] == "user: Go"
    items = await session.get_items()
    assert paired(items) == items
    assert without_thoughts(items)[:8] == ["user: New.", "assistant: Done."] * 4


@KINDS
async def test_another_session_gets_all_of_the_run_and_its_own_items_are_not_read(kind: type[MemorySession | Listed]):
    agent, model, state = await waiting(kind("s1"), BEFORE)
    other = kind("s2")
    await other.add_items([user("Of another.")])
    await Runner.run(agent, state, session=other)
    assert without_thoughts(model.requests[-1].input)[0] == "user: Go"
    items = without_thoughts(await other.get_items())
    assert items[0] == "user: Of another."
    assert sorted(items[1:]) == sorted([*FIRST_TURN, *REST])


@KINDS
@pytest.mark.parametrize("popped", range(9))
async def test_whatever_is_popped_no_output_is_left_without_its_call(kind: type[MemorySession | Listed], popped: int):
    session = kind("s1")
    agent, model, state = await waiting(session, BEFORE)
    for _ in range(popped):
        await session.pop_item()
    await Runner.run(agent, state, session=session)
    told = without_thoughts(model.requests[-1].input)
    assert told[-5:] == ["user: Go", "call c1", "call c2", "output c1", "output c2"]
    assert told[:-5] in ([], said(BEFORE))
    assert len([line for line in told if line == "user: Go"]) == 1
    items = await session.get_items()
    kept, all_of_it = said(paired(items)), said(items)
    assert set(REST) <= set(kept)
    assert [line for line in kept if "output" in line] == [line for line in all_of_it if "output" in line]
    assert len(set(all_of_it) - set(said(BEFORE))) == len([line for line in all_of_it if line not in said(BEFORE)])


async def test_of_a_session_that_keeps_its_latest_items_the_model_reads_those_from_before_and_its_own_once():
    session = Listed(most=6)
    agent, model, state = await waiting(session, [*BEFORE, *BEFORE])
    await Runner.run(agent, state, session=session)
    told = without_thoughts(model.requests[-1].input)
    assert told[-5:] == ["user: Go", "call c1", "call c2", "output c1", "output c2"]
    assert "user: Go" not in told[:-5]
    assert set(told[:-5]) <= set(said(BEFORE))


async def test_the_history_of_a_run_that_waits_is_one_that_another_can_begin_with():
    session = MemorySession("s1")
    counted = call("count", {"order": "c1"}, call_id="c1")
    waits = call("delete", {"order": "c2"}, call_id="c2")
    agent = office(ScriptedModel([[reasoning("rs_1"), counted, message("And:"), reasoning("rs_2"), waits], DONE]))
    result = await Runner.run(agent, "Go", session=session)
    assert said(result.to_input_list()) == ["user: Go", "reasoning rs_1", "call c1", "assistant: And:", "output c1"]
    assert result.to_input_list() == await session.get_items()
    ended = await Runner.run(agent, approve_all(result.to_state()))
    assert said(ended.to_input_list())[1:] == [
        *("reasoning rs_1", "call c1", "assistant: And:", "reasoning rs_2", "call c2"),
        *("output c1", "output c2", "assistant: Done."),
    ]
