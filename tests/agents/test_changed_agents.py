"""Agents that are not what they were when the run was put away: a name may mean something else now."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import Agent, ModelSettings, Runner, RunState, Tool, UserError, handoff
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, desk, paused, stored

DONE = [message("Done.")]
DELETE = call("delete", {"input": "A1"}, call_id="c1")
COUNT = call("count", {"order": "B2"}, call_id="c2")


@pytest.mark.spec("R10")
@pytest.mark.parametrize("now", ["agent", "handoff"])
@pytest.mark.parametrize("through_json", [False, True])
async def test_an_approval_of_a_function_lets_no_agent_and_no_handoff_of_its_name_go_ahead(
    now: str, through_json: bool
):
    effects = Effects()
    agent = desk(
        ScriptedModel([[call("delete", {"order": "A1"}, call_id="c1"), COUNT]]),
        *(effects.tool(name, needs_approval=True) for name in ("delete", "count")),
    )
    state = approve_all(await paused(agent))
    other = desk(ScriptedModel([]), name="other")
    changed = Agent[Any](
        "desk",
        tools=[effects.tool("count"), *([other.as_tool("delete", "Deletes.")] if now == "agent" else [])],
        handoffs=[handoff(other, tool_name_override="delete")] if now == "handoff" else [],
        model=ScriptedModel([]),
    )
    with pytest.raises(UserError, match="delete of agent desk was approved, and is not there any more"):
        await Runner.run(changed, await stored(changed, state) if through_json else state)
    assert effects == [], "nor does what was approved beside it"


@pytest.mark.spec("R10")
async def test_an_approval_of_an_agent_lets_no_function_of_its_name_go_ahead():
    effects = Effects()
    ask = desk(ScriptedModel([]), name="other").as_tool("delete", "Deletes.", needs_approval=True)
    agent = Agent[Any]("desk", tools=[ask], model=ScriptedModel([[DELETE]]))
    state = approve_all(await paused(agent))
    changed = desk(ScriptedModel([]), effects.tool("delete"))
    with pytest.raises(UserError, match="not there any more"):
        await Runner.run(changed, await stored(changed, state))
    assert effects == []


@pytest.mark.spec("R10")
async def test_an_approval_holds_for_no_tool_of_another_agent():
    effects = Effects()
    delete = effects.tool("delete", needs_approval=True)
    billing = desk(ScriptedModel([[call("delete", {"order": "A1"}, call_id="c1")]]), delete, name="billing")
    first = ScriptedModel([[call("transfer_to_billing", call_id="h1")]])
    agent = Agent[Any]("desk", tools=[delete], handoffs=[billing], model=first)
    state = approve_all(await paused(agent))
    without = agent.clone(handoffs=[billing.clone(tools=[])])
    with pytest.raises(UserError, match="delete of agent billing was approved"):
        await Runner.run(without, await stored(without, state))
    with pytest.raises(UserError, match="needs the agent 'billing'"):
        await RunState.from_string(agent.clone(handoffs=[]), state.to_string())
    assert effects == [], "the desk has a tool of that name, and it is not the one"


@pytest.mark.spec("R10")
async def test_two_tools_of_one_name_are_refused_also_when_one_came_later():
    effects = Effects()
    twice = [effects.tool("delete", needs_approval=True), effects.tool("delete")]
    with pytest.raises(UserError, match="several tools called delete"):
        desk(ScriptedModel([]), *twice)

    tools: list[Tool] = [twice[0]]
    agent = Agent[Any]("desk", tools=tools, model=ScriptedModel([[call("delete", {"order": "A1"})], DONE]))
    state = approve_all(await paused(agent))
    tools.append(twice[1])
    with pytest.raises(UserError, match="several tools called delete"):
        await Runner.run(agent, await RunState.from_string(agent, state.to_string()))
    assert effects == []


@pytest.mark.spec("R12")
@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("through_json", [False, True])
async def test_the_settings_of_a_question_are_the_same_with_and_without_a_pause(reset: bool, through_json: bool):
    settings = ModelSettings(tool_choice="required", extra_args={"prompt_cache_key": "T1"})

    def choosing(*, needs_approval: bool) -> tuple[Agent[Any], ScriptedModel]:
        model = ScriptedModel([[reasoning("rs_7"), call("count", {"order": "B2"})], DONE])
        tools = [Effects().tool("count", needs_approval=needs_approval)]
        agent = Agent[Any]("desk", tools=tools, model=model, model_settings=settings, reset_tool_choice=reset)
        return agent, model

    agent, unbroken = choosing(needs_approval=False)
    await Runner.run(agent, "Please do it.")
    agent, model = choosing(needs_approval=True)
    state = approve_all(await paused(agent))
    await Runner.run(agent, await stored(agent, state) if through_json else state)

    asked = model.requests[1]
    assert asked.settings == unbroken.requests[1].settings
    assert asked.settings.tool_choice == (None if reset else "required")
    assert asked.settings.extra_args == {"prompt_cache_key": "T1"}
    assert asked.input == unbroken.requests[1].input
    assert asked.input[1] == reasoning("rs_7"), "what the model thought is sent back with its id"


@pytest.mark.spec("R12")
async def test_a_choice_of_tool_is_reset_for_the_agent_that_used_one_and_not_for_the_next():
    settings = ModelSettings(tool_choice="required")
    later = ScriptedModel([[call("count", call_id="c2")], DONE])
    billing = Agent[Any]("billing", tools=[Effects().tool("count")], model=later, model_settings=settings)
    over = ScriptedModel([[call("transfer_to_billing", call_id="h1")]])
    agent = Agent[Any]("desk", handoffs=[handoff(billing, needs_approval=True)], model=over, model_settings=settings)
    await Runner.run(agent, approve_all(await stored(agent, await paused(agent))))
    chosen = [request.settings.tool_choice for request in [*over.requests, *later.requests]]
    assert chosen == ["required", "required", None]


def asking(kind: str, model: ScriptedModel, *others: Agent[Any]) -> Agent[Any]:
    """A desk that can go to the first of the others under one name, and to the rest under names of their own."""
    if kind == "handoff":
        named = {"delete": others[0], **{f"other_{n}": other for n, other in enumerate(others[1:])}}
        over = [handoff(each, tool_name_override=name, needs_approval=True) for name, each in named.items()]
        return Agent[Any]("desk", handoffs=over, model=model)
    return Agent[Any]("desk", tools=[others[0].as_tool("delete", "Deletes.", needs_approval=True)], model=model)


@pytest.mark.spec("R10")
@pytest.mark.parametrize("kind", ["handoff", "agent"])
@pytest.mark.parametrize("through_json", [False, True])
async def test_an_approval_to_go_to_one_agent_lets_no_other_agent_under_the_same_name_go_ahead(
    kind: str, through_json: bool
):
    billing, admin = (ScriptedModel([DONE, DONE]) for _ in range(2))
    agents = [Agent[Any]("billing", model=billing), Agent[Any]("admin", model=admin)]
    asked = DELETE if kind == "agent" else call("delete", call_id="c1")
    agent = asking(kind, ScriptedModel([[asked], DONE]), *agents)
    state = approve_all(await paused(agent))
    kept = state.to_string()
    now = asking(kind, ScriptedModel([DONE]), *reversed(agents))
    with pytest.raises(UserError, match="delete of agent desk was approved, and is not there any more"):
        await Runner.run(now, await stored(now, state) if through_json else state)
    assert billing.requests == admin.requests == []

    result = await Runner.run(agent, await RunState.from_string(agent, kept))
    assert result.final_output == "Done."
    assert (len(billing.requests), len(admin.requests)) == (1, 0)


@pytest.mark.spec("R10")
async def test_an_always_for_one_agent_holds_for_no_other_under_the_same_name():
    effects = Effects()
    billing, admin = (Agent[Any](name, model=ScriptedModel([DONE])) for name in ("billing", "admin"))
    again = call("delete", {"input": "B2"}, call_id="c3")
    model = ScriptedModel([[DELETE], [COUNT], [again], DONE])
    count = effects.tool("count", needs_approval=True)

    def calling(other: Agent[Any]) -> Agent[Any]:
        return Agent[Any]("desk", tools=[other.as_tool("delete", "Deletes.", needs_approval=True), count], model=model)

    agent, now = calling(billing), calling(admin)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    state = (await Runner.run(agent, state)).to_state()
    result = await Runner.run(now, approve_all(await stored(now, state)))
    assert [each.call_id for each in result.interruptions] == ["c3"]
    assert effects == ["count B2"]
