"""The app's own object beside a saved run: kept as JSON, made again of it, given again, or refused; never left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import BaseModel, JsonValue

from bot.agents import Agent, RunContextWrapper, Runner, RunState, UserError, function_tool
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import approve_all, desk

DONE = [message("Done.")]


@dataclass
class Person:
    """A context of the app's own class."""

    name: str
    born: date


class Customer(BaseModel):
    """A context that pydantic can write."""

    name: str
    since: date = date(2020, 1, 2)


ANA = Person("ana", date(2000, 1, 2))


def office(seen: list[Any] | None = None) -> Agent[Any]:
    """An agent that notes what its tool sees of the app."""

    @function_tool(needs_approval=True)
    async def look(ctx: RunContextWrapper[Any]) -> str:
        if seen is not None:
            seen.append(ctx.context)
        return "looked"

    return desk(ScriptedModel([[call("look")], DONE]), look)


async def waiting(context: Any) -> RunState:
    state = (await Runner.run(office(), "Go", context=context)).to_state()
    assert state.get_interruptions()
    return approve_all(state)


def write(person: Person) -> Mapping[str, Any]:
    return asdict(person) | {"born": person.born.isoformat()}


def read(kept: dict[str, Any]) -> Person:
    return Person(kept["name"], date.fromisoformat(kept["born"]))


@pytest.mark.spec("X12")
async def test_a_serializer_and_a_deserializer_take_it_there_and_back():
    state, seen = await waiting(ANA), list[Any]()
    document = state.to_json(context_serializer=write)
    assert document["context"] == {"name": "ana", "born": "2000-01-02"}
    agent = office(seen)
    agent_state = await RunState.from_json(agent, document, context_deserializer=read)
    assert agent_state.app_context == ANA
    await Runner.run(desk(ScriptedModel([DONE]), *tools(agent)), agent_state)
    assert seen == [ANA]


def tools(agent: Agent[Any]) -> list[Any]:
    return list(agent.tools)


@pytest.mark.spec("X12")
async def test_what_is_given_in_its_place_wins_over_the_deserializer_and_that_over_what_was_kept():
    text = (await waiting(ANA)).to_string(context_serializer=write)
    bob = Person("bob", date(1999, 9, 9))

    def never(_: dict[str, Any]) -> Person:
        raise AssertionError("It is given already.")

    given = await RunState.from_string(office(), text, context_override=bob, context_deserializer=never)
    assert given.app_context is bob
    made = await RunState.from_string(office(), text, context_deserializer=read)
    assert made.app_context == ANA
    plain = (await waiting({"user": "ana"})).to_string()
    assert (await RunState.from_string(office(), plain)).app_context == {"user": "ana"}
    made = await RunState.from_string(office(), plain, context_deserializer=lambda kept: sorted(kept.values()))
    assert made.app_context == ["ana"]


@pytest.mark.spec("X12")
@pytest.mark.parametrize("made", [None, "text", [1], ANA, 1])
async def test_a_serializer_that_makes_no_mapping_is_an_error(made: Any):
    state = await waiting(ANA)
    with pytest.raises(UserError, match="context_serializer must make a mapping"):
        state.to_string(context_serializer=lambda _: made)


async def test_a_serializer_whose_mapping_is_no_json_is_an_error():
    state = await waiting(ANA)
    with pytest.raises(UserError, match="no JSON"):
        state.to_json(context_serializer=asdict)


@pytest.mark.spec("X11")
@pytest.mark.parametrize("context", [ANA, Customer(name="ana"), ["ana"], "ana"])
async def test_strictly_only_a_mapping_is_written_without_a_serializer(context: Any):
    state = await waiting(context)
    for save in (state.to_json, state.to_string):
        with pytest.raises(UserError, match="strict_context it needs a context_serializer"):
            save(strict_context=True)
    state.to_string(strict_context=True, context_serializer=lambda _: {"user": "ana"})


@pytest.mark.spec("X11")
@pytest.mark.parametrize("context", [{"user": "ana"}, None, MappingProxyType({"user": "ana"})])
async def test_strictly_a_mapping_comes_back_as_it_is(context: Mapping[str, str] | None):
    text = (await waiting(context)).to_string(strict_context=True)
    loaded = await RunState.from_string(office(), text, strict_context=True)
    assert loaded.app_context == context


@pytest.mark.spec("X11")
async def test_strictly_an_object_is_read_only_when_it_is_made_or_given_again():
    text = (await waiting(ANA)).to_string(context_serializer=write)
    with pytest.raises(UserError, match=r"was a Person.*context_deserializer or a context_override"):
        await RunState.from_string(office(), text, strict_context=True)
    made = await RunState.from_string(office(), text, strict_context=True, context_deserializer=read)
    given = await RunState.from_string(office(), text, strict_context=True, context_override=ANA)
    assert made.app_context == given.app_context == ANA


async def test_a_pydantic_model_is_kept_with_its_defaults_and_must_be_given_again():
    seen: list[Any] = []
    agent = office(seen)
    state = await waiting(Customer(name="ana"))
    document = state.to_json()
    assert document["context"] == {"name": "ana", "since": "2020-01-02"}
    loaded = await RunState.from_json(agent, document)
    assert loaded.to_json() == document, "it is not lost while nobody has given it again"
    with pytest.raises(UserError, match=r"was a Customer. Give context="):
        await Runner.run(agent, loaded)
    assert seen == []

    again = await RunState.from_json(agent, document, context_deserializer=Customer.model_validate)
    assert again.app_context == Customer(name="ana")
    bob = Customer(name="bob")
    await Runner.run(desk(ScriptedModel([DONE]), *tools(agent)), loaded, context=bob)
    assert seen == [bob]


def deep(levels: int) -> list[Any]:
    """Lists in each other, more of them than can be read again."""
    return [deep(levels - 1)] if levels else []


@pytest.mark.parametrize(
    "context",
    [
        *(float("nan"), {"n": float("inf")}, {"at": date(2020, 1, 1)}, object(), {1, 2}),
        *({"half": "\ud800"}, deep(200)),
    ],
)
async def test_what_is_no_json_is_an_error_when_the_run_is_saved(context: Any):
    state = await waiting(context)
    with pytest.raises(UserError, match="cannot be saved with the run"):
        state.to_json()


@pytest.mark.parametrize("kept", [[1, 2], "text", 7])
async def test_what_was_kept_of_something_else_than_a_mapping_cannot_be_read_by_a_deserializer(kept: JsonValue):
    text = (await waiting(kept)).to_string()
    assert (await RunState.from_string(office(), text)).app_context == kept
    with pytest.raises(UserError, match="no mapping"):
        await RunState.from_string(office(), text, context_deserializer=lambda found: found)
