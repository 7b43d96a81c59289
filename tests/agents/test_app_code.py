"""The app's own code may hang, raise, or want to exit: it holds no run, and ends no process."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.agents import (
    Actor,
    Agent,
    Allow,
    Origin,
    RunConfig,
    RunHooks,
    Runner,
    RunState,
    function_tool,
)
from bot.agents.agent import registry
from bot.agents.loop.drive import drive
from bot.agents.loop.ending import fail
from bot.agents.loop.journal import Incoming, Journal
from bot.agents.loop.setting import Setting
from bot.agents.record.message import text_message
from bot.agents.record.tree import Turn
from bot.agents.testing import ScriptedModel, call, message

Hang = Callable[[], Awaitable[None]]
"""Says that it was reached, and never ends."""


@function_tool
async def look() -> str:
    """Look."""
    return "all is well"


def with_rule(hang: Hang) -> tuple[Agent[Any], dict[str, Any]]:
    async def rule(*_: object) -> bool:
        await hang()
        return False

    gated = function_tool(needs_approval=rule, name_override="look")(lambda: "never")
    return agent(tools=[gated]), {}


def with_gate(hang: Hang) -> tuple[Agent[Any], dict[str, Any]]:
    async def gate(_: object) -> Allow:
        await hang()
        return Allow()

    return agent(), {"config": RunConfig(gate=gate)}


def with_context(hang: Hang) -> tuple[Agent[Any], dict[str, Any]]:
    async def context(_: Origin | None) -> None:
        await hang()

    return agent(), {"context": context}


def with_instructions(hang: Hang) -> tuple[Agent[Any], dict[str, Any]]:
    async def instructions(*_: object) -> str:
        await hang()
        return ""

    return agent(instructions=instructions), {}


def with_hook(hang: Hang) -> tuple[Agent[Any], dict[str, Any]]:
    class Hanging(RunHooks[Any]):
        async def on_llm_end(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]: any words
            await hang()

    return agent(), {"hooks": Hanging()}


def agent(**fields: Any) -> Agent[Any]:
    model = ScriptedModel([[call("look")], [message("Done.")]])
    made: dict[str, Any] = {"tools": [look], "model": model, **fields}
    return Agent("A", **made)


def begun(agent: Agent[Any]) -> RunState:
    turn = Turn(agent="A", input=[text_message("m1", "go")])
    return RunState(run_id="r_1", start_agent="A", agent="A", turns=[turn]).bound_to(registry(agent), None)


@pytest.mark.parametrize("made", [with_rule, with_gate, with_context, with_instructions, with_hook])
async def test_a_run_whose_app_hangs_can_be_cancelled(
    made: Callable[[Hang], tuple[Agent[Any], dict[str, Any]]],
) -> None:
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    hanging, settings = made(hang)
    outside = [Incoming()]

    async def incoming() -> Incoming:
        return outside[-1]

    journal = Journal(incoming=incoming)
    run = begun(hanging)
    driving = asyncio.create_task(drive(run, Setting(agents=registry(hanging), journal=journal, **settings)))
    await reached.wait()
    outside.append(Incoming(cancelled_by=Actor(id="U1", name="Ana")))
    journal.cancelling.set_result(None)
    await asyncio.wait_for(driving, 10)
    assert run.ended
    assert (run.ended.how, run.ended.by) == ("cancelled", Actor(id="U1", name="Ana"))
    assert all(each.over for each in run.calls)


@pytest.mark.parametrize("plain", [True, False])
async def test_a_tool_that_wants_to_exit_ends_nothing_but_itself(plain: bool) -> None:
    def leave() -> str:
        sys.exit(2)

    async def leave_too() -> str:
        sys.exit(2)

    tool = function_tool(name_override="leave")(leave if plain else leave_too)
    model = ScriptedModel([[call("leave")], [message("Still here.")]])
    result = await Runner.run(Agent("A", tools=[tool], model=model), "go")
    assert result.final_output == "Still here."
    assert "sys.exit" in str(model.requests[1].input[-1]["output"])


async def test_a_rule_that_wants_to_exit_means_that_a_person_is_asked() -> None:
    def rule(*_: object) -> bool:
        sys.exit(2)

    tool = function_tool(needs_approval=rule, name_override="look")(lambda: "looked")
    result = await Runner.run(agent(tools=[tool]), "go")
    assert len(result.interruptions) == 1


async def test_plain_functions_that_hang_leave_room_for_others() -> None:
    release = threading.Event()

    @function_tool(timeout=0.05)
    def hang() -> str:
        release.wait()
        return "too late"

    hangs = [call("hang", {}, call_id=f"c{number}") for number in range(20)]
    plain = function_tool(name_override="look")(lambda: "looked")
    model = ScriptedModel(
        [
            hangs,
            [{**each, "call_id": f"{each['call_id']}b"} for each in hangs],
            [call("look", call_id="last")],
            [message("Done.")],
        ]
    )
    try:
        result = await asyncio.wait_for(Runner.run(Agent("A", tools=[hang, plain], model=model), "go"), 20)
        assert result.final_output == "Done."
        assert model.requests[3].input[-1]["output"] == "looked"
        assert await asyncio.wait_for(asyncio.get_running_loop().getaddrinfo("localhost", 80), 10)
    finally:
        release.set()


async def test_an_idempotent_call_that_ends_its_process_again_and_again_is_asked_about() -> None:
    @function_tool(idempotent=True)
    async def repeat() -> str:
        """Repeat."""
        return "done"

    repeating: Agent[Any] = Agent("A", tools=[repeat], model=ScriptedModel([[call("repeat")]]))
    run, started = begun(repeating), 0

    async def die_when_started(saved: Any) -> None:
        if any(each.status == "started" for each in saved.calls):
            raise RuntimeError("the process ended")

    for _ in range(10):
        setting = Setting(agents=registry(repeating), journal=Journal(save=die_when_started))
        try:
            await drive(run, setting)
            break
        except RuntimeError:
            started += 1
        run = await RunState.from_json(repeating, run.to_json())
    assert started == 4
    assert run.get_interruptions()[0].may_have_run


async def test_an_answer_stands_whatever_fails_after_it() -> None:
    class Failing(RunHooks[Any]):
        async def on_agent_end(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]: any words
            raise ValueError("after the end")

    answering: Agent[Any] = Agent("A", model=ScriptedModel([[message("Done.")]]))
    run = begun(answering)
    with pytest.raises(ValueError, match="after the end") as raised:
        await drive(run, Setting(agents=registry(answering), hooks=Failing()))
    fail(run, raised.value)
    assert run.ended
    assert run.ended.how == "done"
    assert run.final_text == "Done."
