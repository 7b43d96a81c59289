"""A run that was put away goes on where it stood, with the agent, the tools and the context of now."""

from __future__ import annotations

from typing import Any

import pytest
from typing_extensions import override

from bot.agents import (
    Agent,
    CallableTool,
    RunContextWrapper,
    RunHooks,
    Runner,
    RunState,
    ToolContext,
    UserError,
    function_tool,
)
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Journal
from bot.agents.loop.setting import Setting
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]
DELETE = [call("delete", {"order": "A1"})]


def office(effects: Effects, model: ScriptedModel) -> Agent[Any]:
    return desk(model, effects.tool("delete", needs_approval=True), effects.tool("count"))


@pytest.mark.spec("R1", "R2")
async def test_a_resumed_run_uses_the_response_that_it_has():
    effects = Effects()
    first, second = ScriptedModel([DELETE]), ScriptedModel([DONE])
    state = await paused(office(effects, first))
    again = office(effects, second)
    result = await Runner.run(again, approve_all(await stored(again, state)))

    assert result.final_output == "Done."
    assert result.last_agent is again
    assert len(first.requests) == len(second.requests) == 1
    assert second.requests[0].input == [
        {"role": "user", "content": "Please do it."},
        *DELETE,
        {"type": "function_call_output", "call_id": "call_1", "output": "delete A1: done"},
    ]


@pytest.mark.spec("R3")
async def test_a_context_given_at_resume_replaces_the_apps_object_and_nothing_else():
    seen: list[object] = []

    def rule(ctx: RunContextWrapper[Any], _arguments: object, _call_id: str) -> bool:
        seen.append(ctx.context)
        return True

    @function_tool(needs_approval=rule)
    async def delete(ctx: ToolContext[Any], order: str) -> str:
        seen.append(ctx.context)
        return f"{order} used {ctx.usage.requests}"

    agent = desk(ScriptedModel([DELETE, DONE]), delete)
    state = (await Runner.run(agent, "Go", context={"user": "ana"})).to_state()
    result = await Runner.run(agent, approve_all(state), context={"user": "ben"})
    assert seen == [{"user": "ana"}, {"user": "ben"}]
    assert outputs(result.new_items) == ["A1 used 1"]
    assert result.usage.requests == 2


@pytest.mark.spec("R4")
async def test_an_agent_that_a_tool_runs_sees_the_apps_new_object_too():
    seen: list[object] = []

    @function_tool
    async def look(ctx: ToolContext[Any]) -> str:
        seen.append(ctx.context)
        return "seen"

    inner = desk(ScriptedModel([[call("look")], [message("The inner one is done.")]]), look, name="inner")

    @function_tool(needs_approval=True)
    async def delegate(ctx: ToolContext[Any]) -> str:
        return str((await Runner.run(inner, "Go", context=ctx.context)).final_output)

    agent = desk(ScriptedModel([[call("delegate")], DONE]), delegate)
    state = (await Runner.run(agent, "Go", context={"user": "ana"})).to_state()
    result = await Runner.run(agent, approve_all(await stored(agent, state)), context={"user": "ben"})
    assert seen == [{"user": "ben"}]
    assert outputs(result.new_items) == ["The inner one is done."]


@pytest.mark.spec("R3", "X9")
@pytest.mark.parametrize("context", [None, {"user": "ana", "teams": ["ops"]}])
async def test_a_context_that_is_not_given_again_is_the_one_of_before(context: object):
    seen: list[object] = []

    @function_tool(needs_approval=True)
    async def delete(ctx: ToolContext[Any], order: str) -> str:
        seen.append(ctx.context)
        return order

    agent = desk(ScriptedModel([DELETE, DONE]), delete)
    state = (await Runner.run(agent, "Go", context=context)).to_state()
    await Runner.run(agent, approve_all(await stored(agent, state)))
    assert seen == [context]


@pytest.mark.spec("R5")
async def test_to_resume_writes_nothing_into_what_it_came_from():
    effects = Effects()
    agent = office(effects, ScriptedModel([DELETE, DONE]))
    result = await Runner.run(agent, "Go")
    state = approve_all(result.to_state())
    before = state.to_json()
    items, responses, usage = result.new_items, result.raw_responses, result.usage
    done = await Runner.run(agent, state)

    assert done.final_output == "Done."
    assert state.to_json() == before
    assert (result.new_items, result.raw_responses, result.usage) == (items, responses, usage)
    assert len(result.interruptions) == 1
    assert result.final_output is None


@pytest.mark.spec("R6")
async def test_an_approval_holds_for_the_tool_that_the_agent_has_now():
    old, new = Effects(), Effects()
    state = await paused(office(old, ScriptedModel([DELETE])))
    today = office(new, ScriptedModel([DONE]))
    await Runner.run(today, approve_all(await stored(today, state)))
    assert (old, new) == ([], ["delete A1"])


@pytest.mark.spec("R7")
async def test_an_approved_call_whose_tool_is_gone_is_an_error_and_nothing_runs():
    effects = Effects()
    calls = [*DELETE, call("refund", {"order": "B2"}, call_id="c2")]
    tools = [effects.tool("delete", needs_approval=True), effects.tool("refund", needs_approval=True)]
    state = approve_all(await paused(desk(ScriptedModel([calls]), *tools)))
    model = ScriptedModel([DONE])
    without = desk(model, tools[1])
    with pytest.raises(UserError, match="delete"):
        await Runner.run(without, await stored(without, state))
    assert effects == []
    assert model.requests == []


