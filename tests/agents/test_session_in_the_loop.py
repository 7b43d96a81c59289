"""A session beside a run: what it has at each pause and at the end, whatever fails, stops or is stopped between."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from bot.agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    MemorySession,
    OutputGuardrail,
    OutputGuardrailTripwireTriggered,
    Runner,
    RunResult,
    RunState,
    SessionSettings,
    StopAtTools,
    handoff,
    handoff_filters,
)
from bot.agents.record.kept import Kept
from bot.agents.record.plain import Item
from bot.agents.record.tree import RunTree
from bot.agents.sessions.history import paired
from bot.agents.sessions.interface import Session
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, desk, stored
from tests.agents.keeper import ByOutputs, Died, Keeper
from tests.agents.sessions.backends import Backend, Open, opening
from tests.agents.sessions.said import said

DONE = [message("Done.")]


@pytest.fixture(params=get_args(Backend))
async def open_session(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str) -> AsyncIterator[Open]:
    """Opens sessions of one backend; a test that takes it runs with each."""
    async with opening(request.param, directory=tmp_path, redis_url=redis_url) as open:
        yield open


@dataclass
class Flaky:
    """A session as somebody writes it who knows no names. Its next writes fail, with all of it done or nothing."""

    failures: list[Literal["before", "after", ""]] = field(default_factory=list[Literal["before", "after", ""]])
    items: list[Item] = field(default_factory=list[Item])
    session_id: str = "flaky"

    async def get_items(self, limit: int | None = None) -> list[Item]:
        return self.items if limit is None else self.items[max(0, len(self.items) - limit) :]

    async def add_items(self, items: list[Item]) -> None:
        failure = self.failures.pop(0) if self.failures else ""
        if failure != "before":
            self.items.extend(items)
        if failure:
            raise ConnectionError("no session")

    async def pop_item(self) -> Item | None:
        return self.items.pop() if self.items else None

    async def clear_session(self) -> None:
        self.items.clear()


def delete(id: str) -> Item:
    return call("delete", {"order": id}, call_id=id)


def count(id: str) -> Item:
    return call("count", {"order": id}, call_id=id)


def office(effects: Effects, *answers: Any, **settings: Any) -> Agent[Any]:
    tools = [effects.tool("count"), effects.tool("delete", needs_approval=True)]
    return Agent[Any]("desk", tools=tools, model=ScriptedModel(answers), **settings)


async def run(agent: Agent[Any], given: str | RunState, session: Session, *, streamed: bool = False) -> RunResult:
    if not streamed:
        return await Runner.run(agent, given, session=session)
    result = Runner.run_streamed(agent, given, session=session)
    async for _ in result.stream_events():
        pass
    return result


@pytest.mark.spec("SS1", "SS2", "SS3")
@pytest.mark.parametrize("streamed", [False, True])
async def test_over_several_pauses_in_new_processes_each_item_is_there_once(open_session: Open, streamed: bool):
    effects = Effects()
    turns = [[reasoning(), count("c1"), delete("c2"), delete("c3")], [count("c4"), delete("c5")], DONE]
    agent = office(effects, *turns)
    result = await run(agent, "Go", open_session(), streamed=streamed)
    pauses = [said(await open_session().get_items())]
    while result.interruptions:
        state = result.to_state()
        state.approve(result.interruptions[0])
        result = await run(agent, await stored(agent, state), open_session(), streamed=streamed)
        items = await open_session().get_items()
        assert paired(items) == items, "every call has its output, and every output its call"
        pauses.append(said(items))
    assert effects == ["count c1", "delete c2", "delete c3", "count c4", "delete c5"]
    assert pauses[0][0] == "user: Go"
    assert pauses[0][2:] == ["call c1", "output c1"], "a call that waits is not there"
    assert pauses[-1] == [*pauses[0], *pauses[-1][4:]], "what is there stays as it is"
    assert pauses[-1][4:8] == ["call c2", "output c2", "call c3", "output c3"]
    assert pauses[-1][8:] == ["call c4", "output c4", "call c5", "output c5", "assistant: Done."]


async def test_the_next_run_reads_what_the_last_one_left_and_adds_to_it(open_session: Open):
    agent = office(Effects(), [count("c1")], DONE, DONE)
    first = await run(agent, "Go", open_session())
    second = await run(agent, "Go", open_session())
    model = agent.model
    assert isinstance(model, ScriptedModel)
    before = ["user: Go", "call c1", "output c1", "assistant: Done."]
    assert said(model.requests[2].input) == [*before, "user: Go"]
    assert said(await open_session().get_items()) == [*before, "user: Go", "assistant: Done."]
    assert said(second.to_input_list()) == ["user: Go", "assistant: Done."]
    assert first.final_output == second.final_output


async def test_a_session_may_be_read_in_part():
    agent = office(Effects(), DONE)
    session = MemorySession("s1", SessionSettings(limit=1))
    await session.add_items([{"role": "user", "content": "Long ago."}, {"role": "user", "content": "Lately."}])
    await run(agent, "Go", session)
    model = agent.model
    assert isinstance(model, ScriptedModel)
    assert said(model.requests[0].input) == ["user: Lately.", "user: Go"]


@pytest.mark.spec("SS5")
@pytest.mark.parametrize("failure", ["before", "after"])
@pytest.mark.parametrize("through_json", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_write_that_fails_after_the_tool_ran_is_made_before_the_model_is_asked(
    failure: Literal["before", "after"], through_json: bool, streamed: bool
):
    effects, session = Effects(), Flaky()
    agent = office(effects, [count("c1"), delete("c2")], DONE)
    model = agent.model
    assert isinstance(model, ScriptedModel)
    state = approve_all((await run(agent, "Go", session)).to_state())
    session.failures = [failure, failure]
    for _ in range(2):
        with pytest.raises(ConnectionError, match="no session"):
            await run(agent, state, session, streamed=streamed)
        assert [call.status for call in state.calls] == ["done", "done"], "the output is in the state"
        assert len(model.requests) == 1
        state = await stored(agent, state) if through_json else state
        if failure == "after":
            break
    session.failures = []
    result = await run(agent, state, session, streamed=streamed)
    assert (effects, result.final_output) == (["count c1", "delete c2"], "Done.")
    expected = ["user: Go", "call c1", "output c1", "call c2", "output c2", "assistant: Done."]
    assert said(session.items) == expected


@pytest.mark.parametrize("failure", ["before", "after"])
async def test_the_first_write_of_all_may_fail_and_what_was_said_alike_before_the_run_is_no_part_of_it(
    failure: Literal["before", "after"],
):
    session = Flaky([failure], [{"role": "user", "content": "Go"}])
    agent = office(Effects(), [delete("c1")], DONE)
    first = Runner.run_streamed(agent, "Go", session=session)
    with pytest.raises(ConnectionError):
        async for _ in first.stream_events():
            pass
    state = approve_all(await stored(agent, first.to_state()))
    await run(agent, state, session)
    assert said(session.items) == ["user: Go", "user: Go", "call c1", "output c1", "assistant: Done."]


@pytest.mark.parametrize("dies_at", range(1, 12))
@pytest.mark.parametrize("written", [False, True])
async def test_wherever_the_process_dies_a_session_that_knows_no_names_has_each_item_once(dies_at: int, written: bool):
    session = Flaky(items=[{"role": "user", "content": "Go"}])
    effects = Effects()

    def make() -> Agent[Any]:
        model = ByOutputs({0: [count("c1")], 1: [count("c2")], 2: DONE})
        return desk(model, effects.tool("count", idempotent=True))

    keeper = Keeper(make)
    run = RunState(run_id="r_1", start_agent="desk", agent="desk", max_turns=None, kept=Kept(before=1))
    run.turns = (await Runner.run(make(), "Go")).to_state().turns[:1]
    run.turns[0] = run.turns[0].model_copy(update={"response": None, "calls": []})
    keeper.stored = run.to_string()
    ended: RunTree
    try:
        ended = await keeper.drive(dies_at=dies_at, written=written, session=session)
    except Died:
        ended = await keeper.drive(session=session)
    assert ended.ended
    whole = ["user: Go", "call c1", "output c1", "call c2", "output c2", "assistant: Done."]
    assert said(session.items) == ["user: Go", *whole]


async def test_a_session_that_cannot_be_read_is_told_before_anything_is_done():
    class Unreadable(Flaky):
        async def get_items(self, limit: int | None = None) -> list[Item]:
            raise ConnectionError(f"no session, nor the last {limit}")

    agent = office(Effects(), DONE)
    model = agent.model
    assert isinstance(model, ScriptedModel)
    with pytest.raises(ConnectionError):
        await run(agent, "Go", Unreadable())
    assert model.requests == []


@pytest.mark.spec("SS6", "SS7")
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_that_is_stopped_is_not_kept_and_what_was_done_is(open_session: Open, streamed: bool):
    def private(_ctx: object, _agent: object, said: str) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered="secret" in said)

    effects = Effects()
    agent = office(
        effects, [delete("c1")], [message("The secret is 42.")], DONE, output_guardrails=[OutputGuardrail(private)]
    )
    state = approve_all((await run(agent, "Go", open_session(), streamed=streamed)).to_state())
    with pytest.raises(OutputGuardrailTripwireTriggered):
        await run(agent, state, open_session(), streamed=streamed)
    items = await open_session().get_items()
    assert paired(items) == items
    assert said(items) == ["user: Go", "call c1", "output c1"]

    await run(agent, await stored(agent, state), open_session(), streamed=streamed)
    assert said(await open_session().get_items()) == ["user: Go", "call c1", "output c1", "assistant: Done."]
    assert effects == ["delete c1"]


@pytest.mark.spec("SS7")
@pytest.mark.parametrize("streamed", [False, True])
async def test_when_what_a_tool_returned_may_not_be_the_answer_its_call_is_kept_all_the_same(
    open_session: Open, streamed: bool
):
    def objects(_ctx: object, _agent: object, said: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered="delete" in str(said))

    effects = Effects()
    agent = office(
        effects,
        [count("c1"), delete("c2")],
        tool_use_behavior=StopAtTools(stop_at_tool_names=["delete"]),
        output_guardrails=[OutputGuardrail(objects)],
    )
    state = approve_all((await run(agent, "Go", open_session(), streamed=streamed)).to_state())
    for given in (state, await stored(agent, state)):
        with pytest.raises(OutputGuardrailTripwireTriggered):
            await run(agent, given, open_session(), streamed=streamed)
        expected = ["user: Go", "call c1", "output c1", "call c2", "output c2"]
        assert said(await open_session().get_items()) == expected
    assert effects == ["count c1", "delete c2", "delete c2"], "each of the two states ran it once"


@pytest.mark.spec("SS8")
@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_a_guardrail_on_input_stops_leaves_nothing_behind(beside: bool, streamed: bool):
    def objects(_ctx: object, _agent: object, said: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered="everything" in str(said))

    session, effects = MemorySession("s1"), Effects()
    agent = office(effects, [count("c1")], DONE, input_guardrails=[InputGuardrail(objects, run_in_parallel=beside)])
    with pytest.raises(InputGuardrailTripwireTriggered):
        await run(agent, "Delete everything", session, streamed=streamed)
    assert (await session.get_items(), effects) == ([], [])


async def test_what_is_added_during_a_pause_stands_after_the_outputs_and_once(open_session: Open):
    agent = office(Effects(), [count("c1"), delete("c2")], DONE)
    state = approve_all((await run(agent, "Go", open_session())).to_state())
    state.add_input("And be quick.")
    await run(agent, await stored(agent, state), open_session())
    assert said(await open_session().get_items()) == [
        "user: Go",
        *("call c1", "output c1", "call c2", "output c2"),
        "user: And be quick.",
        "assistant: Done.",
    ]


@pytest.mark.parametrize("through_json", [False, True])
async def test_over_a_handoff_the_session_has_all_whatever_the_filter_leaves(through_json: bool):
    effects, session = Effects(), MemorySession("s1")
    await session.add_items([{"role": "user", "content": "Hello"}])
    billing = office(effects, [delete("c2")], DONE)
    billing = Agent[Any]("billing", tools=billing.tools, model=billing.model)
    over = handoff(billing, input_filter=handoff_filters.remove_all_tools)
    agent = office(effects, [count("c1"), call("transfer_to_billing", call_id="h1")], handoffs=[over])
    state = approve_all((await run(agent, "Go", session)).to_state())
    await run(agent, await stored(agent, state) if through_json else state, session)
    model = billing.model
    assert isinstance(model, ScriptedModel)
    assert said(model.requests[0].input) == ["user: Hello", "user: Go"]
    assert said(model.requests[1].input) == ["user: Hello", "user: Go", "call c2", "output c2"]
    items = said(await session.get_items())
    assert items[:2] == ["user: Hello", "user: Go"]
    assert Counter(items[2:-1]) == Counter(f"{what} {id}" for id in ("c1", "h1", "c2") for what in ("call", "output"))
    assert items[-1] == "assistant: Done."


async def test_what_an_agent_that_was_called_said_is_not_in_the_session():
    inner = Agent[Any](
        "expert", tools=[Effects().tool("delete", needs_approval=True)], model=ScriptedModel([[delete("c1")], DONE])
    )
    ask = call("ask", {"input": "Do it"}, call_id="a1")
    agent = Agent[Any]("desk", tools=[inner.as_tool("ask", "Asks.")], model=ScriptedModel([[ask], DONE]))
    session = MemorySession("s1")
    state = approve_all((await run(agent, "Go", session)).to_state())
    await run(agent, await stored(agent, state), session)
    assert said(await session.get_items()) == ["user: Go", "call a1", "output a1", "assistant: Done."]


async def test_at_the_limit_of_turns_all_that_was_done_is_there():
    session = MemorySession("s1")
    agent = office(Effects(), [count("c1")], DONE)
    with pytest.raises(MaxTurnsExceeded):
        await Runner.run(agent, "Go", session=session, max_turns=1)
    assert said(await session.get_items()) == ["user: Go", "call c1", "output c1"]
