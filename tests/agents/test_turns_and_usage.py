"""How many turns a run may have, how many it had, and what it used."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import (
    Agent,
    MaxTurnsExceeded,
    RunErrorHandlerInput,
    RunErrorHandlerResult,
    Runner,
    Usage,
    UserError,
)
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, paused, stored

DONE = [message("Done.")]


def deletes(effects: Effects, turns: int) -> Agent[Any]:
    """An agent that deletes once in each turn, and then is done."""
    answers = [[call("delete", {"order": str(n)}, call_id=f"c{n}")] for n in range(turns)]
    return desk(ScriptedModel([*answers, DONE]), effects.tool("delete", needs_approval=True))


@pytest.mark.spec("U1")
async def test_usage_adds_up_over_pauses_each_response_once():
    agent = deletes(Effects(), 2)
    state = await paused(agent)
    assert state.usage == Usage(requests=1, input_tokens=10, output_tokens=5)

    second = await Runner.run(agent, approve_all(await stored(agent, state)))
    assert (second.usage.requests, second.usage.total_tokens) == (2, 30)

    last = await Runner.run(agent, approve_all(await stored(agent, second.to_state())))
    assert last.final_output == "Done."
    assert last.usage == Usage(requests=3, input_tokens=30, output_tokens=15)
    assert last.context_wrapper.usage == last.usage
    assert [response.usage.requests for response in last.raw_responses] == [1, 1, 1]


@pytest.mark.spec("U2", "U3")
async def test_a_resume_goes_on_in_the_same_turn_and_the_next_response_is_one_more():
    agent = deletes(Effects(), 2)
    state = await paused(agent)
    assert state.current_turn == 1

    undecided = await Runner.run(agent, await stored(agent, state))
    assert (undecided.to_state().current_turn, undecided.usage) == (1, state.usage)

    second = await Runner.run(agent, approve_all(await stored(agent, state)))
    assert second.to_state().current_turn == 2


@pytest.mark.spec("U4")
async def test_a_run_keeps_the_limit_that_it_began_with():
    effects = Effects()
    agent = deletes(effects, 5)
    state = (await Runner.run(agent, "Go", max_turns=2)).to_state()
    second = await Runner.run(agent, approve_all(await stored(agent, state)))
    with pytest.raises(MaxTurnsExceeded, match="2 turns"):
        await Runner.run(agent, approve_all(await stored(agent, second.to_state())))
    assert effects == ["delete 0", "delete 1"]


@pytest.mark.spec("U5")
@pytest.mark.parametrize("through_json", [False, True])
async def test_what_was_approved_in_the_last_turn_is_done_before_the_limit_is_told(through_json: bool):
    effects = Effects()
    agent = deletes(effects, 2)
    state = approve_all((await Runner.run(agent, "Go", max_turns=1)).to_state())
    with pytest.raises(MaxTurnsExceeded):
        await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert effects == ["delete 0"]


@pytest.mark.spec("U6")
async def test_a_greater_limit_given_at_resume_lets_the_run_go_on():
    effects = Effects()
    agent = deletes(effects, 1)
    state = approve_all((await Runner.run(agent, "Go", max_turns=1)).to_state())
    with pytest.raises(MaxTurnsExceeded):
        await Runner.run(agent, state)
    result = await Runner.run(agent, await stored(agent, state), max_turns=2)
    assert result.final_output == "Done."
    assert effects == ["delete 0"], "what was done before the limit is not done again"


@pytest.mark.spec("U7")
async def test_a_run_without_a_limit_has_none_after_json_either():
    agent = deletes(Effects(), 25)
    state = (await Runner.run(agent, "Go", max_turns=None)).to_state()
    for _ in range(24):
        state = (await Runner.run(agent, approve_all(await stored(agent, state)))).to_state()
        assert state.max_turns is None
    assert (await Runner.run(agent, approve_all(state))).final_output == "Done."


async def test_a_run_has_twenty_turns_unless_it_is_told_otherwise():
    effects = Effects()
    calls = [[call("count", {"order": str(n)}, call_id=f"c{n}")] for n in range(30)]
    with pytest.raises(MaxTurnsExceeded, match="20 turns"):
        await Runner.run(desk(ScriptedModel(calls), effects.tool("count")), "Go")
    assert len(effects) == 20


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_below_one_is_refused(limit: int):
    with pytest.raises(UserError, match="max_turns"):
        await Runner.run(deletes(Effects(), 1), "Go", max_turns=limit)


@pytest.mark.spec("U8")
@pytest.mark.parametrize("in_history", [True, False])
async def test_what_the_app_makes_of_the_limit_is_in_the_result_and_not_in_the_state_that_was_given(in_history: bool):
    asked: list[str] = []

    def too_long(given: RunErrorHandlerInput) -> RunErrorHandlerResult:
        asked.append(f"{given.error} {given.context.context}")
        return RunErrorHandlerResult(final_output="It took too long.", include_in_history=in_history)

    effects = Effects()
    agent = deletes(effects, 2)
    state = approve_all((await Runner.run(agent, "Go", max_turns=1, context={"user": "ana"})).to_state())
    before = state.to_json()
    result = await Runner.run(agent, state, error_handlers={"max_turns": too_long})

    assert state.to_json() == before
    assert (result.final_output, effects) == ("It took too long.", ["delete 0"])
    assert "It took too long." in str(result.to_input_list()) or not in_history
    assert len(asked) == 1
    assert asked[0].endswith("{'user': 'ana'}")
    assert (await Runner.run(agent, await stored(agent, result.to_state()))).final_output == "It took too long."
