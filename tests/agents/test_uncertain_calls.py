"""A call that may have run is never run again in silence: a person says what to do, unless it may be repeated."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.agents import (
    Agent,
    Ask,
    FunctionTool,
    GatedCall,
    NotPerformed,
    RunConfig,
    Runner,
    RunState,
    ToolApprovalItem,
    ToolContext,
    UserError,
    function_tool,
)
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.gate import LEFT_OPEN
from bot.agents.loop.journal import Journal
from bot.agents.loop.setting import Setting
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]
DELETE = [call("delete", {"order": "A1"}, call_id="c1")]


class Died(Exception):
    """The process ends here."""


async def found_started(agent: Agent[Any], effects: Effects) -> RunState:
    """The state of a run whose process died when the body of its call had run and nothing of that was saved."""
    state = approve_all(await paused(agent))
    kept = ""

    async def save(_: object) -> None:
        nonlocal kept
        if effects:
            raise Died
        kept = state.to_string()

    with pytest.raises(Died):
        await drive(state, Setting(agents=registry(agent), journal=Journal(save=save)))
    return await RunState.from_string(agent, kept)


def deletes(effects: Effects, *, idempotent: bool = False) -> Agent[Any]:
    tool = effects.tool("delete", needs_approval=True, idempotent=idempotent)
    return desk(ScriptedModel([DELETE, DONE]), tool)


async def test_a_call_that_was_started_when_the_process_died_waits_for_a_person():
    effects = Effects()
    agent = deletes(effects)
    result = await Runner.run(agent, await found_started(agent, effects))

    [asked] = result.interruptions
    assert (asked.may_have_run, asked.tool_name, asked.round) == (True, "delete", 2)
    assert effects == ["delete A1"]
    assert (await Runner.run(agent, await stored(agent, result.to_state()))).interruptions == result.interruptions


def run_again(state: RunState, item: ToolApprovalItem) -> None:
    state.approve(item)


def mark_as_done(state: RunState, item: ToolApprovalItem) -> None:
    state.mark_done(item, "It is gone.")


def reject(state: RunState, item: ToolApprovalItem) -> None:
    state.reject(item, rejection_message="Leave it.")


@pytest.mark.parametrize(
    ("decide", "runs", "read"),
    [(run_again, 2, "delete A1: done"), (mark_as_done, 1, "It is gone."), (reject, 1, f"{LEFT_OPEN} Leave it.")],
)
async def test_the_person_runs_it_again_marks_it_as_done_or_rejects_it(
    decide: Callable[[RunState, ToolApprovalItem], None], runs: int, read: str
):
    effects = Effects()
    agent = deletes(effects)
    state = (await Runner.run(agent, await found_started(agent, effects))).to_state()
    decide(state, state.get_interruptions()[0])
    result = await Runner.run(agent, await stored(agent, state))

    assert result.final_output == "Done."
    assert len(effects) == runs
    assert outputs(result.new_items) == [read]


async def test_an_always_does_not_run_a_call_again_that_may_have_run():
    effects = Effects()
    agent = desk(
        ScriptedModel([[*DELETE, call("delete", {"order": "B2"}, call_id="c2")], DONE]),
        effects.tool("delete", needs_approval=True),
    )
    state = await found_started(agent, effects)
    state = (await Runner.run(agent, state)).to_state()
    first, second = state.get_interruptions()
    state.approve(second, always_approve=True)
    result = await Runner.run(agent, state)
    assert [each.call_id for each in result.interruptions] == [first.call_id]
    assert effects.count("delete A1") == 1


async def test_a_call_that_may_be_repeated_is_repeated_with_the_same_key():
    keys: list[str] = []
    effects = Effects()

    @function_tool(needs_approval=True, idempotent=True)
    async def delete(ctx: ToolContext[Any], order: str) -> str:
        keys.append(ctx.idempotency_key)
        effects.append(order)
        return f"delete {order}: done"

    agent = desk(ScriptedModel([DELETE, DONE]), delete)
    result = await Runner.run(agent, await found_started(agent, effects))
    assert result.final_output == "Done."
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_only_a_call_that_may_have_run_can_be_marked_as_done():
    state = await paused(deletes(Effects()))
    with pytest.raises(UserError, match="marked as done"):
        state.mark_done(state.get_interruptions()[0], "It is gone.")


async def raises() -> str:
    raise RuntimeError("boom")


async def gives_up() -> str:
    raise asyncio.CancelledError


async def hangs() -> str:
    await asyncio.sleep(60)
    return "late"


@pytest.mark.parametrize("body", [raises, gives_up, hangs])
async def test_an_approved_call_that_breaks_off_may_have_run(body: Callable[[], Awaitable[str]]):
    tool = function_tool(needs_approval=True, timeout=0.05)(body)
    agent = desk(ScriptedModel([[call(body.__name__)], DONE]), tool)
    result = await Runner.run(agent, approve_all(await paused(agent)))
    assert [each.may_have_run for each in result.interruptions] == [True]


@pytest.mark.parametrize("body", [raises, gives_up, hangs])
@pytest.mark.parametrize("risk", ["medium", "high"])
async def test_a_risky_call_that_breaks_off_may_have_run_although_nobody_had_to_approve_it(
    body: Callable[[], Awaitable[str]], risk: Any
):
    agent = desk(ScriptedModel([[call(body.__name__)], DONE]), function_tool(risk=risk, timeout=0.05)(body))
    assert [each.may_have_run for each in (await Runner.run(agent, "Go")).interruptions] == [True]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (raises, "The tool failed: RuntimeError: boom"),
        (gives_up, "The tool failed: RuntimeError: gives_up was cancelled from within"),
        (hangs, "The tool failed: TimeoutError: hangs did not end within 0.05 seconds"),
    ],
)
async def test_a_free_call_that_breaks_off_is_told_to_the_model(body: Callable[[], Awaitable[str]], read: str):
    agent = desk(ScriptedModel([[call(body.__name__)], DONE]), function_tool(timeout=0.05)(body))
    result = await Runner.run(agent, "Go")
    assert (outputs(result.new_items), result.final_output) == ([read], "Done.")


async def test_a_call_that_only_the_operator_asked_about_may_have_run_too():
    async def ask(_: GatedCall) -> Ask:
        return Ask()

    agent = desk(ScriptedModel([[call("raises")], DONE]), function_tool(raises))
    config = RunConfig(gate=ask)
    state = approve_all((await Runner.run(agent, "Go", run_config=config)).to_state())
    result = await Runner.run(agent, state, run_config=config)
    assert [each.may_have_run for each in result.interruptions] == [True]


async def test_a_tool_that_says_that_nothing_was_done_is_believed():
    effects = Effects()
    agent = desk(
        ScriptedModel([DELETE, DONE]),
        effects.tool("delete", needs_approval=True, raises=NotPerformed("There is no A1.")),
    )
    result = await Runner.run(agent, approve_all(await paused(agent)))
    assert (outputs(result.new_items), result.final_output) == (["There is no A1."], "Done.")


async def test_a_time_out_of_the_tools_own_is_not_called_ours():
    @function_tool(timeout=60)
    async def fetch() -> str:
        raise TimeoutError("the service did not answer")

    result = await Runner.run(desk(ScriptedModel([[call("fetch")], DONE]), fetch), "Go")
    assert outputs(result.new_items) == ["The tool failed: TimeoutError: the service did not answer"]


def unreadable(fails: str) -> FunctionTool:
    """A tool of which something fails after its body."""

    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError("boom")

    def rows() -> Any:
        yield 1
        raise RuntimeError("boom")

    def words(_ctx: object, error: Exception) -> str:
        raise LookupError("no words") from error

    @function_tool(failure_error_function=words)
    async def look() -> object:
        match fails:
            case "repr":
                return Odd()
            case "rows":
                return rows()
            case "surrogate":
                return {"name": "\ud800"}
            case _:
                raise RuntimeError("boom")

    return look


@pytest.mark.parametrize("fails", ["repr", "rows", "surrogate"])
async def test_whatever_a_tool_returns_its_call_is_kept_as_done(fails: str):
    agent = desk(ScriptedModel([[call("look")], DONE]), unreadable(fails))
    result = await Runner.run(agent, "Go")
    assert result.final_output == "Done."
    assert len(outputs(result.new_items)) == 1
    assert result.to_state().to_string().encode()


async def test_when_there_are_no_words_for_a_failure_the_run_ends_and_the_calls_beside_it_are_kept():
    effects = Effects()
    state = RunState(run_id="r_1", start_agent="desk", agent="desk")
    calls = [call("look", call_id="c1"), call("count", {"order": "A1"}, call_id="c2")]
    agent = desk(ScriptedModel([calls, DONE]), unreadable("words"), effects.tool("count"))
    with pytest.raises(LookupError, match="no words"):
        await Runner.run(agent, state)

    result = await Runner.run(agent, state)
    assert result.final_output == "Done."
    assert outputs(result.new_items) == ["The tool failed: RuntimeError.", "count A1: done"]
    assert effects == ["count A1"]


@pytest.mark.spec("P13")
async def test_a_call_that_comes_to_need_a_person_while_others_run_waits_and_takes_nothing_from_them():
    broke, effects = asyncio.Event(), Effects()

    @function_tool(needs_approval=True)
    async def breaks() -> str:
        broke.set()
        raise RuntimeError("boom")

    @function_tool(needs_approval=True)
    async def slow() -> str:
        await broke.wait()
        await asyncio.sleep(0.02)
        effects.append("slow")
        return "slow: done"

    agent = desk(ScriptedModel([[call("breaks", call_id="c1"), call("slow", call_id="c2")], DONE]), breaks, slow)
    result = await Runner.run(agent, approve_all(await paused(agent)))
    assert [(each.call_id, each.may_have_run) for each in result.interruptions] == [("c1", True)]
    assert (effects, outputs(result.new_items)) == (["slow"], ["slow: done"])


async def test_a_tool_that_does_not_let_itself_be_cancelled_does_not_hold_the_run():
    started, may_end = asyncio.Event(), asyncio.Event()

    @function_tool
    async def stubborn() -> str:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await may_end.wait()
        return "at last"

    run = asyncio.create_task(Runner.run(desk(ScriptedModel([[call("stubborn")]]), stubborn), "Go"))
    await started.wait()
    run.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([run])
    assert run.cancelled()
    may_end.set()
