"""What people said "always" about: listed in the state, and revoked there."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import Agent, HostedMCPTool, RunHooks, Runner, RunState, UserError
from bot.agents.record.decision import Grant
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, desk, outputs, paused, stored

DONE = [message("Done.")]


def deletes(effects: Effects, turns: int) -> Agent[Any]:
    """An agent that deletes once in each turn."""
    answers = [[call("delete", {"order": str(n)}, call_id=f"c{n}")] for n in range(turns)]
    return desk(ScriptedModel([*answers, DONE]), effects.tool("delete", needs_approval=True))


def known(grant: Grant) -> tuple[str, ...]:
    return (grant.agent, grant.kind, grant.tool, grant.path, grant.decision.verdict)


@pytest.mark.parametrize("verdict", ["approve", "reject"])
async def test_an_always_is_listed_with_what_it_is_for_and_where_it_was_said(verdict: str):
    agent = deletes(Effects(), 1)
    state = await paused(agent)
    assert state.grants == []
    [waiting] = state.get_interruptions()
    if verdict == "approve":
        state.approve(waiting, always_approve=True)
    else:
        state.reject(waiting, always_reject=True, rejection_message="Never.")
    for each in (state, await stored(agent, state), (await Runner.run(agent, state)).to_state()):
        assert [known(grant) for grant in each.grants] == [("desk", "function", "delete", "t0.c0", verdict)]
        assert each.grants[0].decision.message == ("Never." if verdict == "reject" else None)


@pytest.mark.parametrize("through_json", [False, True])
async def test_an_always_that_is_revoked_leaves_later_calls_to_people(through_json: bool):
    effects = Effects()
    agent = deletes(effects, 3)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    if through_json:
        state = await stored(agent, state)
    state.revoke(state.grants[0])
    assert state.grants == []
    result = await Runner.run(agent, await stored(agent, state) if through_json else state)
    assert effects == ["delete 0"], "the call itself stays approved"
    assert [each.call_id for each in result.interruptions] == ["c1"]
    result = await Runner.run(agent, approve_all(result.to_state()))
    assert [each.call_id for each in result.interruptions] == ["c2"]


async def test_what_was_revoked_cannot_be_revoked_again():
    agent = deletes(Effects(), 1)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    [grant] = state.grants
    state.revoke(grant)
    before = state.to_json()
    with pytest.raises(UserError, match="no such decision on delete"):
        state.revoke(grant)
    assert state.to_json() == before


async def test_an_always_within_is_listed_by_its_run_and_can_be_revoked_from_outside():
    effects = Effects()
    clerk = deletes(effects, 2).clone(name="clerk")
    model = ScriptedModel([[call("ask", {"input": "Go"}, call_id="o1")], DONE])
    agent = Agent[Any]("desk", tools=[clerk.as_tool("ask", "Asks.")], model=model)
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    [grant] = [grant for tree in state.trees for grant in tree.grants]
    assert (grant.agent, grant.path, state.grants) == ("clerk", "t0.c0/t0.c0", [])
    state.revoke(grant)
    result = await Runner.run(agent, await stored(agent, state))
    assert [each.path for each in result.interruptions] == ["t0.c0/t1.c0"]
    assert effects == ["delete 0"]


async def test_the_newest_always_holds():
    effects = Effects()
    calls = [call("delete", {"order": str(n)}, call_id=f"a{n}") for n in range(2)]
    later = [call("delete", {"order": "later"}, call_id="c9")]
    agent = desk(ScriptedModel([calls, later, DONE]), effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    first, second = state.get_interruptions()
    state.approve(first, always_approve=True)
    state.reject(second, always_reject=True, rejection_message="No more.")
    result = await Runner.run(agent, await stored(agent, state))
    assert outputs(result.new_items)[-1] == "No more."
    assert "delete later" not in effects


@pytest.mark.spec("J5")
async def test_the_words_of_an_always_are_not_told_of_a_tool_of_that_name_elsewhere():
    def request(server: str, id: str) -> Item:
        return {"type": "mcp_approval_request", "id": id, "server_label": server, "name": "delete", "arguments": "{}"}

    tools = [HostedMCPTool(tool_config={"type": "mcp", "server_label": each}, name=each) for each in ("box", "attic")]
    local = Effects().tool("delete", needs_approval=True)
    asked = [request("box", "r1"), request("attic", "r2"), call("delete", call_id="c3"), request("box", "r4")]
    model = ScriptedModel([asked, DONE])
    agent = Agent[Any]("desk", tools=[*tools, local], model=model)
    state: RunState = await paused(agent)
    first, *others = state.get_interruptions()
    state.reject(first, always_reject=True, rejection_message="Not the box.")
    assert [each.call_id for each in state.get_interruptions()] == ["r2", "c3"]
    for each in others[:2]:
        state.reject(each)
    await Runner.run(agent, await stored(agent, state))
    told = {str(item.get("approval_request_id") or item.get("call_id")): item for item in model.requests[1].input[5:]}
    assert [told[id].get("reason") for id in ("r1", "r2", "r4")] == ["Not the box.", None, "Not the box."]
    assert told["c3"]["output"] == "Tool execution was not approved."


@pytest.mark.parametrize("verdict", ["approve", "reject"])
@pytest.mark.parametrize("through_json", [False, True])
async def test_what_an_always_decided_beside_it_waits_again_when_it_is_revoked(verdict: str, through_json: bool):
    effects = Effects()
    calls = [call("delete", {"order": str(n)}, call_id=f"c{n}") for n in range(3)]
    agent = desk(ScriptedModel([calls, DONE]), effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    first, second, third = state.get_interruptions()
    state.approve(third)
    if verdict == "approve":
        state.approve(first, always_approve=True)
    else:
        state.reject(first, always_reject=True, rejection_message="Never.")
    state = await stored(agent, state) if through_json else state
    assert state.get_interruptions() == []
    state.revoke(state.grants[0])
    state = await stored(agent, state) if through_json else state
    assert [each.call_id for each in state.get_interruptions()] == [second.call_id], "others were decided themselves"

    result = await Runner.run(agent, state)
    assert effects == (["delete 0", "delete 2"] if verdict == "approve" else ["delete 2"])
    assert [each.call_id for each in result.interruptions] == ["c1"]
    result = await Runner.run(agent, approve_all(result.to_state()))
    assert result.final_output == "Done."
    assert effects.count("delete 1") == 1


async def test_what_an_always_let_through_and_is_not_begun_waits_again_when_it_is_revoked():
    effects = Effects()

    class Stops(RunHooks[Any]):
        async def on_tool_start(self, context: Any, agent: Any, tool: Any) -> None:  # noqa: ARG002
            raise ConnectionError("no network")

    calls = [call("delete", {"order": str(n)}, call_id=f"c{n}") for n in range(2)]
    agent = desk(ScriptedModel([calls, DONE]), effects.tool("delete", needs_approval=True))
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    with pytest.raises(ConnectionError):
        await Runner.run(agent, state, hooks=Stops())
    assert [each.status for each in state.calls] == ["allowed", "allowed"]
    state.revoke(state.grants[0])
    result = await Runner.run(agent, await stored(agent, state))
    assert effects == ["delete 0"]
    assert [each.call_id for each in result.interruptions] == ["c1"]
