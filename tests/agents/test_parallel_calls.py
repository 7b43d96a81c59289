"""Several calls in one response: each is decided, run and kept alone, and the model reads them in its own order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.agents import (
    Agent,
    NotPerformed,
    RunConfig,
    Runner,
    RunState,
    ToolContext,
    ToolExecutionConfig,
    UserError,
    function_tool,
)
from bot.agents.loop.reading import MOST_CALLS
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]
THREE = [
    call("delete", {"order": "A1"}, call_id="c1"),
    call("count", {"order": "B2"}, call_id="c2"),
    call("delete", {"order": "C3"}, call_id="c3"),
]


def office(effects: Effects, *answers: list[dict[str, Any]]) -> tuple[Agent[Any], ScriptedModel]:
    model = ScriptedModel([*answers, DONE])
    return desk(model, effects.tool("delete", needs_approval=True), effects.tool("count")), model


@pytest.mark.spec("P1")
async def test_what_needs_nobody_is_done_before_the_run_waits():
    effects = Effects()
    agent, model = office(effects, THREE)
    result = await Runner.run(agent, "Go")

    assert effects == ["count B2"]
    assert outputs(result.new_items) == ["count B2: done"]
    assert [each.call_id for each in result.interruptions] == ["c1", "c3"]
    assert len(model.requests) == 1


@pytest.mark.spec("P2", "U2")
@pytest.mark.parametrize("through_json", [False, True])
async def test_to_resume_without_a_decision_changes_nothing(through_json: bool):
    effects = Effects()
    agent, model = office(effects, THREE)
    state = await paused(agent)
    before, usage = state.to_json(), state.usage
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)

    assert result.interruptions == state.get_interruptions()
    assert result.to_state().to_json() == before
    assert (result.usage, result.to_state().current_turn) == (usage, 1)
    assert effects == ["count B2"]
    assert len(model.requests) == 1


@pytest.mark.spec("P3", "P4", "P5")
@pytest.mark.parametrize("through_json", [False, True])
async def test_decisions_may_come_one_by_one_and_the_model_is_asked_after_the_last(through_json: bool):
    effects = Effects()
    agent, model = office(effects, THREE)
    state = await paused(agent)
    state.approve(state.get_interruptions()[1])
    second = await Runner.run(agent, await stored(agent, state) if through_json else state)

    assert effects == ["count B2", "delete C3"]
    assert [each.call_id for each in second.interruptions] == ["c1"]
    assert len(model.requests) == 1

    state = second.to_state()
    state.reject(state.get_interruptions()[0])
    last = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert last.final_output == "Done."
    assert effects == ["count B2", "delete C3"], "what was done is not done again"
    assert len(model.requests) == 2
    asked = [item["call_id"] for item in model.requests[1].input if item.get("type") == "function_call_output"]
    assert asked == ["c1", "c2", "c3"], "each call has one output"


@pytest.mark.spec("P6")
async def test_a_rejection_is_told_once_over_several_resumes():
    agent, model = office(Effects(), THREE)
    state = await paused(agent)
    state.reject(state.get_interruptions()[0], rejection_message="No.")
    second = (await Runner.run(agent, state)).to_state()
    third = await Runner.run(agent, approve_all(second))

    assert outputs(third.new_items) == ["No.", "count B2: done", "delete C3: done"]
    assert [item.get("output") for item in model.requests[1].input].count("No.") == 1


@pytest.mark.spec("P8", "P4")
async def test_the_model_reads_outputs_in_the_order_of_its_calls_whichever_ends_first():
    ended: list[str] = []
    first_may_end = asyncio.Event()

    @function_tool
    async def wait(order: str) -> str:
        if order == "first":
            await first_may_end.wait()
        else:
            first_may_end.set()
        ended.append(order)
        return order

    calls = [call("wait", {"order": "first"}, call_id="c1"), call("wait", {"order": "second"}, call_id="c2")]
    model = ScriptedModel([calls, DONE])
    result = await Runner.run(desk(model, wait), "Go")
    assert ended == ["second", "first"], "they run side by side"
    assert outputs(result.new_items) == ["first", "second"]
    assert [item.get("output") for item in model.requests[1].input][-2:] == ["first", "second"]


@pytest.mark.spec("P17")
async def test_what_the_model_says_beside_a_call_is_kept_and_the_run_still_waits():
    effects = Effects()
    model = ScriptedModel([[message("I will delete it."), call("delete", {"order": "A1"})], DONE])
    agent = desk(model, effects.tool("delete", needs_approval=True))
    result = await Runner.run(agent, "Go")
    assert result.final_output is None
    assert [item.type for item in result.new_items] == ["message_output_item", "tool_call_item"]

    await Runner.run(agent, approve_all(result.to_state()))
    assert message("I will delete it.") in model.requests[1].input


@pytest.mark.parametrize("failure", [RuntimeError("boom"), NotPerformed("boom")])
async def test_a_call_that_fails_takes_nothing_from_those_beside_it(failure: Exception):
    effects = Effects()
    calls = [call("break_", call_id="c1"), call("count", {"order": "A1"}, call_id="c2")]
    model = ScriptedModel([calls, DONE])
    result = await Runner.run(desk(model, effects.tool("break_", raises=failure), effects.tool("count")), "Go")
    assert result.final_output == "Done."
    broken, counted = outputs(result.new_items)
    assert "boom" in broken
    assert counted == "count A1: done"


async def test_an_error_that_ends_the_run_waits_for_the_calls_that_run_beside_it():
    effects = Effects()
    broken = asyncio.Event()

    @function_tool(failure_error_function=None)
    async def break_() -> str:
        broken.set()
        raise RuntimeError("boom")

    @function_tool
    async def slow() -> str:
        await broken.wait()
        await asyncio.sleep(0.05)
        effects.append("slow")
        return "slow: done"

    model = ScriptedModel([[call("break_", call_id="c1"), call("slow", call_id="c2")], DONE])
    agent = desk(model, break_, slow, effects.tool("delete", needs_approval=True))
    state = await not_yet(agent)
    with pytest.raises(RuntimeError, match="boom"):
        await Runner.run(agent, state)
    assert effects == ["slow"]

    result = await Runner.run(agent, state)
    assert result.final_output == "Done."
    assert outputs(result.new_items) == ["The tool failed: RuntimeError.", "slow: done"]
    assert effects == ["slow"]


async def not_yet(agent: Agent[Any]) -> Any:
    """A state of a run whose model has not been asked: its first try failed."""
    failing = agent.clone(model=ScriptedModel([ConnectionError("no network")]))
    result = Runner.run_streamed(failing, "Go")
    with pytest.raises(ConnectionError):
        async for _ in result.stream_events():
            pass
    return result.to_state()


async def test_more_calls_than_people_can_look_at_are_an_error_for_the_model():
    effects = Effects()
    many = [call("delete", {"order": str(n)}, call_id=f"c{n}") for n in range(MOST_CALLS + 1)]
    model = ScriptedModel([many, DONE])
    result = await Runner.run(desk(model, effects.tool("delete", needs_approval=True)), "Go")
    assert effects == []
    assert result.interruptions == []
    assert len(outputs(result.new_items)) == len(many)
    assert set(outputs(result.new_items)) == {
        "A response may ask for at most 20 calls, so none was made. Ask for fewer at a time."
    }


async def test_as_many_calls_as_are_allowed_wait_each_for_itself():
    effects = Effects()
    many = [call("delete", {"order": str(n)}, call_id=f"c{n}") for n in range(MOST_CALLS)]
    agent = desk(ScriptedModel([many, DONE]), effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    assert len(state.get_interruptions()) == MOST_CALLS
    await Runner.run(agent, approve_all(state))
    assert sorted(effects) == sorted(f"delete {n}" for n in range(MOST_CALLS))


async def test_each_call_has_a_key_of_its_own_that_a_resume_does_not_change():
    keys: dict[str, set[str]] = {}

    @function_tool(needs_approval=True)
    async def pay(ctx: ToolContext[Any]) -> str:
        keys.setdefault(ctx.tool_call_id, set()).add(ctx.idempotency_key)
        return "paid"

    agent = desk(ScriptedModel([[call("pay", call_id="c1"), call("pay", call_id="c2")], DONE]), pay)
    state = await paused(agent)
    result = await Runner.run(agent, approve_all(await stored(agent, state)))
    run_id = result.to_state().run_id
    assert keys == {"c1": {f"{run_id}/t0.c0"}, "c2": {f"{run_id}/t0.c1"}}


@pytest.mark.spec("P15")
@pytest.mark.parametrize("most", [1, 2, None])
async def test_a_limit_of_calls_at_once_bounds_what_runs_and_not_what_is_asked(most: int | None):
    running, at_once, ran = 0, 0, list[str]()

    @function_tool(needs_approval=True)
    async def work(order: str) -> str:
        nonlocal running, at_once
        running += 1
        at_once = max(at_once, running)
        await asyncio.sleep(0.01 if order == "0" else 0)
        running -= 1
        ran.append(order)
        return order

    calls = [call("work", {"order": str(n)}, call_id=f"c{n}") for n in range(5)]
    agent = desk(ScriptedModel([calls, DONE]), work)
    config = RunConfig(tool_execution=ToolExecutionConfig(max_function_tool_concurrency=most))
    state = (await Runner.run(agent, "Go", run_config=config)).to_state()
    assert len(state.get_interruptions()) == 5
    result = await Runner.run(agent, approve_all(await stored(agent, state)), run_config=config)
    assert at_once == (most or 5)
    assert sorted(ran) == ["0", "1", "2", "3", "4"]
    assert outputs(result.new_items) == ["0", "1", "2", "3", "4"]


@pytest.mark.spec("P15")
async def test_a_limit_of_calls_at_once_holds_for_agents_that_go_on_as_well():
    running, at_once = 0, 0

    @function_tool(needs_approval=True)
    async def work(order: str) -> str:
        nonlocal running, at_once
        running += 1
        at_once = max(at_once, running)
        await asyncio.sleep(0.01)
        running -= 1
        return order

    asked = [call("work", {"order": "A1"})]
    clerk = desk(ScriptedModel([asked, asked, asked, DONE, DONE, DONE]), work, name="clerk").as_tool("ask", "Asks.")
    calls = [call("ask", {"input": str(n)}, call_id=f"c{n}") for n in range(3)]
    agent = Agent[Any]("desk", tools=[clerk], model=ScriptedModel([calls, DONE]))
    config = RunConfig(tool_execution=ToolExecutionConfig(max_function_tool_concurrency=1))
    state = (await Runner.run(agent, "Go", run_config=config)).to_state()
    assert len(state.get_interruptions()) == 3
    result = await Runner.run(agent, approve_all(await stored(agent, state)), run_config=config)
    assert (result.final_output, at_once) == ("Done.", 1)


@pytest.mark.parametrize("most", [0, -1])
def test_a_limit_of_no_calls_at_once_is_refused(most: int):
    with pytest.raises(UserError, match="max_function_tool_concurrency"):
        ToolExecutionConfig(max_function_tool_concurrency=most)


@pytest.mark.spec("A10")
@pytest.mark.parametrize("through_json", [False, True])
async def test_a_call_of_an_unknown_tool_is_answered_at_once_and_the_model_reads_so_after_the_pause(through_json: bool):
    effects = Effects()
    agent, model = office(effects, [call("refund", {"order": "A1"}, call_id="c0"), *THREE])
    result = await Runner.run(agent, "Go")
    assert outputs(result.new_items) == ["There is no tool named refund.", "count B2: done"]
    assert [each.call_id for each in result.interruptions] == ["c1", "c3"]

    state = approve_all(result.to_state())
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    told = [item for item in model.requests[1].input if item.get("type") == "function_call_output"]
    assert [(item["call_id"], item["output"]) for item in told] == [
        ("c0", "There is no tool named refund."),
        ("c1", "delete A1: done"),
        ("c2", "count B2: done"),
        ("c3", "delete C3: done"),
    ]
    assert result.final_output == "Done."


@pytest.mark.spec("P14", "R9")
async def test_a_call_that_waits_still_waits_where_its_agent_has_other_tools_now():
    effects = Effects()
    agent, model = office(effects, THREE)
    state = await paused(agent)
    now = desk(model, effects.tool("refund", needs_approval=True))
    state = await stored(now, state)
    assert [each.call_id for each in state.get_interruptions()] == ["c1", "c3"]
    result = await Runner.run(now, state)
    assert [each.call_id for each in result.interruptions] == ["c1", "c3"]
    result = await Runner.run(agent, approve_all(await stored(agent, result.to_state())))
    assert effects == ["count B2", "delete A1", "delete C3"]


@pytest.mark.spec("P14")
async def test_a_call_that_waits_and_is_not_in_its_response_is_an_error_and_is_not_left_out():
    agent, _ = office(Effects(), THREE)
    document: Any = (await paused(agent)).to_json()
    document["turns"][0]["response"]["output"].pop()
    with pytest.raises(UserError, match="damaged"):
        await RunState.from_json(agent, document)


async def test_a_tool_that_is_gone_at_resume_stops_those_that_were_approved_beside_it():
    effects = Effects()
    agent, _ = office(effects, THREE)
    state = approve_all(await paused(agent))
    without = desk(ScriptedModel([DONE]), effects.tool("count"))
    with pytest.raises(UserError, match="delete"):
        await Runner.run(without, state)
    assert effects == ["count B2"]
