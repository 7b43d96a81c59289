"""What hangs can be cancelled, what runs out does so beside what runs, and what cannot be read is said to be so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.agents import Agent, function_tool
from bot.agents.testing import call
from bot.app.served import Served
from bot.store import keys
from bot.store.runs import Runs
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop


async def test_a_run_whose_rule_hangs_can_be_cancelled(houses: Houses) -> None:
    reached = asyncio.Event()

    async def rule(*_: object) -> bool:
        reached.set()
        await asyncio.Event().wait()
        return False

    @function_tool(needs_approval=rule)
    async def deploy(to: str) -> str:
        return to

    served = Served(Agent("Hanging", tools=[deploy]))
    house = await houses.open(served, answers=[asks_for(call("deploy", {"to": "blue"}))])
    thread = await house.say("ana", "@assent deploy to blue")
    await reached.wait()
    await thread.say("ana", "@assent cancel")
    await thread.reply("Cancelled by <@U0ANA>")
    await thread.is_quiet()


async def test_a_request_expires_while_the_call_beside_it_still_runs(houses: Houses) -> None:
    workshop = Workshop()
    both = asks_for(call("slow_deploy", {"to": "blue"}, call_id="c1"), call("deploy", {"to": "green"}, call_id="c2"))
    house = await houses.open(workshop.served, answers=[both, says("Blue only.")], expires_for=timedelta(seconds=4))
    thread = await house.say("ana", "@assent deploy to blue and green")
    await thread.approve("ben", await thread.card("blue"))
    await workshop.begun.wait()
    waiting = await thread.card("green")
    await thread.turned(waiting, "Expired")
    assert workshop.done == []
    workshop.hold.set()
    await thread.reply("Blue only.")
    assert workshop.done == ["blue"]
    await thread.is_quiet()


async def test_who_ordered_a_high_risk_call_in_an_earlier_run_cannot_approve_it(houses: Houses) -> None:
    workshop = Workshop()
    answers = [says("I will when somebody writes."), asks_for(call("make_secret")), says("Made.")]
    house = await houses.open(workshop.served, answers=answers)
    thread = await house.say("ana", "@assent make a secret when somebody writes next")
    await thread.reply("I will when somebody writes.")
    await thread.say("ben", "@assent hello")
    card = await thread.card("make_secret")
    assert "cannot approve your own request" in await thread.refused("ana", card)
    await thread.approve("chloe", card)
    await thread.reply("Made.")
    await thread.is_quiet()


async def test_a_run_that_cannot_be_read_is_left_alone_and_the_thread_is_told(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    await thread.approve("ben", await thread.card())
    await thread.reply("restart web-1")
    await thread.is_quiet()
    await house.store.command("HSET", keys.run(thread.thread), "t0", '{"agent": 1}')
    fence = int(await house.store.command("HGET", keys.lease(thread.thread), "fence"))
    await thread.say("ana", "@assent restart web-2")
    await thread.reply("I cannot read what I had saved of this conversation")
    await asyncio.sleep(4)
    later = int(await house.store.command("HGET", keys.lease(thread.thread), "fence"))
    assert later - fence <= 2, "it is not looked at again and again"
    kept = await Runs(house.store).messages(thread.thread)
    assert [each.items[0]["content"] for each in kept] == ["restart web-2"]
