"""The loop that people bring along from the OpenAI Agents SDK runs as it stands, but for the import line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.agents import Agent, Runner, tool
from bot.agents.testing import ScriptedModel, call, message


@pytest.mark.parametrize(
    ("answers", "done"),
    [([True, True], ["temperature", "weather"]), ([True, False], ["temperature"]), ([False, False], [])],
)
async def test_the_loop_of_the_sdks_guide_runs_as_it_stands(
    answers: list[bool], done: list[str], capsys: pytest.CaptureFixture[str]
):
    effects: list[str] = []

    @tool(needs_approval=True)
    async def get_temperature(city: str) -> str:
        """Get the temperature for a given city."""
        effects.append("temperature")
        return f"The temperature in {city} is 20° Celsius"

    @tool(needs_approval=True)
    async def get_weather(city: str) -> str:
        """Get the weather for a given city."""
        effects.append("weather")
        return f"The weather in {city} is sunny."

    model = ScriptedModel(
        [
            [call("get_temperature", {"city": "Oakland"}, call_id="c1")],
            [call("get_weather", {"city": "Oakland"}, call_id="c2")],
            [message("Mild.")],
        ]
    )
    agent = Agent[None]("Weather assistant", tools=[get_temperature, get_weather], model=model)
    said: Iterator[bool] = iter(answers)

    async def confirm(_question: str) -> bool:
        return next(said)

    result = await Runner.run(agent, "What is the weather and temperature in Oakland?")
    while len(result.interruptions) > 0:
        # Process each interruption
        state = result.to_state()
        for interruption in result.interruptions:
            confirmed = await confirm("\nDo you approve this tool call?")
            if confirmed:
                print(f"✓ Approved: {interruption.name}")
                state.approve(interruption)
            else:
                print(f"✗ Rejected: {interruption.name}")
                state.reject(interruption)

        print("\nResuming agent execution...")
        result = await Runner.run(agent, state)

    assert result.final_output == "Mild."
    assert effects == done
    marks = ["✓ Approved" if answer else "✗ Rejected" for answer in answers]
    shown = capsys.readouterr().out
    assert f"{marks[0]}: get_temperature" in shown
    assert f"{marks[1]}: get_weather" in shown


def test_where_no_event_loop_runs_there_is_run_sync():
    agent = Agent[None]("desk", model=ScriptedModel([[message("Hello.")]]))
    assert Runner.run_sync(agent, "Hi").final_output == "Hello."
