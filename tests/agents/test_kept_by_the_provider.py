"""The provider keeps the history: it is given what it does not have, all of it, and each thing once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import openai
import pytest
from typing_extensions import Unpack

from bot.agents import (
    Agent,
    GuardrailFunctionOutput,
    HostedMCPTool,
    MemorySession,
    OpenAIResponsesModel,
    OutputGuardrail,
    RunConfig,
    Runner,
    RunResult,
    RunState,
    UserError,
    handoff,
    handoff_filters,
)
from bot.agents.record.plain import Item
from bot.agents.run_options import RunOptions
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, paused, stored
from tests.agents.keeping_server import KeepingServer, Says, keeping

MODES: list[RunOptions] = [
    {"conversation_id": "conv_1"},
    {"previous_response_id": "resp_0"},
    {"auto_previous_response_id": True},
]
GO: Item = {"role": "user", "content": "Go"}
DONE = message("Done.")
BEFORE: list[Item] = [{"role": "user", "content": "Hello"}, {**message("Hello."), "id": "msg_0"}]

modes = pytest.mark.parametrize("mode", MODES, ids=["conversation", "chain", "own chain"])


def count(id: str) -> Item:
    return call("count", {"order": id}, call_id=id)


def delete(id: str) -> Item:
    return call("delete", {"order": id}, call_id=id)


def output(id: str, text: str) -> Item:
    return {"type": "function_call_output", "call_id": id, "output": text}


def desk(server: KeepingServer, effects: Effects | None = None, **settings: Any) -> Agent[Any]:
    """An agent that counts freely and deletes with approval, whose history is with the server."""
    server.responses["resp_0"] = list(BEFORE)
    effects = effects if effects is not None else Effects()
    tools = [effects.tool("count"), effects.tool("delete", needs_approval=True)]
    model = OpenAIResponsesModel("gpt-5.1", server.client())
    return Agent[Any]("desk", tools=tools, model=model, **settings)


async def run(
    agent: Agent[Any], given: str | RunState, *, streamed: bool = False, **options: Unpack[RunOptions]
) -> RunResult:
    if not streamed:
        return await Runner.run(agent, given, **options)
    result = Runner.run_streamed(agent, given, **options)
    async for _ in result.stream_events():
        pass
    return result


@pytest.mark.spec("C1", "C2", "C3")
@modes
@pytest.mark.parametrize("through_json", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
async def test_over_several_pauses_only_what_is_new_is_sent(mode: RunOptions, through_json: bool, streamed: bool):
    script = [Says([count("c1"), delete("c2")]), Says([delete("c3"), count("c4"), delete("c5")]), Says([DONE])]
    async with keeping(*script) as server:
        effects = Effects()
        agent = desk(server, effects)
        result = await run(agent, "Go", streamed=streamed, **mode)
        while result.interruptions:
            state = result.to_state()
            state.approve(result.interruptions[0])
            state = await stored(agent, state) if through_json else state
            result = await run(agent, state, streamed=streamed)
    assert server.refused == []
    assert server.inputs == [
        [GO],
        [output("c1", "count c1: done"), output("c2", "delete c2: done")],
        [output("c3", "delete c3: done"), output("c4", "count c4: done"), output("c5", "delete c5: done")],
    ]
    assert effects == ["count c1", "delete c2", "count c4", "delete c3", "delete c5"]
    conversations = [sent.body.get("conversation") for sent in server.requests]
    previous = [sent.body.get("previous_response_id") for sent in server.requests]
    if "conversation_id" in mode:
        assert (conversations, previous) == (["conv_1"] * 3, [None] * 3)
    else:
        assert (conversations, previous[1:]) == ([None] * 3, ["resp_1", "resp_2"])
        assert previous[0] == mode.get("previous_response_id")
    assert (result.final_output, result.last_response_id) == ("Done.", "resp_3")


@pytest.mark.spec("C1")
async def test_what_is_given_at_resume_holds_from_then_on():
    async with keeping(Says([delete("c1")]), Says([delete("c2")]), Says([DONE])) as server:
        agent = desk(server)
        state = approve_all((await Runner.run(agent, "Go", previous_response_id="resp_0")).to_state())
        server.responses["copy"] = list(server.responses["resp_1"])
        result = await Runner.run(agent, await stored(agent, state), previous_response_id="copy")
        await Runner.run(agent, approve_all(await stored(agent, result.to_state())))
    assert [sent.body["previous_response_id"] for sent in server.requests] == ["resp_0", "copy", "resp_2"]
    assert server.refused == []


@pytest.mark.spec("C4")
@pytest.mark.parametrize("through_json", [False, True])
async def test_a_chain_goes_on_from_the_last_response_that_has_an_id_with_all_since(through_json: bool):
    async with keeping(Says([count("c1")]), Says([count("c2"), delete("c3")], id=None), Says([DONE])) as server:
        agent = desk(server)
        state = approve_all((await Runner.run(agent, "Go", auto_previous_response_id=True)).to_state())
        result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert server.refused == []
    assert server.requests[2].body["previous_response_id"] == "resp_1"
    assert server.inputs[2] == [
        output("c1", "count c1: done"),
        count("c2"),
        delete("c3"),
        output("c2", "count c2: done"),
        output("c3", "delete c3: done"),
    ]
    assert result.final_output == "Done."


@pytest.mark.spec("C5")
@modes
async def test_what_is_said_twice_is_sent_twice(mode: RunOptions):
    same = [call("delete", {"order": "A1"}, call_id="c1"), call("delete", {"order": "A1"}, call_id="c2")]
    async with keeping(Says(same), Says([DONE])) as server:
        agent = desk(server)
        state = approve_all((await Runner.run(agent, "Go", **mode)).to_state())
        state.add_input("Go")
        state.add_input("Go")
        await Runner.run(agent, await stored(agent, state))
    done = "delete A1: done"
    assert server.inputs == [[GO], [output("c1", done), output("c2", done), GO, GO]]
    assert server.refused == []


@pytest.mark.spec("C6", "A10")
@modes
async def test_the_error_for_an_unknown_tool_beside_a_call_that_waits_is_delivered_with_it(mode: RunOptions):
    async with keeping(Says([call("nothing", call_id="c1"), delete("c2")]), Says([DONE])) as server:
        agent = desk(server)
        result = await Runner.run(agent, "Go", **mode)
        assert [each.call_id for each in result.interruptions] == ["c2"]
        await Runner.run(agent, approve_all(await stored(agent, result.to_state())))
    told = output("c1", "There is no tool named nothing.")
    assert server.inputs[1] == [told, output("c2", "delete c2: done")]
    assert server.refused == []


@pytest.mark.spec("C7")
@modes
async def test_a_session_beside_it_is_refused_also_for_a_run_that_was_loaded(mode: RunOptions):
    async with keeping(Says([delete("c1")])) as server:
        agent, session = desk(server), MemorySession("s1")
        with pytest.raises(UserError, match="session"):
            await Runner.run(agent, "Go", **{**mode, "session": session})
        assert server.requests == []
        state = approve_all((await Runner.run(agent, "Go", **mode)).to_state())
        for each in (state, await stored(agent, state)):
            with pytest.raises(UserError, match="session"):
                await Runner.run(agent, each, session=session)
    assert (len(server.requests), await session.get_items()) == (1, [])


@pytest.mark.spec("C8")
@modes
@pytest.mark.parametrize("through_json", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_a_failed_request_brought_is_sent_again_and_once(
    mode: RunOptions, through_json: bool, streamed: bool
):
    effects = Effects()
    script = [Says(failure=500), Says([delete("c1")]), Says(failure=500), Says(failure=500), Says([DONE])]
    async with keeping(*script) as server:
        agent = desk(server, effects)
        with pytest.raises(openai.InternalServerError):
            await run(agent, "Go", streamed=streamed, **mode)
        state = approve_all((await run(agent, "Go", streamed=streamed, **mode)).to_state())
        for _ in range(2):
            with pytest.raises(openai.InternalServerError):
                await run(agent, state, streamed=streamed)
            state = await stored(agent, state) if through_json else state
        result = await run(agent, state, streamed=streamed)
    assert server.inputs[2:] == [[output("c1", "delete c1: done")]] * 3
    assert (server.refused, effects, result.final_output) == ([], ["delete c1"], "Done.")


@pytest.mark.spec("C9")
@modes
async def test_guardrails_on_the_answer_are_refused_as_it_could_not_be_taken_back(mode: RunOptions):
    def fine(_ctx: object, _agent: object, _said: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    async with keeping(Says([delete("c1")])) as server:
        guarded = desk(server, output_guardrails=[OutputGuardrail(fine)])
        with pytest.raises(UserError, match="Output guardrails"):
            await Runner.run(guarded, "Go", **mode)
        plain = desk(server)
        config = RunConfig(output_guardrails=[OutputGuardrail(fine)])
        with pytest.raises(UserError, match="Output guardrails"):
            await Runner.run(plain, "Go", **{**mode, "run_config": config})
        assert server.requests == []
        state = approve_all((await Runner.run(plain, "Go", **mode)).to_state())
        with pytest.raises(UserError, match="Output guardrails"):
            await Runner.run(guarded, await stored(guarded, state))
    assert len(server.requests) == 1


@modes
async def test_the_next_run_goes_on_from_the_last(mode: RunOptions):
    second: Item = {**DONE, "id": "msg_2"}
    async with keeping(Says([DONE]), Says([second])) as server:
        agent = desk(server)
        first = await Runner.run(agent, "Go", **mode)
        later = mode if "conversation_id" in mode else RunOptions(previous_response_id=first.last_response_id)
        await Runner.run(agent, "Again", **later)
    assert server.inputs == [[GO], [{"role": "user", "content": "Again"}]]
    assert server.refused == []


@modes
async def test_a_handoff_changes_nothing_of_it_and_a_filter_is_refused(mode: RunOptions):
    over = call("transfer_to_billing", call_id="h1")
    async with keeping(Says([delete("c1"), over]), Says([delete("c2")]), Says([DONE])) as server:
        billing = replace(desk(server), name="billing")
        agent = desk(server, handoffs=[billing])
        result = await Runner.run(agent, "Go", **mode)
        while result.interruptions:
            result = await Runner.run(agent, approve_all(await stored(agent, result.to_state())))
    assert (server.refused, result.last_agent.name, result.final_output) == ([], "billing", "Done.")
    assert [[item.get("call_id") for item in each] for each in server.inputs[1:]] == [["c1", "h1"], ["c2"]]

    async with keeping(Says([over])) as server:
        cut = handoff(billing, input_filter=handoff_filters.remove_all_tools)
        with pytest.raises(UserError, match="input filter"):
            await Runner.run(desk(server, handoffs=[cut]), "Go", **mode)


async def test_an_agent_that_is_called_has_a_history_of_its_own():
    inner = ScriptedModel([[delete("c1")], [message("Inner.")]])
    async with keeping(Says([call("ask", {"input": "Do it"}, call_id="a1")]), Says([DONE])) as server:
        expert = Agent[Any]("expert", tools=[Effects().tool("delete", needs_approval=True)], model=inner)
        agent = replace(desk(server), tools=[expert.as_tool("ask", "Asks.")])
        state = approve_all((await Runner.run(agent, "Go", conversation_id="conv_1")).to_state())
        await Runner.run(agent, await stored(agent, state))
    assert server.inputs == [[GO], [output("a1", "Inner.")]]
    assert [request.conversation_id for request in inner.requests] == [None, None]
    assert [len(request.input) for request in inner.requests] == [1, 3]


async def test_a_request_of_hosted_mcp_is_answered_once_in_a_kept_history():
    asked: Item = {"type": "mcp_approval_request", "id": "m1", "server_label": "s", "name": "do", "arguments": "{}"}
    async with keeping(Says([asked, count("c1")]), Says([DONE])) as server:
        agent = desk(server)
        hosted = HostedMCPTool(tool_config={"type": "mcp", "server_label": "s"})
        agent = replace(agent, tools=[*agent.tools, hosted])
        state = approve_all((await Runner.run(agent, "Go", conversation_id="conv_1")).to_state())
        await Runner.run(agent, await stored(agent, state))
    answer = {"type": "mcp_approval_response", "approval_request_id": "m1", "approve": True}
    assert server.inputs[1] == [answer, output("c1", "count c1: done")]
    assert server.refused == []


async def test_two_histories_at_once_and_one_for_a_run_that_began_without_are_refused():
    tool = Effects().tool("delete", needs_approval=True)
    agent = Agent[Any]("desk", tools=[tool], model=ScriptedModel([[delete("c1")]]))
    with pytest.raises(UserError, match="not both"):
        await Runner.run(agent, "Go", conversation_id="conv_1", previous_response_id="resp_0")
    state = approve_all(await paused(agent))
    for given in MODES[:2]:
        with pytest.raises(UserError, match="began without"):
            await Runner.run(agent, state, **given)
