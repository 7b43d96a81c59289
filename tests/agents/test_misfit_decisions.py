"""Decisions from outside that do not fit the call they name: the log tells of them, and they decide nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from bot.agents import Agent, ShellTool
from bot.agents.record.plain import Item
from bot.agents.testing import call, message
from tests.agents.effects import Effects, desk
from tests.agents.keeper import ByOutputs, Keeper

DONE = [message("Done.")]
DELETE = call("delete", {"order": "A1"}, call_id="c1")
SHELL: Item = {"type": "shell_call", "id": "s", "call_id": "c1", "action": {"commands": ["ls"]}, "status": "completed"}


def office(effects: Effects, asked: Item) -> Keeper:
    def carry_out(_: object) -> str:
        effects.append("ls")
        return "files"

    def make() -> Agent[Any]:
        tools = [effects.tool("delete", needs_approval=True), ShellTool(executor=carry_out, needs_approval=True)]
        return Agent[Any]("desk", tools=tools, model=ByOutputs({0: [asked], 1: DONE}))

    return Keeper(make)


@pytest.mark.parametrize("within", [False, True])
async def test_a_call_that_still_waits_for_its_approval_cannot_be_marked_as_done(
    within: bool, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    effects = Effects()

    def make() -> Agent[Any]:
        agent = desk(ByOutputs({0: [DELETE], 1: DONE}), effects.tool("delete", needs_approval=True), name="clerk")
        asks = ByOutputs({0: [call("ask", {"input": "Go"}, call_id="o1")], 1: DONE})
        return Agent[Any]("desk", tools=[agent.as_tool("ask", "Asks.")], model=asks) if within else agent

    keeper = Keeper(make)
    [waiting] = (await keeper.drive()).waiting
    keeper.decide(waiting, "done", message="I did it myself.")
    for _ in range(2):
        [still] = (await keeper.drive()).waiting
        assert (still.path, still.status, still.output) == (waiting.path, "pending", None)
    assert f"A decision on {waiting.path} of r_1 does not count" in caplog.text

    keeper.decided.clear()
    keeper.decide(waiting)
    assert (await keeper.drive()).final_text == "Done."
    assert effects == ["delete A1"]


@pytest.mark.parametrize(
    ("asked", "changed"),
    [(SHELL, {"commands": ["rm"]}), (DELETE, {"order": float("nan")})],
    ids=["of a tool whose calls cannot be changed", "that are no JSON"],
)
async def test_changed_arguments_that_cannot_be_are_no_approval(
    asked: Item, changed: Mapping[str, Any], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    effects = Effects()
    keeper = office(effects, asked)
    [waiting] = (await keeper.drive()).waiting
    keeper.decide(waiting, arguments=dict(changed))
    [still] = (await keeper.drive()).waiting
    assert (still.digest, still.run_with, still.decision) == (waiting.digest, None, None)
    assert "A decision on t0.c0 of r_1 does not count" in caplog.text
    assert effects == []
