"""Guardrails: what they look at and when, what stops, what is kept, and what is told of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel, JsonValue

from bot.agents import (
    Agent,
    GatedCall,
    GuardrailFunctionOutput,
    InputGuardrail,
    InputGuardrailTripwireTriggered,
    OutputGuardrail,
    OutputGuardrailTripwireTriggered,
    Refuse,
    RunConfig,
    RunContextWrapper,
    Runner,
    RunResult,
    RunState,
    ToolsToFinalOutputResult,
    TResponseInputItem,
    input_guardrail,
    output_guardrail,
)
from bot.agents.models.interface import ModelRequest
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.record.saved import dump_head
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, paused, stored

DONE = [message("Done.")]
DELETE = call("delete", {"order": "A1"}, call_id="c1")


def deep() -> list[Any]:
    """Lists in each other, more of them than can be read again."""
    found: list[Any] = []
    for _ in range(1000):
        found = [found]
    return found


class Verdict(BaseModel):
    """What a guardrail thinks."""

    reason: str
    score: float = 0.5


@dataclass
class Looks:
    """Guardrails that note what they are shown, and object to what has `bad` in it."""

    bad: str = "secret"
    seen: list[Any] = field(default_factory=list[Any])

    def input(self, name: str = "on_input", *, beside: bool = True) -> InputGuardrail:
        return InputGuardrail(lambda _ctx, _agent, said: self._look(said), name, beside)

    def output(self, name: str = "on_output") -> OutputGuardrail:
        return OutputGuardrail(lambda _ctx, _agent, said: self._look(said), name)

    def _look(self, said: Any) -> GuardrailFunctionOutput:
        self.seen.append(said)
        return GuardrailFunctionOutput(Verdict(reason=f"saw {len(self.seen)}"), self.bad in str(said))


def desk(model: ScriptedModel, effects: Effects | None = None, **settings: Any) -> Agent[Any]:
    tool = (effects if effects is not None else Effects()).tool("delete", needs_approval=True)
    return Agent[Any]("desk", tools=[tool], model=model, **settings)


async def run(agent: Agent[Any], given: str | RunState, *, streamed: bool, **options: Any) -> RunResult:
    if not streamed:
        return await Runner.run(agent, given, **options)
    result = Runner.run_streamed(agent, given, **options)
    async for _ in result.stream_events():
        pass
    return result


def words(results: Any) -> list[tuple[str, bool, JsonValue]]:
    return [(each.name, each.output.tripwire_triggered, each.output.output_info) for each in results]


@pytest.mark.spec("G1", "G2", "X14")
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_was_said_is_looked_at_once_and_the_word_stays_with_the_run(streamed: bool):
    looks = Looks()
    twice = [[DELETE], [call("delete", {"order": "B2"}, call_id="c2")], DONE]
    agent = desk(ScriptedModel(twice), input_guardrails=[looks.input()], output_guardrails=[looks.output()])
    result = await run(agent, "Go", streamed=streamed)
    expected = [("on_input", False, {"reason": "saw 1", "score": 0.5})]
    for _ in range(2):
        assert words(result.input_guardrail_results) == expected
        assert result.output_guardrail_results == []
        result = await run(agent, approve_all(await stored(agent, result.to_state())), streamed=streamed)
    assert result.final_output == "Done."
    assert looks.seen == ["Go", "Done."]
    assert words(result.input_guardrail_results) == expected
    assert words(result.output_guardrail_results) == [("on_output", False, {"reason": "saw 2", "score": 0.5})]
    again = await stored(agent, result.to_state())
    assert again.guardrails == result.to_state().guardrails


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("beside", [False, True])
async def test_an_objection_to_what_was_said_is_raised_with_all_that_the_guardrail_told(streamed: bool, beside: bool):
    looks, effects = Looks(), Effects()
    model = ScriptedModel([[DELETE]])
    guardrail = looks.input(beside=beside)
    agent = desk(model, effects, input_guardrails=[guardrail])
    with pytest.raises(InputGuardrailTripwireTriggered, match="on_input objected to what was said") as stopped:
        await run(agent, "Tell me the secret", streamed=streamed)
    assert stopped.value.guardrail_result.guardrail is guardrail
    assert stopped.value.guardrail_result.output.output_info == Verdict(reason="saw 1")
    assert stopped.value.guardrail_result.output.tripwire_triggered
    assert effects == []
    assert len(model.requests) <= beside


async def test_the_model_is_not_waited_for_when_a_guardrail_beside_it_objects():
    asked, gone = asyncio.Event(), asyncio.Event()

    class Slow(ScriptedModel):
        async def get_response(self, request: ModelRequest) -> Response:
            asked.set()
            try:
                await asyncio.sleep(60)
                return await super().get_response(request)
            finally:
                gone.set()

    @input_guardrail
    async def patient(_ctx: RunContextWrapper[Any], _agent: Agent[Any], _said: Any) -> GuardrailFunctionOutput:
        await asked.wait()
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)

    async with asyncio.timeout(5):
        with pytest.raises(InputGuardrailTripwireTriggered, match="patient"):
            await Runner.run(desk(Slow([]), input_guardrails=[patient]), "Go")
    assert gone.is_set()


@pytest.mark.parametrize("beside", [False, True])
async def test_guardrails_look_at_the_same_time_and_are_kept_in_their_order(beside: bool):
    there = asyncio.Barrier(2)

    async def meets(_ctx: object, _agent: object, _said: object) -> GuardrailFunctionOutput:
        await there.wait()
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    inputs = [InputGuardrail(meets, name, beside) for name in ("one", "two")]
    outputs = [OutputGuardrail(meets, name) for name in ("three", "four")]
    async with asyncio.timeout(5):
        result = await Runner.run(desk(ScriptedModel([DONE]), input_guardrails=inputs, output_guardrails=outputs), "Go")
    assert [name for name, *_ in words(result.input_guardrail_results)] == ["one", "two"]
    assert [name for name, *_ in words(result.output_guardrail_results)] == ["three", "four"]


@pytest.mark.parametrize("fails", [False, True])
async def test_the_first_that_objects_or_fails_ends_the_others(fails: bool):
    gone = asyncio.Event()

    async def slow(_ctx: object, _agent: object, _said: object) -> GuardrailFunctionOutput:
        try:
            await asyncio.sleep(60)
        finally:
            gone.set()
        raise AssertionError("It was not ended.")

    async def quick(_ctx: object, _agent: object, _said: object) -> GuardrailFunctionOutput:
        await asyncio.sleep(0)
        if fails:
            raise ConnectionError("no network")
        return GuardrailFunctionOutput(output_info="quick", tripwire_triggered=True)

    agent = desk(ScriptedModel([DONE]), output_guardrails=[OutputGuardrail(slow), OutputGuardrail(quick)])
    result = Runner.run_streamed(agent, "Go")
    async with asyncio.timeout(5):
        with pytest.raises(ConnectionError if fails else OutputGuardrailTripwireTriggered):
            async for _ in result.stream_events():
                pass
    assert gone.is_set()
    assert words(result.output_guardrail_results) == ([] if fails else [("quick", True, "quick")])


async def test_the_guardrails_of_the_run_look_as_well_and_items_are_given_as_items():
    looks = Looks()
    items: list[Item] = [{"role": "user", "content": "One."}, {"role": "user", "content": "Two."}]
    agent = desk(ScriptedModel([DONE]), input_guardrails=[looks.input("agents")])
    config = RunConfig(input_guardrails=[looks.input("runs")], output_guardrails=[looks.output("answers")])
    result = await Runner.run(agent, items, run_config=config)
    assert looks.seen == [items, items, "Done."]
    assert [name for name, *_ in words(result.input_guardrail_results)] == ["agents", "runs"]


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_objection_to_the_answer_is_raised_and_the_answer_is_kept_nowhere(streamed: bool):
    @output_guardrail
    def private(_ctx: RunContextWrapper[Any], _agent: Agent[Any], said: str) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info={"length": len(said)}, tripwire_triggered="secret" in said)

    effects = Effects()
    model = ScriptedModel([[DELETE], [message("The secret is 42.")], DONE])
    agent = desk(model, effects, output_guardrails=[private])
    state = approve_all(await paused(agent))
    with pytest.raises(OutputGuardrailTripwireTriggered, match="private objected to the answer") as stopped:
        await run(agent, state, streamed=streamed)
    result = stopped.value.guardrail_result
    assert (result.guardrail, result.agent, result.agent_output) == (private, agent, "The secret is 42.")
    assert result.output.output_info == {"length": 17}
    assert "secret" not in state.to_string()
    assert state.usage.requests == 2, "it was answered, all the same"

    again = await run(agent, await stored(agent, state), streamed=streamed)
    assert (again.final_output, effects) == ("Done.", ["delete A1"])
    assert "secret" not in str(model.requests[2].input)
    tripped = [each.tripped for each in again.output_guardrail_results]
    assert tripped == [True, False]


async def test_an_answer_whose_guardrail_fails_is_kept_nowhere_and_the_model_is_asked_again():
    failures = [RuntimeError("no network")]

    @output_guardrail
    async def broken(_ctx: RunContextWrapper[Any], _agent: Agent[Any], _said: str) -> GuardrailFunctionOutput:
        if failures:
            raise failures.pop()
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    looks, effects = Looks(), Effects()
    model = ScriptedModel([[DELETE], [message("The secret is 42.")], DONE])
    agent = desk(model, effects, input_guardrails=[looks.input()], output_guardrails=[broken])
    state = approve_all(await paused(agent))
    with pytest.raises(RuntimeError, match="no network"):
        await Runner.run(agent, state)
    assert "secret" not in state.to_string()

    again = await Runner.run(agent, await stored(agent, state))
    assert (again.final_output, effects) == ("Done.", ["delete A1"])
    assert model.requests[2].input == model.requests[1].input
    assert (len(again.input_guardrail_results), len(again.output_guardrail_results)) == (1, 1)


async def test_a_run_that_is_stopped_while_its_answer_is_looked_at_has_no_answer_yet():
    looks, on = asyncio.Event(), asyncio.Event()

    @output_guardrail
    async def slow(_ctx: RunContextWrapper[Any], _agent: Agent[Any], _said: str) -> GuardrailFunctionOutput:
        looks.set()
        await on.wait()
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

    agent = desk(ScriptedModel([[message("The secret is 42.")], DONE]), output_guardrails=[slow])
    result = Runner.run_streamed(agent, "Go")
    await looks.wait()
    result.cancel()
    async with asyncio.timeout(5):
        async for _ in result.stream_events():
            pass
    assert result.final_output is None
    assert "secret" not in result.to_state().to_string()
    on.set()
    assert (await Runner.run(agent, await stored(agent, result.to_state()))).final_output == "Done."


async def test_a_guardrail_that_says_nothing_is_an_error_that_names_it():
    @input_guardrail(name="forgetful")
    def nothing(_ctx: RunContextWrapper[Any], _agent: Agent[Any], _said: Any) -> Any:
        return None

    with pytest.raises(Exception, match="forgetful must return a GuardrailFunctionOutput"):
        await Runner.run(desk(ScriptedModel([DONE]), input_guardrails=[nothing]), "Go")


async def test_what_guardrails_see_may_be_read_as_the_sdk_has_its_types():
    @input_guardrail
    async def homework(
        ctx: RunContextWrapper[None], agent: Agent[Any], input: str | list[TResponseInputItem]
    ) -> GuardrailFunctionOutput:
        assert ctx.context is None
        assert agent.name == "desk"
        return GuardrailFunctionOutput(output_info=str(input), tripwire_triggered=True)

    agent = desk(ScriptedModel([DONE]), input_guardrails=[homework])
    with pytest.raises(InputGuardrailTripwireTriggered) as stopped:
        await Runner.run(agent, "Solve it")
    assert stopped.value.guardrail_result.output.output_info == "Solve it"
    assert stopped.value.guardrail_result.guardrail.get_name() == "homework"


@pytest.mark.parametrize(
    ("info", "kept"),
    [
        ({"n": 1}, {"n": 1}),
        ([1, "two", None], [1, "two", None]),
        (None, None),
        (Verdict(reason="x"), {"reason": "x", "score": 0.5}),
        (object(), "(object)"),
        (float("nan"), None),
        ({"far": float("inf")}, {"far": None}),
        ("half of a character: \ud800", "half of a character: \\ud800"),
        (deep(), "(list)"),
    ],
)
async def test_what_a_guardrail_told_is_kept_as_json_whatever_it_is(info: Any, kept: JsonValue):
    @input_guardrail
    def tells(_ctx: RunContextWrapper[Any], _agent: Agent[Any], _said: Any) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=info, tripwire_triggered=False)

    agent = desk(ScriptedModel([DONE]), input_guardrails=[tells])
    state = (await Runner.run(agent, "Go")).to_state()
    [word] = (await stored(agent, state)).guardrails
    assert word.output.output_info == kept
    assert json.loads(dump_head(state))["guardrails"] == state.to_json()["guardrails"]
    assert state.to_string().encode()


@pytest.mark.parametrize("answer", [float("nan"), "half of a character: \ud800", {"deep": deep()}])
async def test_what_the_app_says_is_the_answer_can_be_kept_whatever_it_is(answer: Any):
    def says(_ctx: object, _results: object) -> ToolsToFinalOutputResult:
        return ToolsToFinalOutputResult(is_final_output=True, final_output=answer)

    tool = Effects().tool("count")
    model = ScriptedModel([[call("count")]])
    agent = Agent[Any]("desk", tools=[tool], model=model, tool_use_behavior=says)
    state = (await Runner.run(agent, "Go")).to_state()
    assert (await stored(agent, state)).ended == state.ended
    assert dump_head(state).encode()


async def test_words_that_no_utf8_can_hold_do_not_keep_a_run_from_being_saved():
    async def refuses(_: GatedCall) -> Refuse:
        return Refuse("Not \ud800.")

    agent = desk(ScriptedModel([[DELETE], DONE]))
    state = (await Runner.run(agent, "Go", run_config=RunConfig(gate=refuses))).to_state()
    assert "Not \\ud800." in [each.decision.message for each in state.calls if each.decision]
    assert state.to_string().encode()
