"""What an app may make of a run at its limit of turns: an answer like any other, or the error after all."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from bot.agents import (
    Agent,
    GuardrailFunctionOutput,
    MaxTurnsExceeded,
    MemorySession,
    OutputGuardrail,
    OutputGuardrailTripwireTriggered,
    RunErrorHandlerInput,
    RunErrorHandlerResult,
    RunErrorHandlers,
    RunHooks,
    RunItemStreamEvent,
    Runner,
)
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk, stored
from tests.agents.sessions.said import said


class Summary(BaseModel):
    """An answer with fields."""

    done: int


def counting(**settings: Any) -> Agent[Any]:
    """An agent that counts in its one turn, and is done in a second that it does not have."""
    model = ScriptedModel([[call("count", {"order": "A1"}, call_id="c1")], [message("Done.")]])
    return Agent[Any]("desk", tools=[Effects().tool("count")], model=model, **settings)


async def run(agent: Agent[Any], handlers: RunErrorHandlers, *, streamed: bool) -> None:
    if not streamed:
        await Runner.run(agent, "Go", max_turns=1, error_handlers=handlers)
        return
    async for _ in Runner.run_streamed(agent, "Go", max_turns=1, error_handlers=handlers).stream_events():
        pass


def answering(output: Any, *, in_history: bool = True) -> RunErrorHandlers:
    def handler(_: RunErrorHandlerInput) -> RunErrorHandlerResult:
        return RunErrorHandlerResult(final_output=output, include_in_history=in_history)

    return {"max_turns": handler}


@pytest.mark.parametrize("in_history", [False, True])
async def test_the_answer_is_told_to_hooks_and_kept_like_any_other(in_history: bool):
    ended: list[object] = []

    class Hooks(RunHooks[Any]):
        async def on_agent_end(self, context: Any, agent: Any, output: Any) -> None:  # noqa: ARG002
            ended.append(output)

    session = MemorySession("s1")
    handlers = answering("Too long.", in_history=in_history)
    result = Runner.run_streamed(counting(), "Go", max_turns=1, error_handlers=handlers, hooks=Hooks(), session=session)
    events = [event.name async for event in result.stream_events() if isinstance(event, RunItemStreamEvent)]
    words = ["assistant: Too long."] if in_history else []
    assert events == ["tool_called", "tool_output", *(["message_output_created"] if in_history else [])]
    assert (result.final_output, ended) == ("Too long.", ["Too long."])
    assert said(await session.get_items()) == ["user: Go", "call c1", "output c1", *words]
    assert said(result.to_input_list()) == said(await session.get_items())


@pytest.mark.parametrize("output", [{"done": 1}, [1, None], "text", 7, Summary(done=1)])
async def test_the_answer_may_be_anything_that_is_json(output: Any):
    agent = counting()
    result = await Runner.run(agent, "Go", max_turns=1, error_handlers=answering(output))
    expected = {"done": 1} if isinstance(output, Summary) else output
    assert result.final_output == expected
    again = await Runner.run(agent, await stored(agent, result.to_state()))
    assert again.final_output == expected


async def test_guardrails_on_the_answer_look_at_it():
    def private(_ctx: object, _agent: object, answer: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered="secret" in str(answer))

    agent, session = counting(output_guardrails=[OutputGuardrail(private)]), MemorySession("s1")
    with pytest.raises(OutputGuardrailTripwireTriggered):
        await Runner.run(agent, "Go", max_turns=1, error_handlers=answering("secret"), session=session)
    assert said(await session.get_items()) == ["user: Go", "call c1", "output c1"]


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_handler_may_wait_and_may_leave_it_at_the_error(streamed: bool):
    asked: list[str] = []

    async def handler(given: RunErrorHandlerInput) -> None:
        asked.append(type(given.error).__name__)

    with pytest.raises(MaxTurnsExceeded):
        await run(counting(), {"max_turns": handler}, streamed=streamed)
    assert asked == ["MaxTurnsExceeded"]


async def test_what_a_handler_raises_is_raised_and_what_was_done_is_kept():
    def handler(_: RunErrorHandlerInput) -> None:
        raise RuntimeError("no words")

    agent = counting()
    result = Runner.run_streamed(agent, "Go", max_turns=1, error_handlers={"max_turns": handler})
    with pytest.raises(RuntimeError, match="no words"):
        async for _ in result.stream_events():
            pass
    again = await Runner.run(agent, await stored(agent, result.to_state()), max_turns=2)
    assert again.final_output == "Done."
    assert [each.status for each in again.to_state().calls] == ["done"]


async def test_a_run_that_waits_at_its_limit_waits():
    tool = Effects().tool("delete", needs_approval=True)
    agent = desk(ScriptedModel([[call("delete")]]), tool)
    result = await Runner.run(agent, "Go", max_turns=1, error_handlers=answering("Too long."))
    assert (len(result.interruptions), result.final_output) == (1, None)
