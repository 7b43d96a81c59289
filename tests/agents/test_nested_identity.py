"""Runs within runs are kept apart, whatever names and call ids they share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot.agents import Agent, RunContextWrapper, Runner, RunState, ToolApprovalItem, UserError
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Journal
from bot.agents.loop.setting import Setting
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]


def ask(order: str, call_id: str, tool: str = "ask") -> Item:
    """The outer agent asks the inner one for a refund."""
    return call(tool, {"input": order}, call_id=call_id)


def refund(order: str, call_id: str = "c1") -> Item:
    return call("refund", {"order": order}, call_id=call_id)


class Clerk(ScriptedModel):
    """Refunds what it is asked for, each order under the same call id, and then says so."""

    async def get_response(self, request: Any) -> Any:
        order = str(request.input[0]["content"])
        answered = len(request.input) > 1
        self.answers = [*self.answers, [message(f"{order} is settled.")] if answered else [refund(order)]]
        return await super().get_response(request)


def office(effects: Effects, *turns: Sequence[Item], inner: str = "clerk", outer: str = "desk") -> Agent[Any]:
    """An agent that may refund itself, and asks another that may too; both need approval for it."""
    clerk = desk(Clerk([]), effects.tool("refund", needs_approval=True), name=inner)
    tools = [clerk.as_tool("ask", "Asks the clerk."), effects.tool("refund", needs_approval=True)]
    return Agent[Any](outer, tools=tools, model=ScriptedModel([*turns, DONE]))


@pytest.mark.spec("N6")
@pytest.mark.parametrize("through_json", [False, True])
async def test_two_calls_of_one_agent_are_two_runs_although_their_calls_have_the_same_id(through_json: bool):
    effects = Effects()
    agent = office(effects, [ask("A1", "o1"), ask("B2", "o2")])
    state = await paused(agent)
    first, second = state.get_interruptions()
    assert [each.call_id for each in (first, second)] == ["c1", "c1"]
    assert [each.arguments for each in (first, second)] == ['{"order": "A1"}', '{"order": "B2"}']

    state.approve(second)
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert effects == ["refund B2"]
    assert [each.path for each in result.interruptions] == [first.path]

    state = result.to_state()
    state.reject(first, rejection_message="Not A1.")
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert outputs(result.new_items) == ["A1 is settled.", "B2 is settled."]
    assert effects == ["refund B2"]


@pytest.mark.spec("N16")
async def test_an_item_that_could_mean_two_calls_decides_neither():
    agent = office(Effects(), [ask("A1", "o1"), ask("B2", "o2")])
    state = await paused(agent)
    before = state.to_json()
    for item in (ToolApprovalItem(agent, refund("A1")), ToolApprovalItem(agent, refund("A1"), "refund")):
        for decide in (state.approve, state.reject):
            with pytest.raises(UserError, match="several calls"):
                decide(item)
    assert state.to_json() == before


@pytest.mark.spec("N7")
@pytest.mark.parametrize("approved", ["outer", "inner"])
async def test_a_call_within_may_have_the_id_of_one_outside(approved: str):
    effects = Effects()
    agent = office(effects, [ask("A1", "c9"), refund("A1")])
    state = await stored(agent, await paused(agent))
    outer, inner = sorted(state.get_interruptions(), key=lambda each: len(each.path or ""))
    assert (outer.call_id, inner.call_id) == ("c1", "c1")
    yes, no = (outer, inner) if approved == "outer" else (inner, outer)
    state.approve(yes)
    state.reject(no, rejection_message="No.")
    result = await Runner.run(agent, await stored(agent, state))
    assert effects == ["refund A1"]
    assert outputs(result.new_items)[1] == ("refund A1: done" if approved == "outer" else "No.")


@pytest.mark.spec("N7")
async def test_a_call_within_may_have_the_id_of_the_call_that_it_is_within():
    effects = Effects()
    agent = office(effects, [ask("A1", "c1")])
    result = await Runner.run(agent, approve_all(await stored(agent, await paused(agent))))
    assert result.final_output == "Done."
    assert effects == ["refund A1"]


@pytest.mark.spec("N8")
@pytest.mark.parametrize("inner", ["clerk", "desk"])
async def test_an_always_outside_does_not_hold_within(inner: str):
    effects = Effects()
    agent = office(effects, [refund("A1", "c0")], [ask("B2", "o1")], inner=inner)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state))
    assert effects == ["refund A1"]
    assert [each.path for each in result.interruptions] == ["t1.c0/t0.c0"]


@pytest.mark.spec("N8", "N9")
@pytest.mark.parametrize("inner", ["clerk", "desk"])
async def test_an_always_within_holds_for_that_run_and_neither_outside_nor_when_the_agent_is_called_again(inner: str):
    effects = Effects()
    twice = ScriptedModel([[refund("A1")], [refund("A2", "c2")], DONE, [refund("B2")], DONE])
    clerk = desk(twice, effects.tool("refund", needs_approval=True), name=inner)
    model = ScriptedModel([[ask("A", "o1")], [ask("B", "o2"), refund("C3", "c3")], DONE])
    tools = [clerk.as_tool("ask", "Asks the clerk."), effects.tool("refund", needs_approval=True)]
    agent = Agent[Any]("desk", tools=tools, model=model)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state))
    assert effects == ["refund A1", "refund A2"]
    assert sorted(str(each.path) for each in result.interruptions) == ["t1.c0/t0.c0", "t1.c1"]


@pytest.mark.spec("N10")
async def test_a_payload_that_is_loaded_several_times_gives_runs_that_know_nothing_of_each_other():
    effects = Effects()
    agent = office(effects, [ask("A1", "o1")])
    payload = (await paused(agent)).to_string()
    once, twice, untouched = [await RunState.from_string(agent, payload) for _ in range(3)]
    once.approve(once.get_interruptions()[0])
    twice.reject(twice.get_interruptions()[0])
    fresh = [office(effects), office(effects)]
    results = await asyncio.gather(*(Runner.run(each, state) for each, state in zip(fresh, (once, twice), strict=True)))
    assert [result.final_output for result in results] == ["Done.", "Done."]
    assert effects == ["refund A1"]
    assert untouched.to_string() == payload
    assert len(untouched.get_interruptions()) == 1


@pytest.mark.spec("N10", "D15")
async def test_two_states_of_one_result_have_each_their_own_runs_within():
    effects = Effects()
    agent = office(effects, [ask("A1", "o1")])
    result = await Runner.run(agent, "Go")
    approved, undecided = result.to_state(), result.to_state()
    before = undecided.to_json()
    approved.approve(result.interruptions[0], always_approve=True)
    assert (await Runner.run(agent, approved)).final_output == "Done."
    assert effects == ["refund A1"]
    assert undecided.to_json() == before == result.to_state().to_json()
    assert len(undecided.get_interruptions()) == len(result.interruptions) == 1


@pytest.mark.spec("N11")
async def test_runs_that_go_on_at_once_under_the_same_ids_share_nothing():
    effects = Effects()
    agents = [office(effects, [ask(order, "o1")]) for order in ("A1", "B2")]
    states = await asyncio.gather(*(paused(agent) for agent in agents))
    first, second = states
    with pytest.raises(UserError, match="no call"):
        first.approve(ToolApprovalItem(agents[1], refund("B2", "other")))
    first.approve(first.get_interruptions()[0])
    second.reject(second.get_interruptions()[0])
    results = await asyncio.gather(*(Runner.run(agent, each) for agent, each in zip(agents, states, strict=True)))
    assert [outputs(result.new_items) for result in results] == [["A1 is settled."], ["B2 is settled."]]
    assert effects == ["refund A1"]
    assert first.run_id != second.run_id


@pytest.mark.spec("N12")
@pytest.mark.parametrize("outer", ["desk", "clerk"])
async def test_a_decision_reaches_its_run_although_all_agents_have_one_name(outer: str):
    effects = Effects()
    clerk = desk(Clerk([]), effects.tool("refund", needs_approval=True), name="clerk")
    other = clerk.clone(model=Clerk([]), instructions="Another clerk.")
    tools = [clerk.as_tool("ask", "Asks the clerk."), other.as_tool("ask_other", "Asks the other clerk.")]
    model = ScriptedModel([[ask("A1", "o1"), ask("B2", "o2", "ask_other")], DONE])
    agent = Agent[Any](outer, tools=tools, model=model)
    state = await stored(agent, await paused(agent))
    first, second = state.get_interruptions()
    assert [first.agent, second.agent] == [clerk, other]
    state.approve(second)
    result = await Runner.run(agent, await stored(agent, state))
    assert effects == ["refund B2"]
    assert [each.agent for each in result.interruptions] == [clerk]


@pytest.mark.spec("N13")
async def test_a_tool_that_is_not_offered_any_more_shifts_no_run_to_another_call():
    effects = Effects()
    state = await paused(two_clerks(effects, enabled=True))
    agent = two_clerks(effects, enabled=False)
    state = await stored(agent, state)
    assert [each.arguments for each in state.get_interruptions()] == ['{"order": "A1"}', '{"order": "B2"}']
    state.approve(state.get_interruptions()[1])
    result = await Runner.run(agent, state)
    assert effects == ["refund B2"]
    assert [each.arguments for each in result.interruptions] == ['{"order": "A1"}']
    assert outputs(result.new_items) == ["B2 is settled."]


@pytest.mark.spec("N13")
async def test_while_a_tool_is_gone_the_run_is_refused_and_loses_nothing():
    effects = Effects()
    state = approve_all(await paused(two_clerks(effects, enabled=True)))
    payload = state.to_string()
    agent = two_clerks(effects, enabled=True)
    without = agent.clone(tools=agent.tools[1:])
    gone = pytest.raises(UserError, match="needs the tool ask of desk")
    with gone:
        await RunState.from_string(without, payload)
    with gone:
        await Runner.run(without, state)
    assert effects == []
    result = await Runner.run(agent, await RunState.from_string(agent, payload))
    assert sorted(effects) == ["refund A1", "refund B2"]
    assert outputs(result.new_items) == ["A1 is settled.", "B2 is settled."]


def two_clerks(effects: Effects, *, enabled: bool) -> Agent[Any]:
    """An agent with two tools that each call a clerk; the first may not be offered."""
    clerks = [desk(Clerk([]), effects.tool("refund", needs_approval=True), name=f"clerk {n}") for n in (1, 2)]
    tools = [
        clerks[0].as_tool("ask", "Asks the first.", is_enabled=lambda _ctx, _agent: enabled),
        clerks[1].as_tool("ask_other", "Asks the second."),
    ]
    asked = [[ask("A1", "o1"), ask("B2", "o2", "ask_other")]] if enabled else []
    return Agent[Any]("desk", tools=tools, model=ScriptedModel([*asked, DONE]))


@pytest.mark.spec("N17")
@pytest.mark.parametrize("loaded", [False, True])
async def test_a_tool_that_calls_another_agent_now_stops_the_run_before_anything_of_the_apps_is_asked(loaded: bool):
    effects, asked = Effects(), list[str]()

    def enabled(_ctx: RunContextWrapper[Any], agent: Agent[Any]) -> bool:
        asked.append(agent.name)
        return True

    both = [ask("A1", "o1"), refund("B2", "c2")]
    agent = office(effects, both)
    state = approve_all(await paused(agent))
    stranger = desk(Clerk([]), effects.tool("refund"), name="stranger").as_tool("ask", "Asks.", is_enabled=enabled)
    now = agent.clone(tools=[stranger, agent.tools[1]])
    with pytest.raises(UserError, match="begun by the agent 'clerk'; now that tool calls 'stranger'"):
        await (stored(now, state) if loaded else Runner.run(now, state))
    assert (effects, asked) == ([], [])


async def test_where_the_keeper_of_a_run_did_not_look_nothing_is_begun_beside_a_call_of_another_agent():
    effects = Effects()
    agent = office(effects, [ask("A1", "o1"), refund("B2", "c2")])
    state = approve_all(await paused(agent))
    stranger = desk(Clerk([]), effects.tool("refund"), name="stranger").as_tool("ask", "Asks.")
    now = agent.clone(tools=[stranger, agent.tools[1]])
    with pytest.raises(UserError, match="ask of agent desk was approved, and is not there any more"):
        await drive(state, Setting(agents=registry(now), journal=Journal()))
    assert effects == []
