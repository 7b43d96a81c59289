"""One agent gives the run to another: when, once, with whose word, and how the run goes on after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    Handoff,
    HandoffCallItem,
    HandoffOutputItem,
    ModelBehaviorError,
    RunContextWrapper,
    Runner,
    RunState,
    UserError,
    handoff,
    handoff_filters,
)
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from bot.agents.tools.shell_tool import ShellTool
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored
from tests.agents.keeper import ByOutputs, Died, Keeper

DONE = [message("Done.")]
OVER = call("transfer_to_billing", call_id="h1")
A1 = call("delete", {"order": "A1"}, call_id="c1")


@dataclass
class Office:
    """A desk that deletes with approval and may hand over to billing, which deletes with approval as well."""

    effects: Effects = field(default_factory=Effects)
    handed: list[str] = field(default_factory=list[str])

    def open(self, first: list[Any], second: list[Any], *, on_handoff: Any = None, **options: Any) -> Agent[Any]:
        """The desk, with what its model and that of billing answer."""
        tool = self.effects.tool("delete", needs_approval=True)
        billing = Agent[Any]("billing", tools=[tool], model=ScriptedModel(second))
        over = handoff(billing, on_handoff=on_handoff or self.note, **options)
        return Agent[Any]("desk", tools=[tool], handoffs=[over], model=ScriptedModel(first))

    def note(self, _: RunContextWrapper[Any], *given: object) -> None:
        self.handed.append(" ".join(["handed over", *map(str, given)]))


@pytest.mark.spec("H1")
@pytest.mark.parametrize("through_json", [False, True])
async def test_a_handoff_waits_for_the_calls_beside_it_and_then_happens_once(through_json: bool):
    office = Office()
    agent = office.open([[A1, OVER]], [DONE])
    result = await Runner.run(agent, "Go")
    assert [each.call_id for each in result.interruptions] == ["c1"]
    assert (result.last_agent, office.handed) == (agent, [])

    state = approve_all(result.to_state())
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert (result.final_output, result.last_agent.name) == ("Done.", "billing")
    assert (office.effects, office.handed) == (["delete A1"], ["handed over"])
    assert [item.type for item in result.new_items] == [
        "tool_call_item",
        "handoff_call_item",
        "tool_call_output_item",
        "handoff_output_item",
        "message_output_item",
    ]


@pytest.mark.parametrize("decided_first", ["delete", "transfer_to_billing"])
async def test_an_approved_handoff_waits_for_the_decision_on_the_call_beside_it(decided_first: str):
    office = Office()
    agent = office.open([[A1, OVER]], [DONE], needs_approval=True)
    state = await paused(agent)
    state.approve(next(each for each in state.get_interruptions() if each.tool_name == decided_first))
    result = await Runner.run(agent, await stored(agent, state))
    assert (len(result.interruptions), result.last_agent, office.handed) == (1, agent, [])
    assert office.effects == (["delete A1"] if decided_first == "delete" else [])
    result = await Runner.run(agent, approve_all(await stored(agent, result.to_state())))
    assert (result.last_agent.name, office.handed, office.effects) == ("billing", ["handed over"], ["delete A1"])


@pytest.mark.parametrize("calls_the_app", [False, True])
@pytest.mark.parametrize("dies_at", [2, 3])
async def test_after_a_crash_a_handoff_that_does_nothing_else_just_happens_and_one_that_calls_the_app_asks(
    calls_the_app: bool, dies_at: int
):
    office = Office()

    def make() -> Agent[Any]:
        billing = Agent[Any]("billing", model=ByOutputs({1: DONE}))
        over = handoff(billing, on_handoff=office.note if calls_the_app else None)
        return Agent[Any]("desk", handoffs=[over], model=ByOutputs({0: [OVER]}))

    keeper = Keeper(make)
    with pytest.raises(Died):
        await keeper.drive(dies_at=dies_at, written=dies_at == 2)
    run = await keeper.drive()
    if not calls_the_app:
        assert (run.final_text, run.agent) == ("Done.", "billing")
        return
    [uncertain] = run.waiting
    assert (uncertain.status, run.agent) == ("unknown", "desk")
    keeper.decide(uncertain)
    run = await keeper.drive()
    assert (run.final_text, run.agent) == ("Done.", "billing")
    assert len(office.handed) == (1 if dies_at == 2 else 2)


@pytest.mark.spec("H2", "R2")
@pytest.mark.parametrize("through_json", [False, True])
async def test_after_a_handoff_calls_are_those_of_the_agent_that_took_over(through_json: bool):
    office = Office()
    agent = office.open([[OVER]], [[A1], DONE])
    result = await Runner.run(agent, "Go")
    assert [each.agent.name for each in result.interruptions] == ["billing"]
    state = approve_all(result.to_state())
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert (result.final_output, result.last_agent.name) == ("Done.", "billing")
    assert (office.effects, office.handed) == (["delete A1"], ["handed over"])


@pytest.mark.spec("H3")
async def test_a_handoff_that_happened_does_not_happen_again_when_what_follows_is_tried_again():
    office = Office()
    agent = office.open([[A1, OVER]], [ConnectionError("no network"), DONE])
    state = approve_all(await paused(agent))
    with pytest.raises(ConnectionError):
        await Runner.run(agent, state)
    assert state.agent == "billing"
    result = await Runner.run(agent, await stored(agent, state))
    assert result.final_output == "Done."
    assert (office.effects, office.handed) == (["delete A1"], ["handed over"])


@pytest.mark.spec("D7")
async def test_an_always_of_one_agent_is_none_of_the_agent_that_takes_over():
    office = Office()
    agent = office.open([[A1], [OVER]], [[call("delete", {"order": "B2"}, call_id="c2")], DONE])
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state))
    assert [(each.agent.name, each.call_id) for each in result.interruptions] == [("billing", "c2")]
    assert office.effects == ["delete A1"]


@pytest.mark.spec("H5", "K5")
async def test_a_handoff_under_the_id_of_an_approved_call_is_an_error_before_it_happens():
    office = Office()
    agent = office.open([[A1], [{**OVER, "call_id": "c1"}]], [])
    state = approve_all(await paused(agent))
    with pytest.raises(ModelBehaviorError, match="c1"):
        await Runner.run(agent, await stored(agent, state))
    assert (office.effects, office.handed) == (["delete A1"], [])


@pytest.mark.spec("K5")
@pytest.mark.parametrize("kind", ["shell", "handoff"])
async def test_an_id_that_stood_for_one_kind_of_call_stands_for_no_other(kind: str):
    asked: list[str] = []

    async def run_shell(_: object) -> str:
        asked.append("shell")
        return ""

    shell: Item = {"type": "shell_call", "call_id": "c1", "action": {"commands": ["ls"]}}
    again = shell if kind == "shell" else {**OVER, "call_id": "c1"}
    billing = desk(ScriptedModel([]), name="billing")
    model = ScriptedModel([[call("count", call_id="c1")], [again]])
    agent = Agent[Any]("desk", tools=[Effects().tool("count"), ShellTool(run_shell)], handoffs=[billing], model=model)
    with pytest.raises(ModelBehaviorError, match="c1"):
        await Runner.run(agent, "Go")
    assert asked == []


async def test_a_handoff_may_need_approval_and_is_not_made_when_it_is_rejected():
    office = Office()
    agent = office.open([[OVER], [message("Then I will do it.")]], [DONE], needs_approval=True)
    state = await paused(agent)
    [waiting] = state.get_interruptions()
    assert (waiting.tool_name, waiting.agent, office.handed) == ("transfer_to_billing", agent, [])

    state.reject(waiting, rejection_message="Stay with her.")
    result = await Runner.run(agent, await stored(agent, state))
    assert (result.final_output, result.last_agent, office.handed) == ("Then I will do it.", agent, [])
    assert outputs(result.new_items) == ["Stay with her."]
    assert not any(isinstance(item, HandoffOutputItem) for item in result.new_items)


async def test_an_approved_handoff_happens():
    office = Office()
    agent = office.open([[OVER]], [DONE], needs_approval=True)
    result = await Runner.run(agent, approve_all(await stored(agent, await paused(agent))))
    assert (result.last_agent.name, office.handed) == ("billing", ["handed over"])


class Case(BaseModel):
    """What billing is told."""

    order: str
    amount: int


async def test_what_the_model_gives_with_a_handoff_is_read_in_the_type_that_is_set():
    office = Office()
    over = call("transfer_to_billing", {"order": "A1", "amount": "7"}, call_id="h1")
    wrong = call("transfer_to_billing", {"order": "A1"}, call_id="h0")
    agent = office.open([[wrong], [over]], [DONE], input_type=Case)
    result = await Runner.run(agent, "Go")
    assert office.handed == ["handed over order='A1' amount=7"]
    assert outputs(result.new_items)[0].startswith("Invalid arguments for transfer_to_billing: amount")
    assert result.final_output == "Done."


async def test_an_input_type_needs_somebody_who_takes_the_input():
    with pytest.raises(UserError, match="no on_handoff that takes it"):
        handoff(desk(ScriptedModel([]), name="billing"), input_type=Case)


async def test_an_async_callback_is_awaited_and_one_that_raises_leaves_the_run_with_its_agent():
    async def fails(_: RunContextWrapper[Any]) -> None:
        raise RuntimeError("closed")

    agent = Office().open([[OVER], [message("I stay.")]], [], on_handoff=fails)
    result = await Runner.run(agent, "Go")
    assert (result.final_output, result.last_agent) == ("I stay.", agent)
    assert outputs(result.new_items) == ["The tool failed: RuntimeError: closed"]


@pytest.mark.parametrize("happened", [True, False])
async def test_of_a_handoff_that_broke_off_a_person_says_whether_it_happened(happened: bool):
    tries: list[str] = []

    async def breaks_off(_: RunContextWrapper[Any]) -> None:
        tries.append("tried")
        if len(tries) == 1:
            raise TimeoutError

    office = Office()
    agent = office.open(
        [[OVER]], [DONE], on_handoff=breaks_off, needs_approval=True, input_filter=handoff_filters.remove_all_tools
    )
    result = await Runner.run(agent, approve_all(await paused(agent)))
    [waiting] = result.interruptions
    assert waiting.may_have_run
    state = await stored(agent, result.to_state())
    if happened:
        state.mark_done(waiting, "Billing knows.")
    else:
        state.approve(waiting)
    result = await Runner.run(agent, state)
    assert (result.final_output, result.last_agent.name) == ("Done.", "billing")
    assert tries == ["tried"] * (1 if happened else 2)
    billing = result.last_agent
    assert isinstance(billing.model, ScriptedModel)
    assert billing.model.requests[0].input == [{"role": "user", "content": "Please do it."}], "its filter holds too"


async def test_of_two_handoffs_in_one_response_the_first_happens():
    office = Office()
    other = handoff(desk(ScriptedModel([]), name="other"), on_handoff=office.note)
    agent = office.open([[OVER, call("transfer_to_other", call_id="h2")]], [DONE])
    agent = agent.clone(handoffs=[*agent.handoffs, other])
    result = await Runner.run(agent, "Go")
    assert (result.last_agent.name, office.handed) == ("billing", ["handed over"])
    assert outputs(result.new_items) == ["Multiple handoffs detected, ignoring this one."]
    assert sum(isinstance(item, HandoffCallItem) for item in result.new_items) == 2
    assert RunState.model_validate(result.to_state().model_dump(mode="json")).agent == "billing"


async def test_agents_may_hand_over_in_a_circle():
    office = Office()
    back = handoff(desk(ScriptedModel([])), tool_name_override="back")
    first = ScriptedModel([[OVER], [call("transfer_to_billing", call_id="h3")]])
    second = ScriptedModel([[call("back", call_id="h2")], [A1], DONE])
    tool = office.effects.tool("delete", needs_approval=True)
    billing = Agent[Any]("billing", tools=[tool], handoffs=(ways := list[Agent[Any] | Handoff]([back])), model=second)
    agent = Agent[Any]("desk", handoffs=[billing], model=first)
    ways[0] = handoff(agent, tool_name_override="back")
    result = await Runner.run(agent, "Go")
    assert [each.agent for each in result.interruptions] == [billing]
    result = await Runner.run(agent, approve_all(await stored(agent, result.to_state())))
    assert (result.final_output, result.last_agent, office.effects) == ("Done.", billing, ["delete A1"])


@pytest.mark.spec("X8")
async def test_two_agents_of_one_name_are_refused_before_anything_is_asked():
    model = ScriptedModel([])
    twin = desk(ScriptedModel([]), name="billing")
    middle = Agent[Any]("middle", handoffs=[twin.clone(instructions="Another.")], model=model)
    agent = Agent[Any]("desk", handoffs=[twin, middle], model=model)
    with pytest.raises(UserError, match="Two agents are called 'billing'"):
        await Runner.run(agent, "Go")
    with pytest.raises(UserError, match="Two agents are called 'billing'"):
        await RunState.from_string(agent, (await paused(Office().open([[A1]], []))).to_string())
    assert model.requests == []


async def test_a_run_within_may_be_handed_over_and_goes_on_there():
    office, outer = Office(), ScriptedModel([[call("ask", {"input": "A1"}, call_id="o1")], DONE])
    inner = office.open([[OVER]], [[A1], [message("Billing did it.")]])
    agent = Agent[Any]("support", tools=[inner.as_tool("ask", "Asks the desk.")], model=outer)
    state = await stored(agent, await paused(agent))
    [waiting] = state.get_interruptions()
    assert (waiting.agent.name, waiting.path) == ("billing", "t0.c0/t1.c0")
    result = await Runner.run(agent, approve_all(state))
    assert (result.last_agent, outputs(result.new_items)) == (agent, ["Billing did it."])
    assert (office.effects, office.handed) == (["delete A1"], ["handed over"])


async def test_the_next_agent_is_asked_with_its_own_instructions_and_tools():
    model = ScriptedModel([DONE])
    billing = Agent[Any]("billing", instructions="You bill.", tools=[Effects().tool("bill")], model=model)
    agent = Agent[Any]("desk", instructions="You sit.", handoffs=[billing], model=ScriptedModel([[OVER]]))
    result = await Runner.run(agent, "Go")
    [request] = model.requests
    assert (request.instructions, [tool.name for tool in request.tools]) == ("You bill.", ["bill"])
    assert request.input == result.to_input_list()[:-1]
