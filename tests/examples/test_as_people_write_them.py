"""Programs in the form in which people write them with the OpenAI Agents SDK: only the import line is another.

They reach a server of the Responses API on this machine through the real client, which finds it as it always does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.agents import Agent, ModelSettings, RunContextWrapper, Runner, RunState, function_tool
from bot.agents.testing import call, message
from tests.examples.provider import Provider, outputs

done: list[str] = []
"""What the tools below really did."""


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()


async def confirm(question: str, answers: Iterator[bool]) -> bool:
    print(question)
    return next(answers)


@function_tool
async def get_weather(city: str) -> str:
    """Get the weather for a given city."""
    return f"The weather in {city} is sunny"


async def _needs_temperature_approval(_ctx: RunContextWrapper[Any], params: dict[str, Any], _call_id: str) -> bool:
    """Check if temperature tool needs approval."""
    return "Oakland" in params.get("city", "")


@function_tool(needs_approval=_needs_temperature_approval)
async def get_temperature(city: str) -> str:
    """Get the temperature for a given city."""
    done.append(f"temperature {city}")
    return f"The temperature in {city} is 20° Celsius"


@function_tool(needs_approval=True)
async def cancel_order(order_id: int) -> str:
    """Cancel an order."""
    done.append(f"cancel {order_id}")
    return f"Cancelled order {order_id}"


async def test_the_loop_with_run(provider: Provider, tmp_path: Path):
    server = await provider.answering(
        [
            call("get_weather", {"city": "Oakland"}, call_id="c1"),
            call("get_temperature", {"city": "Oakland"}, call_id="c2"),
            call("get_temperature", {"city": "San Francisco"}, call_id="c3"),
            call("cancel_order", {"order_id": 101}, call_id="c4"),
        ],
        [message("Sunny and 20 degrees.")],
    )
    answers = iter([True, False])
    result_file = tmp_path / "result.json"

    agent = Agent(
        name="Weather Assistant",
        instructions="You are a helpful weather assistant.",
        tools=[get_weather, get_temperature, cancel_order],
    )

    result = await Runner.run(agent, "What is the weather and temperature in Oakland?")

    has_interruptions = len(result.interruptions) > 0

    while has_interruptions:
        print("\n" + "=" * 80)
        print("Run interrupted - tool approval required")
        state = result.to_state()
        state_json = state.to_json()
        with result_file.open("w") as f:
            json.dump(state_json, f, indent=2)

        with result_file.open() as f:
            stored_state_json = json.load(f)
        state = await RunState.from_json(agent, stored_state_json)

        for interruption in result.interruptions:
            print(f"Agent: {interruption.agent.name}, tool: {interruption.name}, arguments: {interruption.arguments}")
            confirmed = await confirm("Do you approve this tool call?", answers)
            if confirmed:
                state.approve(interruption)
            else:
                state.reject(interruption)

        result = await Runner.run(agent, state)
        has_interruptions = len(result.interruptions) > 0

    assert result.final_output == "Sunny and 20 degrees."
    assert done == ["temperature San Francisco", "temperature Oakland"]
    assert outputs(server, 1) == [
        "The weather in Oakland is sunny",
        "The temperature in Oakland is 20° Celsius",
        "The temperature in San Francisco is 20° Celsius",
        "Tool execution was not approved.",
    ]


async def test_the_loop_with_run_streamed_that_drains_the_events(provider: Provider):
    server = await provider.answering(
        [call("get_temperature", {"city": "Oakland"})], [message("20 degrees.")], streamed=True
    )
    answers = iter([True])

    main_agent = Agent(name="Weather Assistant", tools=[get_temperature])

    result = Runner.run_streamed(main_agent, "What is the temperature in Oakland?")
    async for _ in result.stream_events():
        pass

    while len(result.interruptions) > 0:
        state = result.to_state()

        for interruption in result.interruptions:
            confirmed = await confirm(f"Approve {interruption.name}({interruption.arguments})?", answers)
            if confirmed:
                state.approve(interruption)
            else:
                state.reject(interruption)

        result = Runner.run_streamed(main_agent, state)
        async for _ in result.stream_events():
            pass

    assert result.final_output == "20 degrees."
    assert result.is_complete
    assert done == ["temperature Oakland"]
    assert [sent.body["stream"] for sent in server.requests] == [True, True]


class UserContext(BaseModel):
    user_id: str
    is_admin: bool = False


async def test_a_typed_agent_as_a_tool_that_needs_approval_around_one_that_does(provider: Provider):
    server = await provider.answering(
        [call("spanish_weather", {"input": "Weather in Madrid"}, call_id="c1")],
        [call("get_private_weather", {"city": "Madrid"}, call_id="c2")],
        [message("Hace sol.")],
        [message("It is sunny.")],
    )

    @function_tool(needs_approval=True)
    async def get_private_weather(ctx: RunContextWrapper[UserContext], city: str) -> str:
        """Get the weather of somebody's home."""
        done.append(f"{city} for {ctx.context.user_id}")
        return f"The weather in {city} is sunny"

    spanish_agent = Agent[UserContext](
        name="Spanish agent",
        instructions="You answer in Spanish.",
        tools=[get_private_weather],
        model_settings=ModelSettings(tool_choice="required"),
    )

    orchestrator = Agent[UserContext](
        name="Orchestrator",
        instructions="You use the tools given to you.",
        tools=[
            spanish_agent.as_tool(
                tool_name="spanish_weather",
                tool_description="Tell the weather in Spanish.",
                needs_approval=True,
            )
        ],
        model_settings=ModelSettings(tool_choice="required"),
    )

    asked: list[tuple[str, str | None]] = []
    result = await Runner.run(orchestrator, "What is the weather in Madrid?", context=UserContext(user_id="u_1"))
    while result.interruptions:
        stored = result.to_state().to_string()
        state = await RunState.from_string(orchestrator, stored, context_deserializer=UserContext.model_validate)
        for interruption in state.get_interruptions():
            asked.append((interruption.agent.name, interruption.name))
            state.approve(interruption)
        result = await Runner.run(orchestrator, state)

    assert result.final_output == "It is sunny."
    assert asked == [("Orchestrator", "spanish_weather"), ("Spanish agent", "get_private_weather")]
    assert done == ["Madrid for u_1"]
    # required holds until an agent has used a tool, or it would call one for ever; pauses do not bring it back
    assert [sent.body.get("tool_choice") for sent in server.requests] == ["required", "required", None, None]


async def test_a_choice_of_tool_that_is_not_to_be_reset_stays(provider: Provider):
    server = await provider.answering([call("get_weather", {"city": "Oakland"})], [message("Sunny.")])
    agent = Agent(
        name="Weather Assistant",
        tools=[get_weather],
        model_settings=ModelSettings(tool_choice="required"),
        reset_tool_choice=False,
    )
    await Runner.run(agent, "What is the weather in Oakland?")
    assert [sent.body.get("tool_choice") for sent in server.requests] == ["required", "required"]
