"""What an agent that is called as a tool is given, and what comes of it: an answer, or an error for the outer one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, JsonValue

from bot.agents import Runner, RunResult
from bot.agents.testing import ScriptedModel, call
from tests.agents.billing import ASK, DONE, REFUNDED, office
from tests.agents.effects import Effects, approve_all, outputs, paused, stored


async def test_an_error_of_the_model_within_is_the_output_of_the_call_and_the_outer_run_goes_on():
    outer = ScriptedModel([ASK, DONE])
    result = await Runner.run(office(Effects(), ScriptedModel([ConnectionError("no network")]), outer), "Go")
    assert result.final_output == "Done."
    assert outputs(result.new_items) == ["The tool failed: ConnectionError: no network"]


async def test_an_error_within_ends_the_run_where_the_tool_says_so():
    agent = office(Effects(), ScriptedModel([ConnectionError("no network")]), failure_error_function=None)
    with pytest.raises(ConnectionError):
        await Runner.run(agent, "Go")


async def test_an_agent_that_is_at_its_limit_of_turns_fails_and_the_outer_run_goes_on():
    effects = Effects()
    agent = office(effects, max_turns=1)
    result = await Runner.run(agent, approve_all(await paused(agent)))
    assert effects == ["refund A1"]
    assert result.final_output == "Done."
    assert "did not come to an end within 1 turns" in outputs(result.new_items)[0]


async def test_the_output_may_be_made_of_the_whole_result_within():
    async def extract(result: RunResult) -> str:
        return f"{result.last_agent.name}: {result.final_output} ({', '.join(outputs(result.new_items))})"

    agent = office(Effects(), custom_output_extractor=extract)
    result = await Runner.run(agent, approve_all(await stored(agent, await paused(agent))))
    assert outputs(result.new_items) == ["billing: A1 is refunded. (refund A1: done)"]


async def test_an_extractor_that_raises_fails_the_call_and_repeats_nothing():
    async def extract(_: RunResult) -> str:
        raise RuntimeError("nothing found")

    effects = Effects()
    agent = office(effects, custom_output_extractor=extract)
    result = await Runner.run(agent, approve_all(await paused(agent)))
    assert outputs(result.new_items) == ["The tool failed: RuntimeError: nothing found"]
    assert effects == ["refund A1"]


class Order(BaseModel):
    """What to look at."""

    number: str
    amount: int = 0


async def test_an_agent_may_be_given_more_than_a_text():
    inner = ScriptedModel([REFUNDED])
    right: dict[str, JsonValue] = {"number": "A1", "amount": 5}
    asked = [call("ask_billing", {"number": 7}, call_id="o1")], [call("ask_billing", right, call_id="o2")]
    outer = ScriptedModel([*asked, DONE])
    result = await Runner.run(office(Effects(), inner, outer, parameters=Order), "Go")
    assert result.final_output == "Done."
    told = inner.requests[0].input
    assert [json.loads(str(each["content"])) for each in told] == [right], "what does not fit is not given to it"
    assert outputs(result.new_items)[0].startswith("Invalid arguments for ask_billing: number:")


@pytest.mark.parametrize("arguments", [{}, {"input": 7}, {"input": "Go", "more": 1}, "[]", "{"])
async def test_an_agent_is_not_called_with_what_is_no_text(arguments: Any):
    inner = ScriptedModel([])
    outer = ScriptedModel([[call("ask_billing", arguments)], DONE])
    result = await Runner.run(office(Effects(), inner, outer), "Go")
    assert result.final_output == "Done."
    assert "ask_billing" in outputs(result.new_items)[0]