@pytest.mark.spec("R8")
async def test_a_rejected_call_whose_tool_is_gone_is_still_told_to_the_model():
    state = await paused(office(Effects(), ScriptedModel([DELETE])))
    without = desk(ScriptedModel([DONE]))
    state = await stored(without, state)
    state.reject(state.get_interruptions()[0], rejection_message="No.")
    result = await Runner.run(without, state)
    assert result.final_output == "Done."
    assert outputs(result.new_items) == ["No."]


@pytest.mark.spec("R9")
async def test_a_waiting_call_whose_tool_is_gone_still_waits():
    model = ScriptedModel([])
    state = await paused(office(Effects(), ScriptedModel([DELETE])))
    without = desk(model)
    result = await Runner.run(without, await stored(without, state))
    assert [each.tool_name for each in result.interruptions] == ["delete"]
    assert model.requests == []


@pytest.mark.spec("P7")
async def test_what_needs_nobody_and_was_not_done_at_the_pause_is_done_at_resume():
    effects = Effects()
    agent = office(effects, ScriptedModel([[*DELETE, call("count", {"order": "B2"}, call_id="c2")], DONE]))
    state = RunState(run_id="r_1", start_agent="desk", agent="desk")
    kept: list[str] = []

    async def save(_: object) -> None:
        kept.append(state.to_string())

    await drive(state, Setting(agents=registry(agent), journal=Journal(save=save)))
    before_it_ran = await RunState.from_string(agent, kept[0])
    effects.clear()

    result = await Runner.run(agent, before_it_ran)
    assert effects == ["count B2"]
    assert [each.call_id for each in result.interruptions] == ["call_1"]


class Failing(RunHooks[Any]):
    """Hooks of which one raises, once."""

    def __init__(self, hook: str) -> None:
        self.hook = hook

    @override
    async def on_tool_start(self, context: RunContextWrapper[Any], agent: Any, tool: CallableTool) -> None:
        self._fail("on_tool_start")

    @override
    async def on_tool_end(self, context: RunContextWrapper[Any], agent: Any, tool: CallableTool, result: str) -> None:
        self._fail("on_tool_end")

    def _fail(self, hook: str) -> None:
        if hook == self.hook:
            self.hook = ""
            raise RuntimeError(f"{hook} failed")


@pytest.mark.spec("P9")
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_failure_after_a_call_does_not_repeat_it(streamed: bool):
    effects = Effects()
    calls = [*DELETE, call("delete", {"order": "B2"}, call_id="c2")]
    agent = office(effects, ScriptedModel([calls, DONE]))
    state, hooks = approve_all(await paused(agent)), Failing("on_tool_end")
    with pytest.raises(RuntimeError, match="on_tool_end failed"):
        await finished(agent, state, hooks, streamed)
    assert effects == ["delete A1", "delete B2"]

    result = await finished(agent, await stored(agent, state), hooks, streamed)
    assert result.final_output == "Done."
    assert effects == ["delete A1", "delete B2"]
    assert outputs(result.new_items) == ["delete A1: done", "delete B2: done"]


async def test_a_failure_before_a_call_leaves_it_to_be_made():
    effects = Effects()
    agent = office(effects, ScriptedModel([DELETE, DONE]))
    state, hooks = approve_all(await paused(agent)), Failing("on_tool_start")
    with pytest.raises(RuntimeError, match="on_tool_start failed"):
        await Runner.run(agent, state, hooks=hooks)
    assert effects == []
    assert (await Runner.run(agent, state, hooks=hooks)).final_output == "Done."
    assert effects == ["delete A1"]


@pytest.mark.spec("P11")
@pytest.mark.parametrize("streamed", [False, True])
async def test_when_the_model_fails_after_the_calls_the_same_state_goes_straight_to_the_model(streamed: bool):
    effects = Effects()
    agent = office(effects, ScriptedModel([DELETE, ConnectionError("no network"), DONE]))
    state = approve_all(await paused(agent))
    with pytest.raises(ConnectionError):
        await finished(agent, state, None, streamed)
    result = await finished(agent, state, None, streamed)
    assert result.final_output == "Done."
    assert effects == ["delete A1"]
    assert result.usage.requests == 2


async def finished(agent: Agent[Any], state: RunState, hooks: RunHooks[Any] | None, streamed: bool) -> Any:
    if not streamed:
        return await Runner.run(agent, state, hooks=hooks)
    result = Runner.run_streamed(agent, state, hooks=hooks)
    async for _ in result.stream_events():
        pass
    return result


async def test_a_run_that_has_ended_is_not_begun_again():
    effects = Effects()
    model = ScriptedModel([DELETE, DONE])
    agent = office(effects, model)
    ended = await Runner.run(agent, approve_all(await paused(agent)))
    again = await Runner.run(agent, await stored(agent, ended.to_state()))
    assert again.final_output == "Done."
    assert len(model.requests) == 2


async def test_items_may_be_what_a_run_begins_with_and_are_copied():
    model = ScriptedModel([DONE])
    items: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]
    result = await Runner.run(desk(model), items)
    items[0]["content"][0]["text"] = "Delete everything"
    assert result.to_input_list() == [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}, *DONE]
    again = await Runner.run(
        desk(ScriptedModel([DONE])), [*result.to_input_list(), {"role": "user", "content": "And?"}]
    )
    assert len(again.to_input_list()) == 4


async def test_items_that_are_no_json_are_refused():
    within_itself: dict[str, Any] = {"role": "user"}
    within_itself["content"] = [within_itself]
    wrong: list[dict[str, Any]] = [{"content": {1, 2}}, {"content": object()}, within_itself]
    for item in wrong:
        with pytest.raises(UserError, match="An item is"):
            await Runner.run(desk(ScriptedModel([DONE])), [item])
