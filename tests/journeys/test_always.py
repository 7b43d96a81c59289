"""Somebody decides for the later calls of a tool as well, and takes it back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.testing import call
from bot.slack.modals import REASON
from bot.workspace.seen import Message
from tests.agents.responses_server import Answer
from tests.journeys.conversation import Conversation
from tests.journeys.house import House, Houses, asks_for, says
from tests.journeys.tools import Workshop


async def test_later_calls_go_ahead_until_it_is_revoked_and_then_ask_again(houses: Houses) -> None:
    workshop = Workshop()
    house = await _deploys(houses, workshop, ["blue"], ["green"], ["slow"], ["red"])
    thread = await house.say("ana", "@assent deploy everywhere")
    card = await thread.card("blue")
    await _say_always(thread, card, "always_approve")
    slow = await thread.card("slow_deploy")
    assert workshop.done == ["blue for ana", "green for ana"]
    card = await thread.turned(card, "Always approved in this run by", "by `Workshop` in this run", "Done in")
    assert "always approved by" in await _listed(house)

    await thread.click("chloe", card, "Revoke")
    card = await thread.turned(card, "Revoked by", "later calls are decided anew")
    assert card.labels == []
    assert "always approved by" not in await _listed(house)

    workshop.hold.set()
    await thread.approve("ben", slow)
    await thread.approve("ben", await thread.card("red"))
    await thread.reply("All deployed.")
    assert workshop.done == ["blue for ana", "green for ana", "slow", "red for ana"]
    await thread.is_quiet()


async def test_what_waits_beside_it_is_decided_with_it(houses: Houses) -> None:
    workshop = Workshop()
    house = await _deploys(houses, workshop, ["blue", "green"])
    thread = await house.say("ana", "@assent deploy to both")
    blue, green = await thread.card("blue"), await thread.card("green")
    await _say_always(thread, blue, "always_reject", reason="Not today")
    await thread.turned(blue, "Always rejected in this run by", "Not today")
    await thread.turned(green, "Rejected by", "as always in this run", "Not today")
    await thread.reply("All deployed.")
    outputs = [item["output"] for item in house.read_by_model(1) if "output" in item]
    assert outputs == ["Not today", "Not today"]
    assert workshop.done == []
    await thread.is_quiet()


async def test_with_the_run_its_grants_end(houses: Houses) -> None:
    workshop = Workshop()
    house = await _deploys(houses, workshop, ["blue"], [], ["green"])
    thread = await house.say("ana", "@assent deploy to blue")
    card = await thread.card("blue")
    await _say_always(thread, card, "always_approve")
    await thread.reply("All deployed.")
    await thread.is_quiet()
    card = await thread.turned(card, "Always approved in this run by", "Done in")
    assert card.labels == []
    assert "always approved by" not in await _listed(house)

    await thread.say("ana", "@assent now to green")
    await thread.card("green")
    assert workshop.done == ["blue for ana"]


async def test_an_always_outlives_a_restart(houses: Houses) -> None:
    workshop = Workshop()
    house = await _deploys(houses, workshop, ["blue"], ["slow"], ["green"])
    thread = await house.say("ana", "@assent deploy everywhere")
    await _say_always(thread, await thread.card("blue"), "always_approve")
    slow = await thread.card("slow_deploy")
    await house.restart()
    workshop.hold.set()
    await thread.approve("ben", slow)
    await thread.reply("All deployed.")
    assert workshop.done == ["blue for ana", "slow", "green for ana"]
    await thread.is_quiet()


async def _deploys(houses: Houses, workshop: Workshop, *turns: Sequence[str]) -> House:
    """A house whose model deploys to these, those of a turn together; a turn without any ends the run."""
    answers = [_asks_to_deploy(turn) if turn else says("All deployed.") for turn in turns]
    return await houses.open(workshop.served, answers=[*answers, says("All deployed.")])


def _asks_to_deploy(turn: Sequence[str]) -> Answer:
    tools = {to: "slow_deploy" if to == "slow" else "deploy" for to in turn}
    return asks_for(*(call(tool, {"to": to}, call_id=f"{to}_1") for to, tool in tools.items()))


async def _say_always(thread: Conversation, card: Message, option: str, *, reason: str = "") -> None:
    await thread.choose("ben", card, option)
    view = await thread.form("ben")
    sent = await thread.driver.submit("ben", view.id, {REASON: {REASON: reason}} if reason else {})
    assert sent.closed, sent.errors


async def _listed(house: House) -> str:
    """What /assent answers in the channel."""
    assert (await house.driver.command("ben", "#ops", "/assent")).acked
    return [one.visible for one in await house.driver.channel("#ops", "ben") if one.ephemeral][-1]
