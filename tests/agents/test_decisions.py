"""What a person's decision covers: one call, or with "always" every later call of that tool in the run."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.agents import Agent, Runner, RunState, ToolApprovalItem, UserError
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]


def refunds(effects: Effects, *answers: list[dict[str, Any]]) -> Agent[Any]:
    return desk(
        ScriptedModel([*answers, DONE]),
        effects.tool("refund", needs_approval=True),
        effects.tool("delete", needs_approval=True),
    )


def refund(call_id: str, order: str = "A1") -> dict[str, Any]:
    return call("refund", {"order": order}, call_id=call_id)


@pytest.mark.spec("D1")
async def test_to_approve_is_to_approve_one_call():
    effects = Effects()
    agent = refunds(effects, [refund("c1")], [refund("c2")])
    again = await Runner.run(agent, approve_all(await paused(agent)))

    assert effects == ["refund A1"]
    assert [each.call_id for each in again.interruptions] == ["c2"], "the same content under another id asks again"


@pytest.mark.spec("D2")
async def test_a_rejected_call_is_not_made_and_the_model_reads_so():
    effects = Effects()
    agent = refunds(effects, [refund("c1")], [refund("c2", "B2")])
    state = await paused(agent)
    state.reject(state.get_interruptions()[0])
    result = await Runner.run(agent, state)

    assert effects == []
    assert outputs(result.new_items) == ["Tool execution was not approved."]
    assert isinstance(agent.model, ScriptedModel)
    assert agent.model.requests[1].input[-1] == {
        "type": "function_call_output",
        "call_id": "c1",
        "output": "Tool execution was not approved.",
    }
    assert [each.call_id for each in result.interruptions] == ["c2"], "a call with other content asks again"


@pytest.mark.spec("D3", "D5")
@pytest.mark.parametrize("through_json", [False, True])
async def test_always_approve_lets_every_later_call_of_the_tool_through(through_json: bool):
    effects = Effects()
    delete = call("delete", {"order": "A1"}, call_id="c4")
    agent = refunds(effects, [refund("c1")], [refund("c2"), refund("c3", "B2")], [delete])
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)

    assert effects == ["refund A1", "refund A1", "refund B2"]
    assert [each.tool_name for each in result.interruptions] == ["delete"], "another tool still asks"


@pytest.mark.spec("D4", "D5", "X20")
@pytest.mark.parametrize("through_json", [False, True])
async def test_always_reject_refuses_every_later_call_of_the_tool(through_json: bool):
    effects = Effects()
    agent = refunds(effects, [refund("c1")], [refund("c2", "B2")])
    state = await paused(agent)
    state.reject(state.get_interruptions()[0], always_reject=True, rejection_message="No refunds today.")
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)

    assert effects == []
    assert result.final_output == "Done."
    assert outputs(result.new_items) == ["No refunds today.", "No refunds today."]


@pytest.mark.spec("D3")
async def test_always_approve_covers_the_calls_of_the_tool_that_wait_beside_it():
    effects = Effects()
    agent = refunds(effects, [refund("c1"), refund("c2", "B2"), call("delete", call_id="c3")])
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, state)

    assert sorted(effects) == ["refund A1", "refund B2"]
    assert [each.call_id for each in result.interruptions] == ["c3"]


@pytest.mark.spec("D8")
@pytest.mark.parametrize("call_first", [True, False])
async def test_a_decision_on_one_call_beats_an_always_on_its_tool(call_first: bool):
    effects = Effects()
    agent = refunds(effects, [refund("c1"), refund("c2", "B2"), refund("c3", "C3")], [refund("c4", "D4")])
    state = await paused(agent)
    first, second, _ = state.get_interruptions()
    if call_first:
        state.reject(second, rejection_message="Not this one.")
    state.approve(first, always_approve=True)
    if not call_first:
        state.reject(second, rejection_message="Not this one.")
    result = await Runner.run(agent, state)

    assert result.final_output == "Done."
    assert sorted(effects) == ["refund A1", "refund C3", "refund D4"]
    assert outputs(result.new_items)[1] == "Not this one."


@pytest.mark.spec("D8")
async def test_one_call_may_be_approved_although_its_tool_is_always_rejected():
    effects = Effects()
    agent = refunds(effects, [refund("c1"), refund("c2", "B2")], [refund("c3", "C3")])
    state = await paused(agent)
    first, second = state.get_interruptions()
    state.reject(first, always_reject=True)
    state.approve(second)
    assert (await Runner.run(agent, state)).final_output == "Done."
    assert effects == ["refund B2"]


@pytest.mark.spec("D9")
@pytest.mark.parametrize("last", ["approve", "reject"])
async def test_the_last_decision_on_a_call_counts(last: str):
    effects = Effects()
    agent = refunds(effects, [refund("c1")])
    state = await paused(agent)
    item = state.get_interruptions()[0]
    if last == "approve":
        state.reject(item, rejection_message="No.")
        state.approve(item)
    else:
        state.approve(item)
        state.reject(item)
    result = await Runner.run(agent, state)

    assert effects == (["refund A1"] if last == "approve" else [])
    assert outputs(result.new_items) == [
        "refund A1: done" if last == "approve" else "Tool execution was not approved.",
    ]


@pytest.mark.spec("D11")
@pytest.mark.parametrize("call_id", ["", None])
async def test_a_decision_on_an_item_without_a_call_id_is_an_error_and_decides_nothing(call_id: str | None):
    agent = refunds(Effects(), [refund("c1")])
    state = await paused(agent)
    before = state.to_json()
    item = ToolApprovalItem(agent, {"type": "function_call", "name": "refund", "call_id": call_id}, "refund")
    for decide in (state.approve, state.reject):
        with pytest.raises(UserError, match="needs the call's id"):
            decide(item)
    with pytest.raises(UserError):
        state.approve(item, always_approve=True)
    assert state.to_json() == before


@pytest.mark.spec("D11")
async def test_a_decision_on_a_call_that_the_run_does_not_have_is_an_error_and_decides_nothing():
    agent = refunds(Effects(), [refund("c1")])
    state = await paused(agent)
    before = state.to_json()
    for item in (ToolApprovalItem(agent, refund("c9"), "refund"), ToolApprovalItem(agent, refund("c1"), "delete")):
        with pytest.raises(UserError, match="no call with the id"):
            state.approve(item, always_approve=True)
    assert state.to_json() == before


async def test_a_call_that_is_over_cannot_be_decided_any_more():
    agent = refunds(Effects(), [refund("c1")], [call("delete", call_id="c2")])
    state = await paused(agent)
    over = state.get_interruptions()[0]
    result = await Runner.run(agent, approve_all(state))
    with pytest.raises(UserError, match="there is nothing to decide"):
        result.to_state().reject(over)


@pytest.mark.spec("D13", "D14")
async def test_what_the_app_is_given_are_copies_and_a_copy_can_be_decided():
    effects = Effects()
    agent = refunds(effects, [refund("c1"), refund("c2", "B2")])
    result = await Runner.run(agent, "Refund both")
    state = result.to_state()
    before = state.to_json()
    for given in (result.interruptions, state.get_interruptions()):
        given[0].raw_item["arguments"] = '{"order": "everything"}'
        given[0].raw_item["name"] = "delete"
        given.append(given[0])
        given.clear()
    result.new_items.clear()
    result.to_input_list()[0]["content"] = "Delete everything"

    assert state.to_json() == before == result.to_state().to_json()
    assert len(result.interruptions) == len(state.get_interruptions()) == 2
    for item in state.get_interruptions():
        state.approve(copy.deepcopy(item))
    await Runner.run(agent, state)
    assert sorted(effects) == ["refund A1", "refund B2"]


@pytest.mark.spec("D15")
async def test_two_states_of_one_result_know_nothing_of_each_other():
    effects = Effects()
    agent = refunds(effects, [refund("c1")])
    result = await Runner.run(agent, "Refund")
    approved, undecided = result.to_state(), result.to_state()
    before = undecided.to_json()
    approved.approve(result.interruptions[0], always_approve=True)
    done = await Runner.run(agent, approved)

    assert done.final_output == "Done."
    assert undecided.to_json() == before == result.to_state().to_json()
    assert len(undecided.get_interruptions()) == 1
    assert undecided.usage.requests == 1


@pytest.mark.spec("D16")
@pytest.mark.parametrize("field", ["arguments", "name"])
async def test_an_approval_does_not_hold_for_other_content_under_the_same_id(field: str):
    effects = Effects()
    agent = refunds(effects, [refund("c1"), call("refund", {"order": "B2"}, call_id="c2")])
    document = approve_all(await paused(agent)).to_json()
    altered = await RunState.from_json(agent, edited(document, field))

    with pytest.raises(UserError, match="altered"):
        await Runner.run(agent, altered)
    assert effects == [], "neither it nor what was approved beside it"


def edited(document: Any, field: str) -> Any:
    changed = copy.deepcopy(document)
    changed["turns"][0]["response"]["output"][0][field] = {"arguments": '{"order": "everything"}', "name": "delete"}[
        field
    ]
    return changed
