"""A run that a newer version saved is left to it, and nothing of it is lost."""

from __future__ import annotations

from bot.store import keys
from tests.journeys.house import House, Houses
from tests.store.until import until


async def test_a_run_of_a_newer_version_waits_until_that_is_back(houses: Houses) -> None:
    house = await houses.open()
    thread = await house.say("ana", "@assent restart web-1")
    card = await thread.card()
    await thread.rests()
    place = keys.run(thread.thread)
    head = await house.store.command("HGET", place, "head")
    await house.store.command("HSET", place, "head", head.replace('"version":1', '"version":999', 1))

    before = await claims(house, place)
    await thread.approve("ben", card)

    async def looked_at() -> bool:
        return await claims(house, place) > before

    await until(looked_at)
    assert house.fleet.service("web-1").restarts == 0

    await house.store.command("HSET", place, "head", head)
    await thread.reply("web-1 was restarted")
    assert house.fleet.service("web-1").restarts == 1
    assert await claims(house, place) - before <= 5, "it was not looked at again and again"
    await thread.is_quiet()


async def claims(house: House, place: str) -> int:
    """How often the thread was taken so far."""
    return int(await house.store.command("HGET", place.removesuffix("run") + "lease", "fence"))
