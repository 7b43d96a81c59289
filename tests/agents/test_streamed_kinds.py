"""Every kind of call in a streamed run: what is told of it and when, and that the run is the same as without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.agents import (
    Agent,
    AgentUpdatedStreamEvent,
    GuardrailFunctionOutput,
    HostedMCPTool,
    InputGuardrail,
    MemorySession,
    OutputGuardrail,
    RunHooks,
    RunItemStreamEvent,
    Runner,
    RunResult,
    RunState,
    ShellTool,
    ToolGuardrailFunctionOutput,
    ToolOutputGuardrail,
    function_tool,
)
from bot.agents.models.interface import ModelRequest
from bot.agents.record.guardrail_result import GuardrailResult
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, desk, stored

DONE = [message("Done.")]
MCP: Item = {"type": "mcp_approval_request", "id": "m1", "server_label": "files", "name": "read", "arguments": "{}"}
LISTED: Item = {"type": "mcp_list_tools", "id": "l1", "server_label": "files", "tools": []}
SHELL: Item = {
    "type": "shell_call",
    "id": "sh_1",
    "call_id": "s1",
    "action": {"commands": ["ls"]},
    "status": "completed",
}
OVER = call("transfer_to_billing", call_id="h1")


def told(event: object) -> list[str]:
    """What an event says of an item or an agent, in short."""
    match event:
        case RunItemStreamEvent(name=name, item=item):
            raw = item.raw_item
            id = raw.get("call_id") or raw.get("approval_request_id") or raw.get("id", "")
            return [f"{name} {id}".removesuffix(" msg_1")]
        case AgentUpdatedStreamEvent(new_agent=agent):
            return [f"agent {agent.name}"]
        case _:
            return []


@dataclass(frozen=True)
class Lived:
    """A run with all its pauses, and what was told meanwhile."""

    result: RunResult
    session: MemorySession
    told: list[str]
    waited: list[list[str]]


async def lived(agent: Agent[Any], *, streamed: bool) -> Lived:
    """The run, with everything approved, each leg in a new process."""
    session, events, waited = MemorySession("s1"), list[str](), list[list[str]]()
    given: str | RunState = "Go"
    while True:
        if streamed:
            result = Runner.run_streamed(agent, given, session=session)
            async for event in result.stream_events():
                events += told(event)
        else:
            result = await Runner.run(agent, given, session=session)
        if not result.interruptions:
            return Lived(result, session, events, waited)
        waited.append([each.call_id or "" for each in result.interruptions])
        given = approve_all(await stored(agent, result.to_state()))


def guardrails(result: RunResult) -> list[list[GuardrailResult]]:
    """What all guardrails said."""
    return [
        result.input_guardrail_results,
        result.output_guardrail_results,
        result.tool_input_guardrail_results,
        result.tool_output_guardrail_results,
    ]


async def listing(_: object) -> str:
    return "a.txt"


def functions() -> Agent[Any]:
    effects = Effects()
    calls = [reasoning(), call("delete", {"order": "A1"}, call_id="c1"), call("count", call_id="c2")]
    model = ScriptedModel([calls, [call("nothing", call_id="c3"), call("count", "{", call_id="c4")], DONE])
    return desk(model, effects.tool("delete", needs_approval=True), effects.tool("count"))


def hosted() -> Agent[Any]:
    tool = HostedMCPTool(tool_config={"type": "mcp", "server_label": "files"})
    return Agent[Any]("desk", tools=[tool], model=ScriptedModel([[LISTED, MCP], DONE]))


def hosted_with_callback() -> Agent[Any]:
    tool = HostedMCPTool(
        tool_config={"type": "mcp", "server_label": "files"}, on_approval_request=lambda _: {"approve": True}
    )
    return Agent[Any]("desk", tools=[tool], model=ScriptedModel([[MCP], DONE]))


def handing_over() -> Agent[Any]:
    tool = Effects().tool("delete", needs_approval=True)
    model = ScriptedModel([[call("delete", {"order": "B2"}, call_id="c2")], DONE])
    billing = Agent[Any]("billing", tools=[tool], model=model)
    first = ScriptedModel([[call("delete", {"order": "A1"}, call_id="c1"), OVER]])
    return Agent[Any]("desk", tools=[tool], handoffs=[billing], model=first)


def asking() -> Agent[Any]:
    inner = desk(
        ScriptedModel([[call("delete", call_id="i1")], DONE]), Effects().tool("delete", needs_approval=True), name="in"
    )
    model = ScriptedModel([[call("ask", {"input": "Do"}, call_id="a1")], DONE])
    return Agent[Any]("desk", tools=[inner.as_tool("ask", "Asks.")], model=model)


def shell() -> Agent[Any]:
    tool = ShellTool(executor=listing, needs_approval=True)
    return Agent[Any]("desk", tools=[tool], model=ScriptedModel([[SHELL], DONE]))


def guarded() -> Agent[Any]:
    def fine(_ctx: object, _agent: object, said: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=str(said), tripwire_triggered=False)

    def withhold(_: object) -> ToolGuardrailFunctionOutput:
        return ToolGuardrailFunctionOutput.reject_content("Withheld.")

    @function_tool(needs_approval=True, tool_output_guardrails=[ToolOutputGuardrail(withhold, "withhold")])
    def look() -> str:
        return "secret"

    return Agent[Any](
        "desk",
        tools=[look],
        model=ScriptedModel([[call("look", call_id="c1")], DONE]),
        input_guardrails=[InputGuardrail(fine, "in")],
        output_guardrails=[OutputGuardrail(fine, "out")],
    )


AGENTS: list[Callable[[], Agent[Any]]] = [
    functions,
    hosted,
    hosted_with_callback,
    handing_over,
    asking,
    shell,
    guarded,
]


@pytest.mark.spec("ST4", "G8")
@pytest.mark.parametrize("make", AGENTS, ids=lambda make: make.__name__)
async def test_a_run_of_any_kind_is_the_same_streamed(make: Callable[[], Agent[Any]]):
    plain, streamed = await lived(make(), streamed=False), await lived(make(), streamed=True)
    assert streamed.result.final_output == plain.result.final_output == "Done."
    assert streamed.waited == plain.waited
    assert streamed.result.usage == plain.result.usage
    assert streamed.result.last_agent.name == plain.result.last_agent.name
    assert streamed.result.to_input_list() == plain.result.to_input_list()
    items = [[(type(item), item.raw_item) for item in each.result.new_items] for each in (streamed, plain)]
    assert items[0] == items[1]
    assert await streamed.session.get_items() == await plain.session.get_items()
    assert guardrails(streamed.result) == guardrails(plain.result)
    told_items = [each for each in streamed.told if not each.startswith("agent ")]
    assert len(told_items) == len(streamed.result.new_items), "each item is told once, over all pauses"


@pytest.mark.spec("ST5")
async def test_requests_of_hosted_mcp_and_their_answers_are_told():
    expected = ["agent desk", "mcp_list_tools l1", "mcp_approval_requested m1"]
    expected += ["mcp_approval_response m1", "message_output_created"]
    assert (await lived(hosted(), streamed=True)).told == expected
    expected.remove("mcp_list_tools l1")
    assert (await lived(hosted_with_callback(), streamed=True)).told == expected


async def test_a_handoff_is_told_as_asked_for_then_made_and_then_who_goes_on():
    assert (await lived(handing_over(), streamed=True)).told == [
        *("agent desk", "tool_called c1", "handoff_requested h1", "tool_output c1"),
        *("handoff_occured h1", "agent billing"),
        *("tool_called c2", "tool_output c2", "message_output_created"),
    ]


async def test_of_an_agent_that_is_called_only_the_call_is_told():
    events = ["agent desk", "tool_called a1", "tool_output a1", "message_output_created"]
    assert (await lived(asking(), streamed=True)).told == events


@pytest.mark.spec("ST6")
async def test_outputs_are_seen_before_the_next_turn_goes_on():
    seen = asyncio.Event()

    class Waiting(ScriptedModel):
        async def get_response(self, request: ModelRequest) -> Response:
            if self.requests:
                await seen.wait()
            return await super().get_response(request)

    agent = desk(Waiting([[call("count", call_id="c1")], DONE]), Effects().tool("count"))
    result, events = Runner.run_streamed(agent, "Go"), list[str]()
    async with asyncio.timeout(5):
        async for event in result.stream_events():
            events += told(event)
            if told(event) == ["tool_output c1"]:
                assert result.current_turn == 1
                seen.set()
    assert events == ["agent desk", "tool_called c1", "tool_output c1", "message_output_created"]


@pytest.mark.spec("ST8")
@pytest.mark.parametrize("through_json", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_run_that_was_stopped_after_its_turn_goes_on_and_repeats_nothing(through_json: bool, streamed: bool):
    began, session = asyncio.Event(), MemorySession("s1")
    effects = Effects()

    @function_tool
    async def slow() -> str:
        began.set()
        await asyncio.sleep(0.01)
        effects.append("slow")
        return "slow: done"

    model = ScriptedModel([[call("slow", call_id="c1")], [call("slow", call_id="c2")], DONE])
    agent = desk(model, slow)
    first = Runner.run_streamed(agent, "Go", session=session)
    await began.wait()
    first.cancel("after_turn")
    events = [each async for event in first.stream_events() for each in told(event)]
    assert events == ["agent desk", "tool_called c1", "tool_output c1"]
    assert (effects, len(model.requests), first.final_output) == (["slow"], 1, None)

    state = first.to_state()
    state = await stored(agent, state) if through_json else state
    if streamed:
        result = Runner.run_streamed(agent, state, session=session)
        events = [each async for event in result.stream_events() for each in told(event)]
        assert events == ["tool_called c2", "tool_output c2", "message_output_created"]
    else:
        result = await Runner.run(agent, state, session=session)
    assert (effects, result.final_output) == (["slow", "slow"], "Done.")
    assert await session.get_items() == result.to_input_list()


@pytest.mark.spec("ST8")
@pytest.mark.parametrize("mode", ["immediate", "after_turn"])
async def test_a_run_that_is_stopped_while_the_model_is_asked_is_asked_again_when_it_goes_on(mode: Any):
    asked = asyncio.Event()

    class Slow(ScriptedModel):
        async def get_response(self, request: ModelRequest) -> Response:
            if not asked.is_set():
                asked.set()
                await asyncio.sleep(0.01 if mode == "after_turn" else 60)
            return await super().get_response(request)

    effects = Effects()
    agent = desk(Slow([[call("delete", call_id="c1")], DONE]), effects.tool("delete", needs_approval=True))
    first = Runner.run_streamed(agent, "Go")
    await asked.wait()
    first.cancel(mode)
    async with asyncio.timeout(5):
        async for _ in first.stream_events():
            pass
    state = await stored(agent, first.to_state())
    result = await Runner.run(agent, state)
    assert [each.call_id for each in result.interruptions] == ["c1"]
    result = await Runner.run(agent, approve_all(result.to_state()))
    assert (effects, result.final_output) == (["delete"], "Done.")


async def test_who_stops_reading_loses_events_and_nothing_of_the_run():
    effects = Effects()
    agent = desk(ScriptedModel([[call("count", call_id="c1")], DONE]), effects.tool("count"))
    result = Runner.run_streamed(agent, "Go")
    async for _ in result.stream_events():
        break
    async with asyncio.timeout(5):
        async for _ in result.stream_events():
            pass
    assert (effects, result.final_output, result.is_complete) == (["count"], "Done.", True)


async def test_a_run_that_nobody_reads_comes_to_its_end():
    ended = asyncio.Event()

    class Hooks(RunHooks[Any]):
        async def on_agent_end(self, context: Any, agent: Any, output: Any) -> None:  # noqa: ARG002
            ended.set()

    unread = Runner.run_streamed(desk(ScriptedModel([DONE])), "Go", hooks=Hooks())
    async with asyncio.timeout(5):
        await ended.wait()
    assert unread.final_output == "Done."
