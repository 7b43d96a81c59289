"""Tools that raise what is no ordinary error: it becomes what came of the call, and no other call loses by it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.agents import Agent, Runner, function_tool
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk, outputs, paused
from tests.agents.keeper import ByOutputs, Keeper

DONE = [message("Done.")]
CALLS = [call("count", call_id="c1"), call("break_", call_id="c2")]


class Odd(BaseException):
    """What some libraries use to leave their own loops."""


ODD = [
    Odd("boom"),
    BaseExceptionGroup("several", [SystemExit(1)]),
    BaseExceptionGroup("several", [Odd("boom")]),
    GeneratorExit(),
    asyncio.CancelledError(),
    StopIteration(1),
    StopAsyncIteration(),
]


def names(error: BaseException) -> str:
    return type(error).__name__


@pytest.mark.parametrize("odd", ODD, ids=names)
@pytest.mark.parametrize("at_once", [True, False])
async def test_the_model_reads_that_the_call_failed_and_the_run_goes_on(odd: BaseException, at_once: bool):
    @function_tool
    async def break_() -> str:
        if not at_once:
            await asyncio.sleep(0)
        raise odd

    effects = Effects()
    result = await Runner.run(desk(ScriptedModel([CALLS, DONE]), break_, effects.tool("count")), "Go")
    assert (result.final_output, effects) == ("Done.", ["count"])
    counted, broken = outputs(result.new_items)
    assert counted == "count: done"
    assert "break_" in broken or names(odd) in broken
    assert [each.status for each in result.to_state().calls] == ["done", "failed"]


@pytest.mark.parametrize("odd", ODD, ids=names)
@pytest.mark.parametrize("first", ["count", "break_"])
async def test_what_ended_at_the_same_moment_is_kept(odd: BaseException, first: str):
    effects, together, running = Effects(), asyncio.Event(), asyncio.Barrier(3)

    def make() -> Agent[Any]:
        @function_tool
        async def break_() -> str:
            await running.wait()
            await together.wait()
            raise odd

        @function_tool
        async def count() -> str:
            await running.wait()
            await together.wait()
            effects.append("count")
            return "counted"

        calls = sorted(CALLS, key=lambda each: each["name"] != first)
        return desk(ByOutputs({0: calls, 2: DONE}), break_, count)

    keeper = Keeper(make)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(keeper.drive())
        await running.wait()
        together.set()
    run = await keeper.load()
    assert run.ended
    assert (run.ended.how, effects) == ("done", ["count"])
    assert {each.tool: each.status for each in run.calls} == {"count": "done", "break_": "failed"}


@pytest.mark.parametrize("odd", ODD, ids=names)
async def test_of_an_approved_call_a_person_is_asked_what_came_of_it(odd: BaseException):
    @function_tool(needs_approval=True)
    async def break_() -> str:
        raise odd

    effects = Effects()
    agent = desk(ScriptedModel([CALLS, DONE]), break_, effects.tool("count"))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0])
    result = await Runner.run(agent, state)
    [uncertain] = result.interruptions
    assert (uncertain.tool_name, uncertain.may_have_run) == ("break_", True)
    state = result.to_state()
    state.mark_done(uncertain, output="I saw it.")
    result = await Runner.run(agent, state)
    assert (result.final_output, outputs(result.new_items)) == ("Done.", ["count: done", "I saw it."])


@pytest.mark.parametrize("odd", ODD[:4], ids=names)
async def test_where_the_tool_has_no_words_for_errors_an_ordinary_one_is_raised_and_what_was_done_is_kept(
    odd: BaseException,
):
    @function_tool(failure_error_function=None)
    async def break_() -> str:
        raise odd

    effects = Effects()
    agent = desk(ScriptedModel([CALLS, DONE]), break_, effects.tool("count"))
    result = Runner.run_streamed(agent, "Go")
    with pytest.raises(RuntimeError, match="break_"):
        async for _ in result.stream_events():
            pass
    state = result.to_state()
    assert [each.status for each in state.calls] == ["done", "failed"]
    assert (await Runner.run(agent, state)).final_output == "Done."
    assert effects == ["count"]


def test_a_person_at_the_keyboard_can_end_the_process_and_the_next_one_asks_about_the_call():
    effects, interrupts = Effects(), [KeyboardInterrupt()]

    def make() -> Agent[Any]:
        @function_tool
        async def break_() -> str:
            effects.append("break_")
            raise interrupts.pop()

        return desk(ByOutputs({0: CALLS, 2: DONE}), break_, effects.tool("count", idempotent=True))

    keeper = Keeper(make)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(keeper.drive())
    again = Keeper(make, stored=keeper.stored)
    [uncertain] = asyncio.run(again.drive()).waiting
    assert (uncertain.tool, uncertain.status) == ("break_", "unknown")
    assert effects.count("break_") == 1
