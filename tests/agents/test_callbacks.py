"""The app decides in place of a person: `on_approval` of functions, agents and handoffs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.agents import (
    Agent,
    Allow,
    Ask,
    FunctionTool,
    Refuse,
    RunConfig,
    RunContextWrapper,
    Runner,
    ToolApprovalItem,
    function_tool,
    handoff,
)
from bot.agents.testing import ScriptedModel, call, message
from bot.agents.tools.tool import OnApproval
from tests.agents.effects import Effects, approve_all, desk, outputs, stored

DONE = [message("Done.")]
DELETE = [call("delete", {"order": "A1"}, call_id="c1")]


def deletes(effects: Effects, on_approval: OnApproval, *, needs_approval: Any = True) -> FunctionTool:
    @function_tool(needs_approval=needs_approval, on_approval=on_approval)
    async def delete(order: str) -> str:
        effects.append(f"delete {order}")
        return "deleted"

    return delete


@pytest.mark.parametrize("is_async", [False, True])
async def test_the_callback_is_shown_the_call_and_may_approve_it(is_async: bool):
    seen: list[tuple[object, ToolApprovalItem]] = []

    def approve(ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> dict[str, object]:
        seen.append((ctx.context, item))
        return {"approve": True}

    async def approve_async(ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> dict[str, object]:
        return approve(ctx, item)

    effects = Effects()
    agent = desk(ScriptedModel([DELETE, DONE]), deletes(effects, approve_async if is_async else approve))
    result = await Runner.run(agent, "Go", context={"user": "ana"})
    assert (result.final_output, result.interruptions, effects) == ("Done.", [], ["delete A1"])
    [(context, item)] = seen
    assert context == {"user": "ana"}
    assert (item.agent, item.tool_name, item.call_id, item.arguments) == (agent, "delete", "c1", '{"order": "A1"}')
    [record] = result.to_state().calls
    assert record.decision
    assert (record.decision.source, record.decision.by) == ("callback", None)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"approve": False, "reason": "Not today."}, "Not today."),
        ({"approve": False, "reason": ""}, "Tool execution was not approved."),
        ({"approve": False}, "Tool execution was not approved."),
        ({"approve": False, "reason": 7}, "Tool execution was not approved."),
    ],
)
async def test_the_callback_may_reject_with_a_reason_for_the_model(said: dict[str, object], words: str):
    effects = Effects()
    agent = desk(ScriptedModel([DELETE, DONE]), deletes(effects, lambda _ctx, _item: said))
    result = await Runner.run(agent, "Go")
    assert (result.final_output, effects) == ("Done.", [])
    assert outputs(result.new_items) == [words]


@pytest.mark.parametrize("said", [None, True, "yes", {}, {"approve": "yes"}, {"approve": 1}, RuntimeError("boom")])
async def test_a_callback_that_gives_no_clear_answer_leaves_it_to_a_person(said: object):
    asked: list[object] = []

    def callback(_ctx: RunContextWrapper[Any], _item: ToolApprovalItem) -> object:
        asked.append(said)
        if isinstance(said, Exception):
            raise said
        return said

    effects = Effects()
    agent = desk(ScriptedModel([DELETE, DONE]), deletes(effects, callback))
    result = await Runner.run(agent, "Go")
    assert (len(result.interruptions), effects) == (1, [])
    state = (await Runner.run(agent, await stored(agent, result.to_state()))).to_state()
    assert asked == [said], "it is asked once, whatever it said"
    await Runner.run(agent, approve_all(state))
    assert effects == ["delete A1"]


async def test_the_callback_is_asked_only_about_calls_that_need_somebody():
    asked: list[str] = []

    def callback(_ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> dict[str, object]:
        asked.append(item.arguments)
        return {"approve": False}

    def rule(_ctx: RunContextWrapper[Any], arguments: dict[str, Any], _call_id: str) -> bool:
        return arguments["order"] == "B2"

    effects = Effects()
    calls = [*DELETE, call("delete", {"order": "B2"}, call_id="c2")]
    await Runner.run(desk(ScriptedModel([calls, DONE]), deletes(effects, callback, needs_approval=rule)), "Go")
    assert asked == ['{"order": "B2"}']
    assert effects == ["delete A1"]


async def test_the_callback_is_not_asked_where_a_person_said_always():
    asked: list[str] = []

    def callback(_ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> object:
        asked.append(item.arguments)
        return None

    effects = Effects()
    model = ScriptedModel([DELETE, [call("delete", {"order": "B2"}, call_id="c2")], DONE])
    agent = desk(model, deletes(effects, callback))
    state = (await Runner.run(agent, "Go")).to_state()
    state.approve(state.get_interruptions()[0], always_approve=True)
    await Runner.run(agent, await stored(agent, state))
    assert effects == ["delete A1", "delete B2"]
    assert asked == ['{"order": "A1"}']


async def test_who_decides_while_the_callback_thinks_wins_over_it():
    async def callback(ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> dict[str, object]:
        ctx.reject_tool(item, rejection_message="A person said no.")
        await asyncio.sleep(0)
        return {"approve": True}

    effects = Effects()
    result = await Runner.run(desk(ScriptedModel([DELETE, DONE]), deletes(effects, callback)), "Go")
    assert effects == []
    assert outputs(result.new_items) == ["A person said no."]


async def test_what_the_callback_does_to_the_item_it_is_given_changes_nothing():
    def callback(_ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> dict[str, object]:
        item.raw_item["arguments"] = '{"order": "everything"}'
        return {"approve": True}

    effects = Effects()
    await Runner.run(desk(ScriptedModel([DELETE, DONE]), deletes(effects, callback)), "Go")
    assert effects == ["delete A1"]


@pytest.mark.parametrize("word", [Ask(), RuntimeError("boom"), None])
async def test_where_the_operator_asks_for_a_person_the_callback_cannot_stand_in_for_one(word: Any):
    async def gate(_: object) -> Any:
        if isinstance(word, Exception):
            raise word
        return word

    effects = Effects()
    for needs_approval in (False, True):
        tool = deletes(effects, lambda _ctx, _item: {"approve": True}, needs_approval=needs_approval)
        result = await Runner.run(desk(ScriptedModel([DELETE, DONE]), tool), "Go", run_config=RunConfig(gate=gate))
        assert len(result.interruptions) == 1
    assert effects == []


@pytest.mark.parametrize(("word", "words"), [(Ask(), "No."), (Allow(), "No."), (Refuse("Closed."), "Closed.")])
async def test_the_callback_may_reject_whatever_the_operator_says(word: Any, words: str):
    async def gate(_: object) -> Any:
        return word

    tool = deletes(Effects(), lambda _ctx, _item: {"approve": False, "reason": "No."})
    result = await Runner.run(desk(ScriptedModel([DELETE, DONE]), tool), "Go", run_config=RunConfig(gate=gate))
    assert outputs(result.new_items) == [words]


@pytest.mark.parametrize("approve", [True, False])
async def test_agents_and_handoffs_have_callbacks_as_well(approve: bool):
    asked: list[str | None] = []

    def callback(_ctx: RunContextWrapper[Any], item: ToolApprovalItem) -> dict[str, object]:
        asked.append(item.tool_name)
        return {"approve": approve}

    clerk = desk(ScriptedModel([[message("Asked.")]]), name="clerk")
    billing = desk(ScriptedModel([DONE]), name="billing")
    ask, over = call("ask", {"input": "Go"}, call_id="c1"), call("transfer_to_billing", call_id="c2")
    agent = Agent[Any](
        "desk",
        tools=[clerk.as_tool("ask", "Asks.", needs_approval=True, on_approval=callback)],
        handoffs=[handoff(billing, needs_approval=True, on_approval=callback)],
        model=ScriptedModel([[ask], [over], DONE]),
    )
    result = await Runner.run(agent, "Go")
    assert asked == ["ask", "transfer_to_billing"]
    assert result.last_agent is (billing if approve else agent)
    assert outputs(result.new_items)[0] == ("Asked." if approve else "Tool execution was not approved.")


async def test_a_callback_within_decides_for_the_run_within():
    effects = Effects()
    clerk = desk(ScriptedModel([DELETE, DONE]), deletes(effects, lambda _ctx, _item: {"approve": True}), name="clerk")
    model = ScriptedModel([[call("ask", {"input": "Go"}, call_id="c1")], DONE])
    result = await Runner.run(Agent[Any]("desk", tools=[clerk.as_tool("ask", "Asks.")], model=model), "Go")
    assert (result.interruptions, effects) == ([], ["delete A1"])
