"""A person changes the arguments of a call: it runs with these, is approved for these, and the model is told so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from bot.agents import (
    Agent,
    HostedMCPTool,
    NotPerformed,
    Runner,
    RunState,
    ToolContext,
    UserError,
    function_tool,
    handoff,
)
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call
from bot.agents.testing import ScriptedModel, call, message
from bot.agents.tools.apply_patch import ApplyPatchTool
from bot.agents.tools.shell_tool import ShellTool
from bot.agents.tools.workspace_editor import WorkspaceEditor
from tests.agents.effects import desk, outputs, paused, stored
from tests.agents.keeper import ByOutputs, Died, Keeper

DONE = [message("Done.")]
PAY = call("pay", {"order": "A1", "amount": 100})
LESS: dict[str, JsonValue] = {"order": "A1", "amount": 7}


def payer(ran: list[str], model: Any = None) -> Agent[Any]:
    """An agent that pays with approval; `ran` has what was paid, and under which key."""

    @function_tool(needs_approval=True)
    async def pay(ctx: ToolContext[Any], order: str, amount: int) -> str:
        ran.append(f"{order} {amount} {ctx.tool_arguments} {ctx.idempotency_key}")
        return f"paid {amount}"

    return desk(model or ScriptedModel([[PAY], DONE]), pay)


def only(state: RunState) -> Call:
    [found] = state.calls
    return found


@pytest.mark.parametrize("through_json", [False, True])
async def test_a_call_runs_with_what_a_person_put_in_and_the_model_is_told_so(through_json: bool):
    ran: list[str] = []
    model = ScriptedModel([[PAY], DONE])
    agent = payer(ran, model)
    state = await paused(agent)
    asked = only(state).digest
    state.approve(state.get_interruptions()[0], arguments=LESS)
    state = await stored(agent, state) if through_json else state
    result = await Runner.run(agent, state)

    record = only(result.to_state())
    key = f"{state.run_id}/t0.c0#{record.digest[:16]}"
    assert ran == [f'A1 7 {{"amount":7,"order":"A1"}} {key}']
    assert model.requests[1].input[1] == PAY, "what the model wrote stays as it wrote it"
    assert outputs(result.new_items)[0].splitlines() == [note('{"amount":7,"order":"A1"}'), "paid 7"]
    assert (record.run_with, record.asked_digest) == (LESS, asked)
    assert record.digest != asked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "Invalid arguments for pay"),
        ({"order": "A1"}, "Invalid arguments for pay: amount"),
        ({"order": "A1", "amount": "much"}, "Invalid arguments for pay: amount"),
        ({"order": "A1", "amount": 7, "to": "me"}, "Invalid arguments for pay: to"),
        ({"order": "A1", "amount": float("nan")}, "pay: the changed arguments are not JSON"),
        ({"order": "A1", "amount": {7}}, "pay: the changed arguments are not JSON"),
    ],
)
async def test_arguments_that_do_not_fit_the_tool_are_refused_and_decide_nothing(arguments: Any, words: str):
    agent = payer([])
    state = await paused(agent)
    before = state.to_json()
    with pytest.raises(UserError, match=words):
        state.approve(state.get_interruptions()[0], arguments=arguments)
    assert state.to_json() == before


async def test_an_approval_of_changed_arguments_does_not_hold_for_others():
    ran: list[str] = []
    agent = payer(ran)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], arguments=LESS)
    document = state.to_string().replace('"amount":7', '"amount":7000')
    with pytest.raises(UserError, match="altered"):
        await Runner.run(agent, await RunState.from_string(agent, document))
    assert ran == []


async def test_the_last_change_counts_and_a_rejection_after_it_too():
    ran: list[str] = []
    agent = payer(ran)
    state = await paused(agent)
    [waiting] = state.get_interruptions()
    state.approve(waiting, arguments=LESS)
    state.approve(waiting, arguments=LESS | {"amount": 8})
    rejected = state.copied().bound_to(state.known_agents, None)
    rejected.reject(waiting)
    await Runner.run(agent, rejected)
    assert ran == []
    result = await Runner.run(agent.clone(model=ScriptedModel([DONE])), state)
    assert [each.split()[1] for each in ran] == ["8"]
    assert outputs(result.new_items)[0].endswith("paid 8")


async def test_what_the_model_wrote_wrongly_a_person_may_put_right():
    ran: list[str] = []
    agent = payer(ran, ScriptedModel([[call("pay", "{pay A1!")], DONE]))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], arguments=LESS)
    result = await Runner.run(agent, await stored(agent, state))
    assert len(ran) == 1
    assert outputs(result.new_items)[0].endswith("paid 7")


async def test_an_always_with_changed_arguments_lets_later_calls_run_with_their_own():
    ran: list[str] = []
    agent = payer(ran, ScriptedModel([[PAY], [call("pay", {"order": "B2", "amount": 5}, call_id="c2")], DONE]))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True, arguments=LESS)
    assert (await Runner.run(agent, await stored(agent, state))).final_output == "Done."
    assert [each.split()[:2] for each in ran] == [["A1", "7"], ["B2", "5"]]


async def test_the_same_call_again_is_a_replay_although_it_ran_with_other_arguments():
    ran: list[str] = []
    agent = payer(ran, ScriptedModel([[PAY], [PAY], DONE]))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], arguments=LESS)
    result = await Runner.run(agent, await stored(agent, state))
    assert result.final_output == "Done."
    assert len(ran) == 1
    assert (await stored(agent, result.to_state())).final_text == "Done."


async def test_what_an_agent_is_asked_may_be_changed_and_a_text_stays_a_text():
    inner = ScriptedModel([DONE])
    ask = desk(inner, name="clerk").as_tool("ask", "Asks.", needs_approval=True)
    model = ScriptedModel([[call("ask", {"input": "Refund all"})], DONE])
    agent = Agent[Any]("desk", tools=[ask], model=model)
    state = await paused(agent)
    with pytest.raises(UserError, match="one argument"):
        state.approve(state.get_interruptions()[0], arguments={"input": 7})
    state.approve(state.get_interruptions()[0], arguments={"input": "Refund A1"})
    result = await Runner.run(agent, await stored(agent, state))
    assert inner.requests[0].input == [{"role": "user", "content": "Refund A1"}]
    assert "ran with" in outputs(result.new_items)[0]


async def test_a_call_within_may_be_changed_as_well():
    ran: list[str] = []
    inner = payer(ran)
    agent = Agent[Any](
        "support",
        tools=[inner.as_tool("ask", "Asks.")],
        model=ScriptedModel([[call("ask", {"input": "Pay"})], DONE]),
    )
    state = await paused(agent)
    with pytest.raises(UserError, match="Invalid arguments for pay"):
        state.approve(state.get_interruptions()[0], arguments={"order": 1})
    state.approve(state.get_interruptions()[0], arguments=LESS)
    result = await Runner.run(agent, await stored(agent, state))
    assert [each.split()[:2] for each in ran] == [["A1", "7"]]
    assert ran[0].split()[3].startswith(f"{state.run_id}/t0.c0/t0.c0#")
    assert result.final_output == "Done."


async def no_shell(_: object) -> str:
    raise AssertionError("nothing runs")


BILLING = desk(ScriptedModel([]), name="billing")


@pytest.mark.parametrize(
    ("raw", "agent"),
    [
        (
            {"type": "shell_call", "call_id": "c1", "action": {"commands": ["rm -r ."]}},
            Agent[Any]("desk", tools=[ShellTool(no_shell, needs_approval=True)]),
        ),
        (
            {
                "type": "apply_patch_call",
                "call_id": "c1",
                "operation": {"type": "delete_file", "path": "a.txt"},
            },
            Agent[Any]("desk", tools=[ApplyPatchTool(editor=WorkspaceEditor(Path()), needs_approval=True)]),
        ),
        (
            {"type": "mcp_approval_request", "id": "c1", "server_label": "box", "name": "send", "arguments": "{}"},
            Agent[Any]("desk", tools=[HostedMCPTool(tool_config={"type": "mcp", "server_label": "box"})]),
        ),
        (
            call("transfer_to_billing", call_id="c1"),
            Agent[Any]("desk", handoffs=[handoff(BILLING, needs_approval=True)]),
        ),
    ],
)
async def test_what_cannot_be_changed_is_refused_and_decides_nothing(raw: Item, agent: Agent[Any]):
    state = await paused(agent.clone(model=ScriptedModel([[raw]])))
    before = state.to_json()
    with pytest.raises(UserError, match="cannot be changed"):
        state.approve(state.get_interruptions()[0], arguments={"commands": ["ls"]})
    assert state.to_json() == before


@pytest.mark.parametrize("written", [False, True])
async def test_a_change_lives_through_a_crash_and_the_call_that_may_have_run_is_the_changed_one(written: bool):
    ran: list[str] = []
    keeper = Keeper(lambda: payer(ran, ByOutputs({0: [PAY], 1: DONE})))
    [waiting] = (await keeper.drive()).waiting
    keeper.decide(waiting, arguments=LESS)
    with pytest.raises(Died):
        await keeper.drive(dies_at=2, written=written)
    assert len(ran) == 1, "it ran, and what came of it is lost" if not written else ""

    run = await keeper.drive()
    if written:
        assert run.final_text == "Done."
        assert len(ran) == 1
        return
    [uncertain] = run.waiting
    assert (uncertain.status, uncertain.run_with, uncertain.round) == ("unknown", LESS, 2)
    keeper.decide(uncertain)
    assert (await keeper.drive()).final_text == "Done."
    assert len(ran) == 2
    assert len(set(ran)) == 1, "run again by a person's word, with the same arguments and the same key"


async def test_a_change_from_elsewhere_that_does_not_fit_is_an_error_for_the_model_and_nothing_runs():
    ran: list[str] = []
    keeper = Keeper(lambda: payer(ran, ByOutputs({0: [PAY], 1: DONE})))
    [waiting] = (await keeper.drive()).waiting
    keeper.decide(waiting, arguments={"order": "A1", "amount": "much"})
    run = await keeper.drive()
    assert run.final_text == "Done."
    assert ran == []
    assert "Invalid arguments for pay: amount" in str(only(run).output)


@pytest.mark.parametrize(
    ("raw", "more"),
    [
        (call("transfer_to_billing", call_id="c1"), {"arguments": {"order": "A1"}}),
        (
            {"type": "mcp_approval_request", "id": "c1", "server_label": "box", "name": "send", "arguments": "{}"},
            {"arguments": {"to": "me"}, "always": True},
        ),
    ],
)
async def test_a_change_from_elsewhere_of_what_cannot_be_changed_decides_nothing_and_the_call_still_waits(
    raw: Item, more: dict[str, Any]
):
    def make() -> Agent[Any]:
        tools = [HostedMCPTool(tool_config={"type": "mcp", "server_label": "box"})]
        ways = [handoff(BILLING.clone(model=ScriptedModel([DONE])), needs_approval=True)]
        model = ScriptedModel([[raw]] if not keeper.stored else [DONE])
        return Agent[Any]("desk", tools=tools, handoffs=ways, model=model)

    keeper = Keeper(make)
    [waiting] = (await keeper.drive()).waiting
    keeper.decide(waiting, **more)
    run = await keeper.drive()
    assert [each.path for each in run.waiting] == ["t0.c0"]
    assert (run.waiting[0].run_with, run.waiting[0].digest, run.grants) == (None, waiting.digest, [])
    keeper.decide(waiting)
    assert (await keeper.drive()).final_text == "Done."


async def test_the_model_is_told_of_the_change_whatever_came_of_the_call():
    @function_tool(needs_approval=True)
    async def pay(order: str) -> str:
        raise NotPerformed(f"No {order}.") if order == "B2" else RuntimeError(order)

    calls = [call("pay", {"order": "A1"}, call_id="c1"), call("pay", {"order": "A1"}, call_id="c2")]
    agent = desk(ScriptedModel([calls, DONE]), pay)
    state = await paused(agent)
    for waiting, order in zip(state.get_interruptions(), ("B2", "C3"), strict=True):
        state.approve(waiting, arguments={"order": order})
    state = (await Runner.run(agent, state)).to_state()
    [uncertain] = state.get_interruptions()
    state.mark_done(uncertain, "Paid by hand.")
    first, second = outputs((await Runner.run(agent, await stored(agent, state))).new_items)
    assert first.splitlines() == [note('{"order":"B2"}'), "No B2."]
    assert second.splitlines() == [note('{"order":"C3"}'), "Paid by hand."]


def note(arguments: str) -> str:
    return f"(A person changed the arguments of this call. It ran with {arguments}.)"
