"""Each example as `assent dev` serves it: it is loaded by its name, and in the local Slack cards ask."""

from __future__ import annotations

import pkgutil
import sys
from pathlib import Path

import pytest

import bot.examples
from bot.agents.testing import call, message
from bot.app.target import load_target
from tests.examples.played import answer, shell_call
from tests.journeys.house import Houses

NAMES = [
    each.name for each in pkgutil.iter_modules(bot.examples.__path__) if not each.ispkg and each.name != "terminal"
]
README = (Path(__file__).parent.parent.parent / "README.md").read_text()


@pytest.fixture(autouse=True)
def path_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading a target changes where modules are searched for."""
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.mark.parametrize("name", NAMES)
async def test_it_can_be_served_and_says_how_to_start_it(name: str) -> None:
    async with load_target(f"bot.examples.{name}:agent") as served:
        agent = served.agent
        assert agent.tools or agent.handoffs or agent.mcp_servers
    told = " ".join((sys.modules[f"bot.examples.{name}"].__doc__ or "").split())
    assert f"`assent dev bot.examples.{name}:agent`" in told
    assert f"`python -m bot.examples.{name}" in told
    assert f"`{name}`" in README


async def test_shell_commands_are_read_on_a_card_and_run_when_approved(houses: Houses) -> None:
    model = [answer(shell_call("echo one && echo two")), answer(message("It says one and two."))]
    async with load_target("bot.examples.shell:agent") as served:
        house = await houses.open(served, answers=model)
        thread = await house.say("ana", "@assent say one and two")
        card = await thread.card("echo one && echo two")
        await thread.approve("ben", card)
        await thread.reply("It says one and two.")
        await thread.is_quiet()
    [told] = [item for item in house.read_by_model(1) if item.get("type") == "shell_call_output"]
    assert told["output"][0]["stdout"] == "one\ntwo\n"


async def test_a_server_is_opened_with_the_bot_and_writes_when_approved(houses: Houses) -> None:
    model = [
        answer(call("write_file", {"name": "shopping.txt", "text": "milk\n"})),
        answer(call("read_file", {"name": "shopping.txt"}, call_id="call_2")),
        answer(message("Milk is on it.")),
    ]
    async with load_target("bot.examples.mcp_filesystem:agent") as served:
        house = await houses.open(served, answers=model)
        thread = await house.say("ana", "@assent put milk on the shopping list")
        card = await thread.card("write_file")
        assert "files" in card.visible
        await thread.approve("ben", card)
        await thread.reply("Milk is on it.")
        await thread.is_quiet()
    told = [item["output"] for item in house.read_by_model(2) if "output" in item]
    assert told == ["Wrote shopping.txt, 5 characters.", "milk\n"]


async def test_a_handoff_and_what_follows_it_are_asked_for_on_cards(houses: Houses) -> None:
    model = [
        answer(call("transfer_to_accounts")),
        answer(call("close_account", {"customer": "Ana Lopez"}, call_id="call_2")),
        answer(message("It is closed.")),
    ]
    async with load_target("bot.examples.handoff_with_approval:agent") as served:
        house = await houses.open(served, answers=model)
        thread = await house.say("ana", "@assent close my account")
        card = await thread.card("Accounts")
        await thread.approve("ben", card)
        closing = await thread.card("close_account")
        assert "Ana Lopez" in closing.visible
        await thread.approve("ben", closing)
        await thread.reply("It is closed.")
        await thread.is_quiet()
    told = [item["output"] for item in house.read_by_model(2) if "output" in item]
    assert told[-1] == "The account of Ana Lopez is closed."
