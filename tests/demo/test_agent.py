"""The demo agent over the offline model: what it does at once, what it asks about, and what it tells."""

from datetime import UTC, datetime

import pytest
from openai import AsyncOpenAI

from bot.agents import (
    Actor,
    Agent,
    Approval,
    FunctionTool,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    RunResult,
    ToolContext,
)
from bot.demo import agent as demo
from bot.demo.fleet import Fleet


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


def tools_of(agent: Agent[None]) -> dict[str, FunctionTool]:
    """The agent's functions, by name."""
    return {tool.name: tool for tool in agent.tools if isinstance(tool, FunctionTool)}


class Ops:
    """Runs the agent, and decides for people."""

    def __init__(self, agent: Agent[None], client: AsyncOpenAI) -> None:
        self.agent = agent
        self._config = RunConfig(model=OpenAIResponsesModel("gpt-anything", client))

    async def ask(self, text: str) -> RunResult:
        return await Runner.run(self.agent, text, run_config=self._config)

    async def decide(self, result: RunResult, **reasons: str | None) -> RunResult:
        """Approve each waiting call, or reject it for the reason given for its tool."""
        state = result.to_state()
        for call in result.interruptions:
            reason = reasons.get(call.tool_name or "")
            if reason is None:
                state.approve(call)
            else:
                state.reject(call, rejection_message=reason)
        return await Runner.run(self.agent, state, run_config=self._config)


@pytest.fixture
def ops(fleet: Fleet, client: AsyncOpenAI) -> Ops:
    return Ops(demo.make_agent(fleet), client)


async def test_services_are_listed_without_asking(ops: Ops) -> None:
    result = await ops.ask("what is running?")
    assert result.interruptions == []
    assert "- **worker-1**: 4 replicas, version 2.8.0, degraded, up 9 hours" in result.final_output
    assert "- **db-1**: 1 replica, version 16.4, healthy, up 203 days" in result.final_output


async def test_a_restart_waits_for_approval(ops: Ops, fleet: Fleet) -> None:
    waiting = await ops.ask("restart worker-1")
    assert [(call.tool_name, call.arguments) for call in waiting.interruptions] == [
        ("restart_service", '{"service":"worker-1"}')
    ]
    assert fleet.service("worker-1").restarts == 0
    done = await ops.decide(waiting)
    assert fleet.service("worker-1").restarts == 1
    assert done.final_output == "`restart worker-1`: worker-1 was restarted and is healthy."


async def test_a_rejected_restart_does_not_happen_and_the_reason_is_told(ops: Ops, fleet: Fleet) -> None:
    waiting = await ops.ask("restart web-1 and rotate the secret of api")
    assert [call.tool_name for call in waiting.interruptions] == ["restart_service", "rotate_secret"]
    done = await ops.decide(waiting, restart_service="Not during the sale.")
    assert fleet.service("web-1").restarts == 0
    assert done.final_output.splitlines()[0] == "- `restart web-1`: Not during the sale."


async def test_scaling_is_free_up_to_five_replicas(ops: Ops, fleet: Fleet) -> None:
    done = await ops.ask("scale api to 5")
    assert done.final_output == "`scale api to 5`: api was scaled from 3 to 5 replicas."
    waiting = await ops.ask("scale api to 6")
    assert len(waiting.interruptions) == 1
    assert fleet.service("api").replicas == 5
    assert "from 5 to 6 replicas" in (await ops.decide(waiting)).final_output


async def test_a_new_secret_is_kept_from_everyone(ops: Ops, fleet: Fleet) -> None:
    before = fleet.service("api").secret
    done = await ops.decide(await ops.ask("rotate the secret of api"))
    secret = fleet.service("api").secret
    assert secret != before
    assert secret not in done.to_state().to_string()
    assert done.final_output.startswith("`rotate the secret of api`: ")


async def test_a_service_that_does_not_exist_is_not_performed(ops: Ops) -> None:
    done = await ops.decide(await ops.ask("restart web-9"))
    assert done.interruptions == []
    assert "There is no service 'web-9'. There are web-1, web-2, api, worker-1 and db-1." in done.final_output
    done = await ops.ask("scale api to 0")
    assert "Choose a number from 1 to 50." in done.final_output


async def test_the_steps_of_a_request_follow_each_other(ops: Ops, fleet: Fleet) -> None:
    waiting = await ops.ask("restart web-1, then scale web-1 to 4")
    assert len(waiting.interruptions) == 1
    assert fleet.service("web-1").replicas == 2
    done = await ops.decide(waiting)
    assert fleet.service("web-1").replicas == 4
    assert done.final_output.splitlines() == [
        "- `restart web-1`: web-1 was restarted and is healthy.",
        "- `scale web-1 to 4`: web-1 was scaled from 2 to 4 replicas.",
    ]


async def test_a_streamed_run_comes_to_the_same(ops: Ops, client: AsyncOpenAI) -> None:
    config = RunConfig(model=OpenAIResponsesModel("gpt-anything", client))
    result = Runner.run_streamed(ops.agent, "scale api to 4", run_config=config)
    kinds = [event.type async for event in result.stream_events()]
    assert "raw_response_event" in kinds
    assert result.final_output == "`scale api to 4`: api was scaled from 3 to 4 replicas."


async def test_a_tool_says_who_approved_it(ops: Ops, fleet: Fleet) -> None:
    by = Approval(by=Actor(id="U0BEN", name="Ben"), at=datetime.now(UTC), reason="Ticket 42")
    restart = tools_of(ops.agent)["restart_service"]
    ctx = ToolContext(
        context=None,
        run=(await ops.ask("hello")).to_state(),
        tool_name="restart_service",
        tool_call_id="call_1",
        tool_arguments="",
        path="t0.c0",
        approval=by,
    )
    assert await restart.on_invoke_tool(ctx, '{"service": "web-1"}') == (
        "web-1 was restarted and is healthy. Approved by Ben: Ticket 42"
    )
    assert fleet.service("web-1").restarts == 1


def test_the_tools_say_what_a_person_and_a_model_must_know() -> None:
    assert {name: tool.risk for name, tool in tools_of(demo.agent).items()} == {
        "list_services": "low",
        "restart_service": "medium",
        "scale_service": "medium",
        "rotate_secret": "high",
    }
    assert [name for name, tool in tools_of(demo.agent).items() if tool.sensitive_output] == ["rotate_secret"]
    assert [name for name, tool in tools_of(demo.agent).items() if tool.idempotent] == ["list_services"]
    assert "such as web-1" in str(tools_of(demo.agent)["restart_service"].params_json_schema)


@pytest.mark.parametrize(
    ("replicas", "asks"), [(1, False), (5, False), (6, True), (1e9, True), ("3", True), (None, True), ([3], True)]
)
async def test_whoever_cannot_say_how_many_replicas_has_to_ask(ops: Ops, replicas: int, asks: bool) -> None:
    ctx = (await ops.ask("hello")).context_wrapper
    assert demo.many_replicas(ctx, {"service": "api", "replicas": replicas}, "call_1") is asks
