"""What fails within a called agent while people still decide there: it comes through the run, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.agents import (
    Agent,
    AgentHooks,
    Runner,
    RunResult,
    RunState,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolOutputGuardrail,
)
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Journal
from bot.agents.loop.setting import Setting
from bot.agents.record.tree import RunTree
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all, outputs, paused, stored
from tests.agents.keeper import ByOutputs

DONE = [message("Done.")]
CALLS = [
    call("count", call_id="c0"),
    call("delete", {"order": "A1"}, call_id="c1"),
    call("delete", {"order": "B2"}, call_id="c2"),
]


@dataclass
class Service:
    """Something that the app needs, and that may be away."""

    away: bool = False
    asked: int = 0

    def look(self) -> None:
        self.asked += 1
        if self.away:
            raise ConnectionError("the service is away")

    def guardrail(self, _: object) -> ToolGuardrailFunctionOutput:
        self.look()
        return ToolGuardrailFunctionOutput.allow()

    def enabled(self, *_: object) -> bool:
        self.look()
        return True


@dataclass
class Office:
    """A clerk who counts, and deletes with approval, called by a desk `levels` above; `broken` says what may fail."""

    broken: str
    levels: int
    service: Service = field(default_factory=Service)
    effects: Effects = field(default_factory=Effects)

    def open(self) -> Agent[Any]:
        service, delete = self.service, self.effects.tool("delete", needs_approval=True)
        count = self.effects.tool("count")
        match self.broken:
            case "guardrail on output":
                count = replace(count, tool_output_guardrails=[ToolOutputGuardrail(service.guardrail)])
            case "guardrail on input":
                delete = replace(delete, tool_input_guardrails=[ToolInputGuardrail(service.guardrail)])
            case "list of tools":
                delete = replace(delete, is_enabled=service.enabled)
            case _:
                pass
        hooks = Watching(service) if self.broken == "hook" else None
        agent = Agent[Any]("clerk", tools=[count, delete], model=ByOutputs({0: CALLS, 3: DONE}), hooks=hooks)
        for level in range(self.levels):
            asks = ByOutputs({0: [call("ask", {"input": "Go"}, call_id="o1")], 1: DONE})
            agent = Agent[Any](f"desk {level}", tools=[agent.as_tool("ask", "Asks.")], model=asks)
        return agent


class Watching(AgentHooks[Any]):
    """Hooks that need the service before a call."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def on_tool_start(self, context: Any, agent: Any, tool: Any) -> None:  # noqa: ARG002
        self._service.look()


async def begun(agent: Agent[Any]) -> RunState:
    """The state of a new run that waits for people, whether or not what fails already is raised beside that."""
    result = Runner.run_streamed(agent, "Go")
    with suppress(ConnectionError):
        async for _ in result.stream_events():
            pass
    return result.to_state()


async def in_few_turns(running: Callable[[], Any]) -> RunResult:
    """What comes of a run that has nothing to wait for: it may take the loop a few hundred turns, and no more."""
    task = asyncio.create_task(running())
    for _ in range(500):
        await asyncio.sleep(0)
        if task.done():
            return task.result()
    task.cancel()
    raise AssertionError("The run goes round and round.")


@pytest.mark.parametrize("broken", ["guardrail on output", "guardrail on input", "list of tools", "hook"])
@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.parametrize("through_json", [False, True])
async def test_what_fails_within_while_others_wait_there_is_raised_and_the_run_can_go_on(
    broken: str, levels: int, through_json: bool
):
    office = Office(broken, levels)
    office.service.away = broken == "guardrail on output"
    agent = office.open()
    state = await begun(agent)
    assert office.effects == ["count"]
    assert len(state.get_interruptions()) == 2

    state.approve(state.get_interruptions()[0])
    office.service.away, before = True, office.service.asked
    with pytest.raises(ConnectionError, match="the service is away"):
        await in_few_turns(lambda: Runner.run(agent, state))
    assert office.service.asked - before <= 3, "it is not asked again and again"
    assert office.effects == ["count"]

    office.service.away = False
    state = await stored(agent, state) if through_json else state
    result = await in_few_turns(lambda: Runner.run(agent, state))
    assert office.effects == ["count", "delete A1"], "the approval still counts"
    assert [each.call_id for each in result.interruptions] == ["c2"]
    result = await in_few_turns(lambda: Runner.run(agent, approve_all(result.to_state())))
    assert result.final_output == "Done."
    assert office.effects == ["count", "delete A1", "delete B2"]


class StoreAway(Exception):
    """The store cannot be reached."""


def lets_later_calls_through(effects: Effects) -> Agent[Any]:
    delete = effects.tool("delete", needs_approval=True)
    turns = [[call("delete", {"order": str(n)}, call_id=f"c{n}")] for n in range(2)]
    clerk = Agent[Any]("clerk", tools=[delete], model=ScriptedModel([*turns, DONE, DONE]))
    asks = ScriptedModel([[call("ask", {"input": "Go"}, call_id="o1")], DONE])
    return Agent[Any]("desk", tools=[clerk.as_tool("ask", "Asks.")], model=asks)


async def always(agent: Agent[Any]) -> RunState:
    state = await paused(agent)
    state.approve(state.get_interruptions()[0], always_approve=True)
    return state


@pytest.mark.parametrize("door", ["revoked", "save", "may_start"])
async def test_a_store_that_is_away_within_is_raised_through_the_whole_run_and_the_model_hears_nothing_of_it(door: str):
    effects = Effects()
    agent = lets_later_calls_through(effects)
    state = await always(agent)

    def refuse(run: RunTree | None = None) -> None:
        if "delete 0" in effects and (run is None or len(list(run.all_calls)) > 2):
            raise StoreAway

    async def revoked() -> Sequence[str]:
        refuse()
        return ()

    async def save(run: RunTree) -> None:
        refuse(run)

    doors: dict[str, Any] = {"revoked": revoked, "save": save, "may_start": refuse}
    with pytest.raises(StoreAway):
        await drive(state, Setting(agents=registry(agent), journal=Journal(**{door: doors[door]})))
    asked = state.find("t0.c0")
    assert asked
    assert (state.ended, asked.status, asked.output) == (None, "started", None)
    assert effects == ["delete 0"]

    result = await Runner.run(agent, await stored(agent, state))
    assert (result.final_output, effects) == ("Done.", ["delete 0", "delete 1"])
    assert outputs(result.new_items) == ["Done."]
