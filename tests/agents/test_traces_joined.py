"""Which trace a run is in: over its pauses one, that of whoever began it, or the one that is asked for."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from openai import AsyncOpenAI
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import NonRecordingSpan, SpanContext, use_span

from bot.agents import Agent, RunConfig, Runner, RunState, UserError, custom_span, function_tool, gen_trace_id, trace
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, paused, stored
from tests.agents.spans import Recorded, id_of, said, trace_of

DONE = [message("Done.")]
REFUNDS = RunConfig(workflow_name="Refunds", group_id="thread-1", trace_metadata={"tier": "gold"})


def asks(effects: Effects) -> Agent[Any]:
    """An agent that waits for a person, and then is done."""
    model = ScriptedModel([[call("delete", {"order": "A1"})], DONE])
    return desk(model, effects.tool("delete", needs_approval=True))


def leg(recorded: Recorded) -> ReadableSpan:
    """The last leg of a run."""
    return recorded.named("invoke_agent desk")[-1]


def linked(span: ReadableSpan) -> list[str]:
    """The traces that a span points to."""
    return [f"{link.context.trace_id:032x}" for link in span.links]


@pytest.mark.spec("R13")
async def test_a_run_keeps_its_trace_and_labels_in_its_state_and_never_a_key(recorded: Recorded):
    agent = asks(Effects())
    client = AsyncOpenAI(api_key="sk-secret-4711")
    config = RunConfig(
        workflow_name="Refunds", group_id="thread-1", trace_metadata={"tier": "gold"}, openai_client=client
    )
    state = (await Runner.run(agent, "Go", run_config=config)).to_state()
    assert state.trace
    assert (state.trace.workflow_name, state.trace.group_id) == ("Refunds", "thread-1")
    assert "4711" not in state.to_string() + recorded.text()

    await Runner.run(agent, approve_all(await stored(agent, state)))
    assert recorded.traces == {state.trace_id}
    assert len({id_of(span) for span in recorded.spans}) == len(recorded.spans)
    labels = ("gen_ai.workflow.name", "assent.trace.group_id", "assent.trace.metadata.tier")
    assert [said(leg(recorded), label) for label in labels] == ["Refunds", "thread-1", "gold"]


@pytest.mark.spec("R13")
async def test_the_same_labels_given_again_are_no_other_trace(recorded: Recorded):
    agent = asks(Effects())
    state = (await Runner.run(agent, "Go", run_config=REFUNDS)).to_state()
    await Runner.run(agent, approve_all(await stored(agent, state)), run_config=REFUNDS)
    assert recorded.traces == {state.trace_id}


@pytest.mark.spec("R13")
@pytest.mark.parametrize(
    "other",
    [
        RunConfig(workflow_name="Audits"),
        RunConfig(group_id="thread-2"),
        RunConfig(trace_metadata={"tier": "silver"}),
        RunConfig(trace_id="trace_" + "ab" * 16),
    ],
)
async def test_with_another_label_a_new_trace_begins_that_points_to_the_old_one(other: RunConfig, recorded: Recorded):
    agent = asks(Effects())
    before = (await Runner.run(agent, "Go", run_config=REFUNDS)).to_state()
    second = await Runner.run(agent, await stored(agent, before), run_config=other)
    again = second.to_state()
    assert again.trace_id != before.trace_id
    assert linked(leg(recorded)) == [before.trace_id]
    assert again.trace
    assert again.trace.workflow_name == ("Audits" if other.workflow_name == "Audits" else "Refunds")
    assert again.trace.group_id == (other.group_id or "thread-1")
    assert again.trace.metadata == (other.trace_metadata or {"tier": "gold"})

    recorded.forget()
    await Runner.run(agent, approve_all(await stored(agent, again)), run_config=other)
    assert recorded.traces == {again.trace_id}


async def test_a_trace_id_of_ones_own_is_the_trace_of_the_run(recorded: Recorded):
    wanted = gen_trace_id()
    agent = asks(Effects())
    state = (await Runner.run(agent, "Go", run_config=RunConfig(trace_id=wanted))).to_state()
    assert f"trace_{state.trace_id}" == wanted
    await Runner.run(agent, approve_all(await stored(agent, state)), run_config=RunConfig(trace_id=wanted))
    assert recorded.traces == {state.trace_id}


@pytest.mark.parametrize("wrong", ["trace_1", "0" * 32, "trace_" + "x" * 32, ""])
async def test_an_id_that_is_none_is_refused(wrong: str):
    with pytest.raises(UserError, match="32 hex digits"):
        await Runner.run(asks(Effects()), "Go", run_config=RunConfig(trace_id=wrong))


async def test_runs_in_a_trace_block_are_joined_and_stay_so_when_one_is_gone_on_with_elsewhere(recorded: Recorded):
    agent = asks(Effects())
    with trace("Joke workflow", group_id="g1", metadata={"mood": "good"}):
        state = await paused(agent)
        with custom_span("think", {"about": 7}):
            await Runner.run(desk(ScriptedModel([DONE])), "And this?")
    whole = recorded.one("Joke workflow")
    assert recorded.traces == {state.trace_id}
    assert (said(whole, "gen_ai.workflow.name"), said(whole, "assent.trace.metadata.mood")) == ("Joke workflow", "good")
    assert recorded.above(recorded.one("think")) == "Joke workflow > think"
    assert said(recorded.one("think"), "about") == 7
    assert recorded.above(leg(recorded)) == "Joke workflow > think > invoke_agent desk"

    recorded.forget()
    with trace("Another request"):
        await Runner.run(agent, approve_all(await stored(agent, state)))
    assert trace_of(leg(recorded)) == state.trace_id
    assert linked(leg(recorded)) == [trace_of(recorded.one("Another request"))]


async def test_a_run_that_is_gone_on_with_in_the_same_block_stands_in_it_again(recorded: Recorded):
    agent = asks(Effects())
    with trace("Joke workflow"):
        state = await paused(agent)
        await Runner.run(agent, approve_all(state))
    legs = recorded.named("invoke_agent desk")
    assert [recorded.above(each) for each in legs] == ["Joke workflow > invoke_agent desk"] * 2
    assert linked(legs[1]) == []


async def test_an_agent_that_is_called_stays_in_the_trace_of_its_caller_whatever_its_config_says(recorded: Recorded):
    inner = desk(ScriptedModel([DONE]), name="inner")
    tool = inner.as_tool("ask_inner", "Asks.", run_config=RunConfig(trace_id=gen_trace_id(), workflow_name="Other"))
    model = ScriptedModel([[call("ask_inner", {"input": "Go"})], DONE])
    await Runner.run(Agent[Any]("desk", tools=[tool], model=model), "Go")
    assert len(recorded.traces) == 1
    assert recorded.above(recorded.one("invoke_agent inner")).startswith("invoke_agent desk > turn > execute_tool")


async def test_a_trace_block_can_have_an_id_or_be_left_out(recorded: Recorded):
    wanted = gen_trace_id()
    with trace("Joke workflow", trace_id=wanted):
        pass
    with trace("Not this", disabled=True), custom_span("nor this", disabled=True):
        pass
    assert recorded.names == ["Joke workflow"]
    assert recorded.traces == {wanted.removeprefix("trace_")}


async def test_the_body_of_a_tool_is_in_the_span_of_its_call(recorded: Recorded):
    @function_tool
    async def find() -> str:
        with custom_span("look"):
            return "found"

    await Runner.run(desk(ScriptedModel([[call("find")], DONE]), find), "Go")
    assert recorded.above(recorded.one("look")) == "invoke_agent desk > turn > execute_tool find > look"


async def test_an_error_in_a_span_of_ones_own_is_told_by_its_class(recorded: Recorded):
    with pytest.raises(ValueError, match="4711"), custom_span("think"):
        raise ValueError("the password is 4711")
    assert said(recorded.one("think"), "error.type") == "ValueError"
    assert "4711" not in recorded.text()


async def test_a_run_that_is_not_sampled_is_not_recorded_later_either(recorded: Recorded):
    agent = asks(Effects())
    with use_span(NonRecordingSpan(SpanContext(7, 7, is_remote=True))):
        state = await paused(agent)
    assert state.trace
    assert not state.trace.sampled
    await Runner.run(agent, approve_all(await stored(agent, state)))
    assert recorded.names == []


WITHOUT_SDK = """
import asyncio
from bot.agents import Agent, Runner, custom_span, function_tool, trace
from bot.agents.testing import ScriptedModel, call, message

@function_tool(needs_approval=True)
async def delete() -> str:
    return "deleted"

async def main():
    agent = Agent("desk", tools=[delete], model=ScriptedModel([[call("delete")], [message("Done.")]]))
    with trace("Joke workflow"), custom_span("think"):
        state = (await Runner.run(agent, "Go")).to_state()
    assert "trace" not in state.to_json()
    state.approve(state.get_interruptions()[0])
    print((await Runner.run(agent, state)).final_output)

asyncio.run(main())
"""


def test_without_an_sdk_a_run_is_as_ever_and_keeps_no_trace():
    ran = subprocess.run([sys.executable, "-c", WITHOUT_SDK], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Done.\n", "")


async def test_a_damaged_trace_is_refused_like_any_other_damage(recorded: Recorded):
    agent = asks(Effects())
    document = (await paused(agent)).to_json()
    assert isinstance(document["trace"], dict)
    assert recorded.traces == {str(document["trace"]["trace_id"])}
    with pytest.raises(UserError, match=r"damaged \(at trace.trace_id\)"):
        await RunState.from_json(agent, document | {"trace": document["trace"] | {"trace_id": "0"}})
