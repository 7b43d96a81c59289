"""What a run does is told in spans of OpenTelemetry, which are joined over its pauses and tell no contents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import StatusCode
from typing_extensions import override

from bot.agents import (
    Actor,
    Agent,
    GuardrailFunctionOutput,
    ModelSettings,
    OutputGuardrailTripwireTriggered,
    RunConfig,
    RunContextWrapper,
    Runner,
    function_tool,
    output_guardrail,
    tool_input_guardrail,
)
from bot.agents.record.decision import Decision
from bot.agents.testing import ScriptedModel, call, message
from bot.agents.tools.tool_guardrails import ToolGuardrailFunctionOutput, ToolInputGuardrailData
from tests.agents.effects import Effects, approve_all, desk, paused, stored
from tests.agents.spans import Recorded, Switch, id_of, parent_of, said, trace_of
from tests.agents.test_from_outside import begun, deletes

DONE = [message("Done.")]


def asks(effects: Effects, *, needs_approval: bool = True, **settings: Any) -> Agent[Any]:
    """An agent that deletes an order, and then is done."""
    model = ScriptedModel([[call("delete", {"order": "A1"})], DONE])
    return desk(model, effects.tool("delete", needs_approval=needs_approval, **settings))


async def test_a_run_is_told_in_spans_by_the_conventions_for_generative_ai(recorded: Recorded):
    agent = replace(asks(Effects(), needs_approval=False), model_settings=ModelSettings(temperature=0.5))
    result = await Runner.run(agent, "Go")

    whole = recorded.one("invoke_agent desk")
    assert [recorded.above(span) for span in recorded.spans] == [
        "invoke_agent desk",
        "invoke_agent desk > turn",
        "invoke_agent desk > turn > chat ScriptedModel",
        "invoke_agent desk > turn > execute_tool delete",
        "invoke_agent desk > turn",
        "invoke_agent desk > turn > chat ScriptedModel",
    ]
    assert (said(whole, "gen_ai.operation.name"), said(whole, "gen_ai.agent.name")) == ("invoke_agent", "desk")
    assert said(whole, "gen_ai.workflow.name") == "Agent workflow"
    assert said(whole, "assent.run.id") == result.to_state().run_id
    assert said(whole, "assent.run.status") == "done"
    assert [said(span, "assent.turn") for span in recorded.named("turn")] == [1, 2]

    chat = recorded.named("chat ScriptedModel")[0]
    assert said(chat, "gen_ai.operation.name") == "chat"
    assert said(chat, "gen_ai.request.model") == "ScriptedModel"
    assert said(chat, "gen_ai.request.temperature") == 0.5
    assert (said(chat, "gen_ai.usage.input_tokens"), said(chat, "gen_ai.usage.output_tokens")) == (10, 5)
    assert said(chat, "gen_ai.response.id") == "resp_1"

    tool = recorded.one("execute_tool delete")
    assert said(tool, "gen_ai.operation.name") == "execute_tool"
    assert (said(tool, "gen_ai.tool.name"), said(tool, "gen_ai.tool.call.id")) == ("delete", "call_1")
    assert (said(tool, "assent.call.path"), said(tool, "assent.call.status")) == ("t0.c0", "done")


async def test_a_streamed_run_is_told_the_same(recorded: Recorded):
    await Runner.run(asks(Effects(), needs_approval=False), "Go")
    plain = [recorded.above(span) for span in recorded.spans]
    recorded.forget()
    async for _ in Runner.run_streamed(asks(Effects(), needs_approval=False), "Go").stream_events():
        pass
    assert [recorded.above(span) for span in recorded.spans] == plain


@pytest.mark.spec("R13", "U9")
async def test_a_run_that_is_gone_on_with_elsewhere_joins_its_trace_and_tells_what_that_leg_used(recorded: Recorded):
    agent = asks(Effects())
    state = await paused(agent)
    first = recorded.one("invoke_agent desk")
    assert state.trace_id == trace_of(first)
    assert said(first, "assent.run.status") == "waiting"
    assert said(first, "assent.usage.requests") == 1
    recorded.forget()  # as for another process, or after a crash

    result = await Runner.run(agent, approve_all(await stored(agent, state)))
    again = recorded.one("invoke_agent desk")
    assert recorded.traces == {state.trace_id}
    assert parent_of(again) == id_of(first)
    assert recorded.above(recorded.one("execute_tool delete")) == "invoke_agent desk > turn > execute_tool delete"
    assert (said(again, "assent.usage.requests"), said(again, "gen_ai.usage.input_tokens")) == (1, 10)
    assert result.usage.requests == 2
    assert result.to_state().trace == state.trace


@pytest.mark.spec("U9")
async def test_a_leg_that_asks_no_model_used_nothing(recorded: Recorded):
    agent = asks(Effects())
    state = await paused(agent)
    recorded.forget()
    await Runner.run(agent, state)
    assert said(recorded.one("invoke_agent desk"), "gen_ai.usage.input_tokens") == 0
    assert recorded.names == ["invoke_agent desk"]


async def test_a_wait_for_a_person_is_told_from_when_the_call_came_to_need_one_until_it_was_decided(
    recorded: Recorded,
):
    outside = begun(deletes(Effects()))
    await outside.drive()
    asked_at = outside.run.waiting[0].asked_at
    first = recorded.one("invoke_agent desk")
    decided = outside.decide(outside.run.waiting[0])
    await outside.drive()

    wait = recorded.one("approval delete")
    assert asked_at
    assert wait.start_time == pytest.approx(asked_at.timestamp() * 1e9, abs=2000)
    assert wait.end_time == pytest.approx(decided.decision.at.timestamp() * 1e9, abs=2000)
    assert parent_of(wait) == id_of(first)
    assert (said(wait, "gen_ai.tool.name"), said(wait, "assent.call.path")) == ("delete", "t0.c0")
    assert (said(wait, "assent.decision.verdict"), said(wait, "assent.decision.source")) == ("approve", "human")
    assert said(wait, "assent.decision.by") == "U2"


async def test_a_decision_of_a_machine_whose_clock_is_slow_ends_no_wait_before_it_began(recorded: Recorded):
    outside = begun(deletes(Effects()))
    await outside.drive()
    long_ago = Decision(verdict="approve", at=datetime.now(UTC) - timedelta(hours=1))
    outside.decide(outside.run.waiting[0], decision=long_ago)
    await outside.drive()
    wait = recorded.one("approval delete")
    assert wait.start_time == wait.end_time


async def test_what_waits_when_a_run_is_cancelled_has_waited_until_then(recorded: Recorded):
    outside = begun(deletes(Effects()))
    await outside.drive()
    outside.cancelled_by = Actor(id="U1")
    await outside.drive()
    waits = recorded.named("approval delete")
    assert [(said(wait, "assent.decision.source"), said(wait, "assent.decision.by")) for wait in waits] == [
        ("cancel", "U1"),
        ("cancel", "U1"),
    ]
    assert said(recorded.named("invoke_agent desk")[-1], "assent.run.status") == "cancelled"


async def test_the_run_of_an_agent_that_is_called_is_told_within_the_call(recorded: Recorded):
    inner = desk(ScriptedModel([[call("delete")], DONE]), Effects().tool("delete", needs_approval=True), name="inner")
    outer = Agent[Any](
        "outer",
        tools=[inner.as_tool("ask_inner", "Asks.")],
        model=ScriptedModel([[call("ask_inner", {"input": "Go"})], DONE]),
    )
    state = await paused(outer)
    recorded.forget()
    await Runner.run(outer, approve_all(await stored(outer, state)))

    tool = recorded.one("execute_tool delete")
    within = "invoke_agent outer > turn > execute_tool ask_inner > invoke_agent inner"
    assert recorded.above(tool) == f"{within} > turn > execute_tool delete"
    assert recorded.above(recorded.one("approval delete")) == f"{within} > approval delete"
    assert said(recorded.one("invoke_agent inner"), "assent.call.path") == "t0.c0"
    assert said(recorded.one("invoke_agent outer"), "assent.usage.requests") == 2
    assert said(recorded.one("invoke_agent inner"), "assent.usage.requests") == 1


async def test_a_handoff_and_the_turns_of_the_next_agent_are_told(recorded: Recorded):
    billing = Agent[Any]("billing", model=ScriptedModel([DONE]))
    agent = Agent[Any]("desk", handoffs=[billing], model=ScriptedModel([[call("transfer_to_billing")]]))
    await Runner.run(agent, "Go")
    handoff = recorded.one("handoff billing")
    assert recorded.above(handoff) == "invoke_agent desk > turn > handoff billing"
    assert (said(handoff, "gen_ai.agent.name"), said(handoff, "assent.handoff.to")) == ("desk", "billing")
    assert [said(turn, "gen_ai.agent.name") for turn in recorded.named("turn")] == ["desk", "billing"]


async def test_guardrails_are_told_and_whether_they_objected(recorded: Recorded):
    @tool_input_guardrail
    def careful(_: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        return ToolGuardrailFunctionOutput.allow()

    @output_guardrail
    async def polite(_: RunContextWrapper[Any], __: Any, output: Any) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output, tripwire_triggered=True)

    @function_tool(tool_input_guardrails=[careful])
    async def delete() -> str:
        return "deleted"

    model = ScriptedModel([[call("delete")], DONE])
    agent = Agent[Any]("desk", tools=[delete], output_guardrails=[polite], model=model)
    with pytest.raises(OutputGuardrailTripwireTriggered):
        await Runner.run(agent, "Go")

    careful_span, polite_span = recorded.one("guardrail careful"), recorded.one("guardrail polite")
    assert said(careful_span, "assent.guardrail.stage") == "tool_input"
    assert said(careful_span, "assent.guardrail.tripped") is False
    assert said(polite_span, "assent.guardrail.stage") == "output"
    assert said(polite_span, "assent.guardrail.tripped") is True
    assert recorded.above(polite_span) == "invoke_agent desk > turn > guardrail polite"
    assert said(recorded.one("invoke_agent desk"), "error.type") == "OutputGuardrailTripwireTriggered"


async def test_of_an_error_the_class_is_told_and_nothing_else(recorded: Recorded):
    model = ScriptedModel([[call("delete")], RuntimeError("the password is 4711")])
    agent = desk(model, Effects().tool("delete", raises=KeyError("the password is 4711")))
    with pytest.raises(RuntimeError):
        await Runner.run(agent, "Go")

    tool, chat = recorded.one("execute_tool delete"), recorded.named("chat ScriptedModel")[-1]
    assert [told(span) for span in (tool, chat, recorded.one("invoke_agent desk"))] == [
        (StatusCode.ERROR, "KeyError", "KeyError"),
        (StatusCode.ERROR, "RuntimeError", "RuntimeError"),
        (StatusCode.ERROR, "RuntimeError", "RuntimeError"),
    ]
    assert all(not span.events for span in recorded.spans)
    assert "4711" not in recorded.text()


def told(span: ReadableSpan) -> tuple[StatusCode, str | None, object]:
    """What a span tells of an error."""
    return span.status.status_code, span.status.description, said(span, "error.type")


async def test_arguments_outputs_and_messages_are_told_only_where_the_app_wants_it(recorded: Recorded):
    secrets = ("order-66", "Who knows?", "Nobody.", "be discreet", "order-66: done", "not today")

    async def run(config: RunConfig) -> str:
        model = ScriptedModel(
            [
                [call("find", {"order": "order-66"}), call("drop", {"order": "order-66"}, call_id="c2")],
                [message("Nobody.")],
            ]
        )
        effects = Effects()
        tools = [effects.tool("find"), effects.tool("drop", needs_approval=True)]
        agent = Agent[Any]("desk", instructions="be discreet", tools=tools, model=model)
        state = (await Runner.run(agent, "Who knows?", run_config=config)).to_state()
        state.reject(state.get_interruptions()[0], rejection_message="not today")
        await Runner.run(agent, state, run_config=config)
        text = recorded.text()
        recorded.forget()
        return text

    usual = await run(RunConfig())
    assert [secret for secret in secrets if secret in usual] == []
    wanted = await run(RunConfig(trace_include_sensitive_data=True))
    assert [secret for secret in secrets if secret not in wanted] == []


async def test_nothing_is_told_of_a_run_whose_tracing_is_disabled(recorded: Recorded):
    agent = asks(Effects())
    off = RunConfig(tracing_disabled=True)
    state = (await Runner.run(agent, "Go", run_config=off)).to_state()
    await Runner.run(agent, approve_all(state), run_config=off)
    assert recorded.names == []
    assert state.trace is None


async def test_calls_that_run_at_once_stand_beside_each_other(recorded: Recorded):
    calls = [call("delete", {"order": str(n)}, call_id=f"c{n}") for n in range(3)]
    await Runner.run(desk(ScriptedModel([calls, DONE]), Effects().tool("delete")), "Go")
    tools = recorded.named("execute_tool delete")
    assert {recorded.above(tool) for tool in tools} == {"invoke_agent desk > turn > execute_tool delete"}
    assert {said(tool, "gen_ai.tool.call.id") for tool in tools} == {"c0", "c1", "c2"}


class Broken(SpanProcessor):
    """An exporter that fails, of a model's call already at its beginning."""

    @override
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if span.name.startswith("chat"):
            raise OSError("disk full")

    @override
    def on_end(self, span: ReadableSpan) -> None:
        raise OSError("disk full")


async def test_what_watches_a_run_does_not_stop_it(switch: Switch):
    switch.to = Broken()
    effects = Effects()
    try:
        result = await Runner.run(asks(effects, needs_approval=False), "Go")
    finally:
        switch.to = None
    assert (result.final_output, effects) == ("Done.", ["delete A1"])
