"""The operator's word on each call, beside the tool's own rule: the stricter of the two counts."""

from __future__ import annotations

import pytest

from bot.agents import Allow, Ask, GatedCall, Refuse, RunConfig, Runner
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk, outputs, stored

DONE = [message("Done.")]
Word = Ask | Allow | Refuse


async def run(effects: Effects, word: Word | Exception, *, needs_approval: bool, seen: list[GatedCall] | None = None):
    async def gate(gated: GatedCall) -> Word:
        if seen is not None:
            seen.append(gated)
        if isinstance(word, Exception):
            raise word
        return word

    model = ScriptedModel([[call("delete", {"order": "A1"}, call_id="c1")], DONE])
    agent = desk(model, effects.tool("delete", needs_approval=needs_approval, risk="high"))
    return await Runner.run(agent, "Go", run_config=RunConfig(gate=gate))


@pytest.mark.parametrize(
    ("word", "needs_approval", "waits"),
    [
        (Allow(), False, False),
        (Allow(), True, True),
        (Ask(), False, True),
        (Ask(), True, True),
        (RuntimeError("boom"), False, True),
        (RuntimeError("boom"), True, True),
    ],
)
async def test_the_stricter_of_tool_and_operator_counts(word: Word | Exception, needs_approval: bool, waits: bool):
    effects = Effects()
    result = await run(effects, word, needs_approval=needs_approval)
    assert bool(result.interruptions) is waits
    assert effects == ([] if waits else ["delete A1"])


@pytest.mark.parametrize("needs_approval", [False, True])
async def test_what_the_operator_refuses_is_not_made_and_nobody_is_asked(needs_approval: bool):
    effects = Effects()
    result = await run(effects, Refuse("Not on Sundays."), needs_approval=needs_approval)
    assert effects == []
    assert outputs(result.new_items) == ["Not on Sundays."]
    assert result.final_output == "Done."


async def test_the_operator_sees_all_that_a_decision_is_about():
    seen: list[GatedCall] = []
    result = await run(Effects(), Ask(), needs_approval=False, seen=seen)
    [gated] = seen
    state, [waiting] = result.to_state(), result.interruptions
    assert (gated.run_id, gated.path, gated.agent, gated.kind) == (state.run_id, "t0.c0", "desk", "function")
    assert (gated.tool, gated.risk, gated.arguments) == ("delete", "high", {"order": "A1"})
    assert (gated.path, gated.digest) == (waiting.path, waiting.digest)


async def test_what_the_operator_changes_in_the_arguments_changes_nothing_in_the_call():
    async def gate(gated: GatedCall) -> Word:
        assert gated.arguments
        gated.arguments["order"] = "everything"
        return Allow()

    effects = Effects()
    agent = desk(ScriptedModel([[call("delete", {"order": "A1"})], DONE]), effects.tool("delete"))
    await Runner.run(agent, "Go", run_config=RunConfig(gate=gate))
    assert effects == ["delete A1"]


async def test_the_operator_is_not_asked_about_a_call_that_a_person_decided():
    asked: list[str] = []

    async def gate(gated: GatedCall) -> Word:
        asked.append(gated.path)
        return Ask()

    agent = desk(ScriptedModel([[call("delete")], DONE]), Effects().tool("delete"))
    config = RunConfig(gate=gate)
    state = (await Runner.run(agent, "Go", run_config=config)).to_state()
    state.approve(state.get_interruptions()[0])
    assert (await Runner.run(agent, state, run_config=config)).final_output == "Done."
    assert asked == ["t0.c0"]


@pytest.mark.parametrize("word", [Refuse("Too much."), Ask(), RuntimeError("boom"), Allow()], ids=repr)
@pytest.mark.parametrize("needs_approval", [False, True])
async def test_an_always_answers_the_tools_own_rule_and_not_the_operator(word: Word | Exception, needs_approval: bool):
    async def gate(gated: GatedCall) -> Word:
        if gated.path == "t0.c0":
            return Ask()
        if isinstance(word, Exception):
            raise word
        return word

    effects, config = Effects(), RunConfig(gate=gate)
    turns = [[call("delete", {"order": order}, call_id=order)] for order in ("A1", "everything")]
    agent = desk(ScriptedModel([*turns, DONE]), effects.tool("delete", needs_approval=needs_approval))
    state = (await Runner.run(agent, "Go", run_config=config)).to_state()
    state.approve(state.get_interruptions()[0], always_approve=True)
    result = await Runner.run(agent, await stored(agent, state), run_config=config)
    assert effects == (["delete A1", "delete everything"] if isinstance(word, Allow) else ["delete A1"])
    asks = not isinstance(word, Allow | Refuse)
    assert [each.call_id for each in result.interruptions] == (["everything"] if asks else [])
    if isinstance(word, Refuse):
        assert outputs(result.new_items)[-1] == "Too much."

    state = result.to_state()
    for each in result.interruptions:
        state.approve(each)
    result = await Runner.run(agent, await stored(agent, state), run_config=config)
    assert result.final_output == "Done."


async def test_an_always_reject_stands_whatever_the_operator_lets_through():
    async def gate(_: GatedCall) -> Word:
        return Allow()

    effects, config = Effects(), RunConfig(gate=gate)
    turns = [[call("delete", {"order": order}, call_id=order)] for order in ("A1", "B2")]
    agent = desk(ScriptedModel([*turns, DONE]), effects.tool("delete", needs_approval=True))
    state = (await Runner.run(agent, "Go", run_config=config)).to_state()
    state.reject(state.get_interruptions()[0], always_reject=True, rejection_message="Never.")
    result = await Runner.run(agent, state, run_config=config)
    assert (effects, outputs(result.new_items)) == ([], ["Never.", "Never."])
