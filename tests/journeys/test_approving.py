"""Somebody asks, somebody else decides, the answer arrives."""

from __future__ import annotations

from bot.agents.testing import call
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.tools import Workshop


async def test_what_was_approved_is_done_and_told(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card("web-1")
    assert house.fleet.service("web-1").restarts == 0
    await thread.approve("ben", card)
    assert "web-1 was restarted" in await thread.reply("restart web-1")
    assert house.fleet.service("web-1").restarts == 1
    card = await thread.turned(card, "Approved by", "Done in")
    assert card.labels == []
    await thread.is_quiet()


async def test_the_model_reads_why_a_call_was_rejected(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.reject("ben", card, "It serves the launch until noon")
    assert "It serves the launch until noon" in await thread.reply("restart web-1")
    card = await thread.turned(card, "Rejected by", "It serves the launch until noon")
    assert card.labels == []
    assert house.fleet.service("web-1").restarts == 0
    await thread.is_quiet()


async def test_two_calls_go_one_each_way_and_the_model_is_asked_once_after_both(houses: Houses) -> None:
    workshop = Workshop()
    both = asks_for(call("deploy", {"to": "blue"}), call("deploy", {"to": "green"}, call_id="call_2"))
    house = await houses.open(workshop.served, answers=[both, says("One of two.")])
    thread = await house.say("ana", "@assent deploy to both")
    blue, green = await thread.card("blue"), await thread.card("green")
    await thread.approve("ben", green)
    await thread.turned(green, "Done in")
    assert workshop.done == ["green for ana"]
    assert house.times_asked == 1
    await thread.reject("chloe", blue, "Not blue")
    await thread.reply("One of two.")
    outputs = {item["call_id"]: item["output"] for item in house.read_by_model(1) if "output" in item}
    assert outputs == {"call_1": "Not blue", "call_2": "deployed to green"}
    assert house.times_asked == 2
    await thread.is_quiet()


async def test_a_call_that_needs_nobody_is_made_at_once(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent scale api to 4")
    assert "scaled from 3 to 4 replicas" in await thread.reply("scale api to 4")
    assert await thread.cards() == []
    await thread.is_quiet()


async def test_a_rule_asks_only_where_it_should(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent scale api to 8")
    await thread.approve("ben", await thread.card("8"))
    assert "to 8 replicas" in await thread.reply("scale api to 8")


async def test_the_run_rests_in_redis_under_its_thread(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    await thread.card()
    await thread.rests()
    key = f"assent:{{T0LOCAL:C0OPS:{thread.posted.ts}}}:run"
    head = await house.store.command("HGET", key, "head")
    first_turn = await house.store.command("HGET", key, "t0")
    assert '"Operations"' in head
    assert '"status":"pending"' in first_turn
    assert "restart_service" in first_turn
    assert await house.store.command("TTL", key) == -1
    assert await house.store.command("EXISTS", "assent:index") == 1


async def test_a_click_counts_after_the_bot_was_started_again(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await house.restart()
    await thread.approve("ben", card)
    assert "web-1 was restarted" in await thread.reply("restart web-1")
    assert house.fleet.service("web-1").restarts == 1
    assert len(await thread.cards()) == 1
    await thread.is_quiet()


async def test_sensitive_output_is_nowhere_but_with_the_tool(houses: Houses) -> None:
    workshop = Workshop()
    house = await houses.open(workshop.served, answers=[asks_for(call("make_secret")), says("Made.")])
    thread = await house.say("ana", "@assent make one")
    card = await thread.card()
    await thread.approve("ben", card)
    await thread.reply("Made.")
    await thread.turned(card, "Done in")
    assert workshop.done == [workshop.secret]
    assert house.times_asked == 2
    assert workshop.secret not in str([house.read_by_model(0), house.read_by_model(1)])
    assert workshop.secret not in str([entry.model_dump() for entry in await house.driver.log()])
    everything = await house.everything_in_redis()
    assert "make_secret" in everything
    assert workshop.secret not in everything
    await thread.is_quiet()
