"""What the model reads of a call that was not made."""

from __future__ import annotations

import pytest

from bot.agents import RunConfig, Runner, RunState, ToolErrorFormatterArgs
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk, outputs, paused, stored

DONE = [message("Done.")]
TWO = [call("delete", {"order": "A1"}, call_id="c1"), call("delete", {"order": "B2"}, call_id="c2")]
USUAL = "Tool execution was not approved."


async def told(state: RunState, config: RunConfig | None = None) -> list[str]:
    """What the model reads when the state goes on."""
    agent = desk(ScriptedModel([DONE]), Effects().tool("delete", needs_approval=True))
    return outputs((await Runner.run(agent, await stored(agent, state), run_config=config)).new_items)


async def two_waiting() -> RunState:
    return await paused(desk(ScriptedModel([TWO]), Effects().tool("delete", needs_approval=True)))


def words(text: str | None) -> RunConfig:
    return RunConfig(tool_error_formatter=lambda _: text)


@pytest.mark.spec("J1")
@pytest.mark.parametrize("said", ["Too old.", ""])
async def test_the_persons_words_come_first_also_when_they_are_empty(said: str):
    state = await two_waiting()
    first, second = state.get_interruptions()
    state.reject(first, always_reject=True, rejection_message="Never.")
    state.reject(second, rejection_message=said)
    assert await told(state, words("From the app.")) == ["Never.", said]


@pytest.mark.spec("J1", "J4")
async def test_then_come_the_words_of_the_always():
    state = await two_waiting()
    first, second = state.get_interruptions()
    state.reject(first, always_reject=True, rejection_message="Never.")
    state.reject(second)
    assert await told(state, words("From the app.")) == ["Never.", "Never."]


@pytest.mark.spec("J1")
async def test_then_the_apps_and_last_the_usual_ones():
    state = await two_waiting()
    first, second = state.get_interruptions()
    state.reject(first, always_reject=True)
    state.reject(second)
    assert await told(state, words("From the app.")) == ["From the app."] * 2
    assert await told(state) == [USUAL] * 2


@pytest.mark.spec("J2")
@pytest.mark.parametrize("is_async", [False, True])
async def test_the_apps_words_are_made_from_the_call(is_async: bool):
    asked: list[ToolErrorFormatterArgs] = []

    def formatter(args: ToolErrorFormatterArgs) -> str:
        asked.append(args)
        return f"No {args.tool_name} for {args.run_context.context}."

    async def slow(args: ToolErrorFormatterArgs) -> str:
        return formatter(args)

    agent = desk(ScriptedModel([TWO[:1], DONE]), Effects().tool("delete", needs_approval=True))
    state = await paused(agent)
    state.reject(state.get_interruptions()[0])
    config = RunConfig(tool_error_formatter=slow if is_async else formatter)
    result = await Runner.run(agent, state, run_config=config, context="ana")

    assert outputs(result.new_items) == ["No delete for ana."]
    [args] = asked
    assert (args.kind, args.tool_type, args.tool_name) == ("approval_rejected", "function", "delete")
    assert (args.call_id, args.default_message) == ("c1", USUAL)


@pytest.mark.spec("J3")
async def test_an_app_without_words_means_the_usual_ones():
    def raises(_: ToolErrorFormatterArgs) -> str:
        raise RuntimeError("boom")

    def number(_: ToolErrorFormatterArgs) -> str:
        return 7  # pyright: ignore[reportReturnType]: what an app without types may do

    for config in (words(None), RunConfig(tool_error_formatter=raises), RunConfig(tool_error_formatter=number)):
        state = await two_waiting()
        for waiting in state.get_interruptions():
            state.reject(waiting)
        assert await told(state, config) == [USUAL] * 2


async def test_the_very_same_call_is_not_asked_about_again_after_it_was_rejected():
    effects = Effects()
    again = call("delete", {"order": "A1"}, call_id="c3")
    other = call("delete", {"order": "C3"}, call_id="c4")
    agent = desk(ScriptedModel([TWO[:1], [again, other], DONE]), effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    state.reject(state.get_interruptions()[0], rejection_message="Too old.")
    result = await Runner.run(agent, await stored(agent, state))
    assert [each.call_id for each in result.interruptions] == ["c4"]
    assert outputs(result.new_items) == ["Too old.", "Too old."]
    assert effects == []


async def test_an_always_that_came_after_a_rejection_wins_over_it():
    effects = Effects()
    again = call("delete", {"order": "A1"}, call_id="c3")
    agent = desk(ScriptedModel([TWO, [again], DONE]), effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    first, second = state.get_interruptions()
    state.reject(first)
    state.approve(second, always_approve=True)
    assert (await Runner.run(agent, state)).final_output == "Done."
    assert effects == ["delete B2", "delete A1"]
