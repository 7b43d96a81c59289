"""What fails for one call of a response takes nothing from the calls that run beside it, and nothing more is begun."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.agents import (
    Agent,
    FunctionTool,
    RunConfig,
    RunHooks,
    Runner,
    ToolExecutionConfig,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailTripwireTriggered,
    UserError,
    function_tool,
)
from bot.agents.testing import call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored
from tests.agents.keeper import ByOutputs, Keeper

DONE = [message("Done.")]
NAMES = ["long", "short", "third", "last"]
CALLS = [call(name, call_id=name) for name in NAMES]
TWO_AT_ONCE = RunConfig(tool_execution=ToolExecutionConfig(max_function_tool_concurrency=2))


@dataclass
class Office:
    """Four calls, two at a time: the third cannot be begun while the first still runs, because of what `fails`."""

    fails: str
    needs_approval: bool = True
    effects: Effects = field(default_factory=Effects)
    objecting: bool = False
    short_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> Agent[Any]:
        @function_tool(needs_approval=self.needs_approval)
        async def long() -> str:
            await self.short_ended.wait()
            for _ in range(50):  # turns of the loop, in which the failure comes
                await asyncio.sleep(0)
            self.effects.append("long")
            return "long: done"

        @function_tool(needs_approval=self.needs_approval)
        async def short() -> str:
            self.short_ended.set()
            self.effects.append("short")
            return "short: done"

        third = self.effects.tool("third", needs_approval=self.needs_approval)
        third = replace(third, tool_input_guardrails=[ToolInputGuardrail(self._objects)])
        tools: list[FunctionTool] = [long, short, third]
        if self.objecting and self.fails == "missing":
            tools.remove(third)
        last = self.effects.tool("last", needs_approval=self.needs_approval)
        return desk(ByOutputs({0: CALLS, 4: DONE}), *tools, last)

    def _objects(self, _: object) -> ToolGuardrailFunctionOutput:
        stops = self.objecting and self.fails == "tripwire"
        return ToolGuardrailFunctionOutput.raise_exception() if stops else ToolGuardrailFunctionOutput.allow()

    @property
    def hooks(self) -> RunHooks[Any]:
        office = self

        class Hooks(RunHooks[Any]):
            async def on_tool_start(self, context: Any, agent: Any, tool: Any) -> None:  # noqa: ARG002
                if office.objecting and office.fails == "hook" and tool.name == "third":
                    raise LookupError("the hook fails")

        return Hooks()


ERRORS: dict[str, type[Exception]] = {
    "tripwire": ToolInputGuardrailTripwireTriggered,
    "missing": UserError,
    "hook": LookupError,
}


@pytest.mark.parametrize("fails", list(ERRORS))
@pytest.mark.parametrize("through_json", [False, True])
async def test_a_call_that_cannot_begin_breaks_off_no_body_and_no_other_is_begun(fails: str, through_json: bool):
    office = Office(fails)
    state = approve_all(await paused(office.open()))
    office.objecting = True
    agent = office.open()
    with pytest.raises(ERRORS[fails]):
        await Runner.run(agent, state, run_config=TWO_AT_ONCE, hooks=office.hooks)
    assert office.effects == ["short", "long"]
    assert [(each.tool, each.status) for each in state.calls] == [
        ("long", "done"),
        ("short", "done"),
        ("third", "allowed"),
        ("last", "allowed"),
    ]

    office.objecting = False
    agent = office.open()
    state = await stored(agent, state) if through_json else state
    result = await Runner.run(agent, state, run_config=TWO_AT_ONCE, hooks=office.hooks)
    assert result.final_output == "Done."
    assert office.effects == ["short", "long", "third", "last"], "each was made once"
    assert outputs(result.new_items) == [f"{name}: done" for name in NAMES]


@pytest.mark.parametrize("fails", ["tripwire", "hook"])
async def test_of_calls_that_nobody_need_approve_the_same_holds(fails: str):
    office = Office(fails, needs_approval=False, objecting=True)
    result = Runner.run_streamed(office.open(), "Go", run_config=TWO_AT_ONCE, hooks=office.hooks)
    with pytest.raises(ERRORS[fails]):
        async for _ in result.stream_events():
            pass
    assert office.effects == ["short", "long"]
    kept = {each.tool: each.status for each in result.to_state().calls}
    assert (kept["long"], kept["short"]) == ("done", "done")
    assert {kept["third"], kept["last"]} <= {"new", "allowed"}


async def test_a_decision_from_outside_on_a_call_that_then_fails_leaves_the_body_beside_it_alone():
    effects, running, may_end = Effects(), asyncio.Event(), asyncio.Event()

    def make() -> Agent[Any]:
        @function_tool
        async def long() -> str:
            running.set()
            await may_end.wait()
            effects.append("long")
            return "long: done"

        def objects(_: object) -> ToolGuardrailFunctionOutput:
            may_end.set()
            return ToolGuardrailFunctionOutput.raise_exception()

        delete = effects.tool("delete", needs_approval=True)
        delete = replace(delete, tool_input_guardrails=[ToolInputGuardrail(objects)])
        return desk(ByOutputs({0: [call("long", call_id="c1"), call("delete", call_id="c2")]}), long, delete)

    keeper = Keeper(make)
    driving = asyncio.create_task(keeper.drive())
    async with asyncio.timeout(5):
        await running.wait()
        keeper.decide(await keeper.until_waiting("t0.c1"))
        with pytest.raises(ToolInputGuardrailTripwireTriggered):
            await driving
    assert effects == ["long"]
    kept = (await keeper.load()).find("t0.c0")
    assert kept
    assert (kept.status, (kept.output or {}).get("output")) == ("done", "long: done")
