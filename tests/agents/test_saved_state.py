"""The saved form of a run: JSON with a version, that an older program refuses and a newer one reads."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from bot.agents import Agent, Runner, RunState, UserError
from bot.agents.record.saved import VERSION, NewerVersion
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

GOLDEN = Path(__file__).parent / "golden"
DONE = [message("Done.")]


def office(effects: Effects, *answers: list[dict[str, Any]]) -> Agent[Any]:
    """The agent of the golden files."""
    return desk(
        ScriptedModel([*answers, DONE]),
        effects.tool("delete", needs_approval=True),
        effects.tool("refund", needs_approval=True),
        effects.tool("pay", needs_approval=True),
        effects.tool("audit"),
        effects.tool("count"),
    )


async def waiting(effects: Effects) -> tuple[Agent[Any], RunState]:
    agent = office(effects, [call("delete", {"order": "A1"})])
    return agent, await paused(agent)


@pytest.mark.spec("X3")
@pytest.mark.parametrize("name", ["v1.json", "v1_ended.json"])
async def test_what_version_1_wrote_is_read_and_written_the_same(name: str):
    document = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
    state = await RunState.from_json(office(Effects()), document)
    assert state.to_json() == document
    assert list(state.to_json()) == list(document)


async def test_a_run_that_version_1_saved_goes_on():
    effects = Effects()
    agent = office(effects)
    state = await RunState.from_string(agent, (GOLDEN / "v1.json").read_text(encoding="utf-8"))
    asked = [(each.tool_name, each.call_id, each.may_have_run) for each in state.get_interruptions()]
    assert asked == [("pay", "c7", True), ("refund", "c10", False)]
    assert state.usage.cached_tokens == 1024

    result = await Runner.run(agent, approve_all(state))
    assert result.final_output == "Done."
    assert effects == ["pay E5", "refund H8"]
    assert outputs(result.new_items)[:3] == ["delete A1: done", "count Ä2: done", "Too old."]


@pytest.mark.spec("X1")
async def test_a_saved_run_is_json_and_its_text_is_the_same():
    agent, state = await waiting(Effects())
    document = state.to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert json.loads(state.to_string()) == document
    assert (await RunState.from_json(agent, document)).to_json() == document
    assert (await RunState.from_string(agent, state.to_string())).to_json() == document


@pytest.mark.spec("X2")
@pytest.mark.parametrize("version", [None, True, False, "1", 1.0, 0, -1, [1], {}])
async def test_a_version_that_is_no_whole_number_is_refused_before_anything_else_is_read(version: JsonValue):
    agent, state = await waiting(Effects())
    for document in (state.to_json() | {"version": version}, {"version": version, "turns": "SECRET"}):
        with pytest.raises(UserError, match="no version"):
            await RunState.from_json(agent, document)


@pytest.mark.spec("X2")
async def test_a_document_without_a_version_is_refused():
    agent, state = await waiting(Effects())
    with pytest.raises(UserError, match="no version"):
        await RunState.from_json(agent, {key: value for key, value in state.to_json().items() if key != "version"})


@pytest.mark.spec("X3")
async def test_a_newer_version_is_refused_and_says_to_update():
    agent, state = await waiting(Effects())
    with pytest.raises(NewerVersion, match=f"version {VERSION + 1}.*Update"):
        await RunState.from_json(agent, state.to_json() | {"version": VERSION + 1, "of_tomorrow": "SECRET"})


@pytest.mark.spec("X4")
@pytest.mark.parametrize("text", ["", "SECRET", '{"version": 1, "SECRET', "[1]", '"SECRET"', "null", "[" * 100_000])
async def test_a_text_that_is_no_saved_run_is_refused_without_being_told(text: str):
    with pytest.raises(UserError, match="no saved run") as refused:
        await RunState.from_string(office(Effects()), text)
    assert "SECRET" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.spec("X5", "X6")
@pytest.mark.parametrize("field", ["agent", "turn"])
async def test_a_run_of_an_agent_that_is_not_there_is_refused(field: str):
    agent, state = await waiting(Effects())
    document: Any = copy.deepcopy(state.to_json())
    if field == "agent":
        document["agent"] = "another"
    else:
        document["turns"][0]["agent"] = "another"
    with pytest.raises(UserError, match="another"):
        await RunState.from_json(agent, document)


@pytest.mark.spec("X5")
async def test_a_run_cannot_go_on_under_an_agent_that_it_does_not_know():
    effects = Effects()
    _, state = await waiting(effects)
    with pytest.raises(UserError, match="desk"):
        await Runner.run(
            desk(ScriptedModel([DONE]), effects.tool("delete", needs_approval=True), name="other"), approve_all(state)
        )
    assert effects == []


@pytest.mark.spec("X9")
@pytest.mark.parametrize("context", [None, {}, {"user": "ana", "n": [1, None, 2.5]}])
async def test_a_context_that_is_json_is_saved_with_the_run(context: JsonValue):
    agent = office(Effects(), [call("delete")])
    state = (await Runner.run(agent, "Go", context=context)).to_state()
    assert (await stored(agent, state)).app_context == context


@pytest.mark.spec("X10")
async def test_a_context_that_is_no_json_is_an_error_when_the_run_is_saved_and_never_left_out():
    class App:
        user = "ana"

    agent = office(Effects(), [call("delete")])
    state = (await Runner.run(agent, "Go", context=App())).to_state()
    for save in (state.to_json, state.to_string):
        with pytest.raises(UserError, match="App, which is no JSON"):
            save()
    assert (await Runner.run(agent, approve_all(state))).final_output == "Done.", "in memory it is no matter"


async def test_a_waiting_run_is_small():
    _, state = await waiting(Effects())
    assert len(state.to_string()) < 1400
