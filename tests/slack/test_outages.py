"""While Redis is away nothing is acked that was not recorded, and nobody is left without a word."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.slack.modals import REASON
from bot.store.runs import Runs
from bot.store.thread import Thread
from bot.workspace import Workspace
from bot.workspace.driver import Driver
from bot.workspace.seen import Entry, Posted
from tests.slack.people import OPS, TEAM
from tests.slack.place import Place, connected
from tests.slack.wire import Wire, wire_to


@pytest.fixture
async def wire(redis_url: str) -> AsyncIterator[Wire]:
    async with wire_to(redis_url) as wire:
        yield wire


@pytest.fixture
async def place(workspace: Workspace, driver: Driver, redis_url: str, wire: Wire) -> AsyncIterator[Place]:
    """Listeners whose Redis can be cut off."""
    async with connected(workspace, driver, redis_url, listening_at=wire.url) as place:
        yield place


async def test_a_mention_is_not_acked_and_is_kept_when_slack_tells_it_again(place: Place, wire: Wire) -> None:
    wire.cut()
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1")

    async def told_again() -> bool:
        return any(entry.attempt for entry in await _envelopes(place, posted))

    await place.driver.until(told_again)
    assert not any(entry.acked for entry in await _envelopes(place, posted) if entry.attempt == 0)
    wire.mend()

    async def kept() -> bool:
        return len(await Runs(place.store).messages(Thread(TEAM, OPS, posted.ts))) == 1

    await place.driver.until(kept)


async def test_a_click_is_acked_in_time_and_its_person_told_that_it_was_not_recorded(place: Place, wire: Wire) -> None:
    card = await place.asked()
    wire.cut()
    told = await card.click("ben", "assent:approve")
    assert "could not be recorded" in (told or "")
    wire.mend()
    assert not (await card.now()).settled
    assert await card.click("ben", "assent:approve") == told, "nothing new is said"
    assert (await card.now()).settled


async def test_a_form_stays_open_with_what_was_typed(place: Place, wire: Wire) -> None:
    card = await place.asked()
    await card.click("ben", "assent:reject")
    [view] = await place.driver.views("ben")
    wire.cut()
    sent = await place.driver.submit("ben", view.id, {REASON: {REASON: "Too risky"}})
    assert sent.acked
    assert "could not be recorded" in sent.errors[REASON]
    wire.mend()
    assert (await place.driver.submit("ben", view.id, {REASON: {REASON: "Too risky"}})).closed
    assert (await card.now()).settled


async def test_a_form_that_cannot_be_looked_up_is_told(place: Place, wire: Wire) -> None:
    card = await place.asked()
    wire.cut()
    assert "could not be recorded" in (await card.click("ben", "assent:reject") or "")


async def test_the_command_says_that_it_could_not_look(place: Place, wire: Wire) -> None:
    wire.cut()
    result = await place.driver.command("ana", "#ops", "/assent")
    assert result.acked
    [answer] = [one.visible for one in await place.driver.channel("#ops", "ana") if one.ephemeral]
    assert "could not look up" in answer


async def test_a_thread_that_cannot_be_woken_is_recorded_all_the_same(
    workspace: Workspace, driver: Driver, redis_url: str
) -> None:
    async def fails(thread: Thread) -> None:
        raise ConnectionError(f"no way to wake {thread}")

    async with connected(workspace, driver, redis_url, wake=fails) as place:
        card = await place.asked()
        assert await card.click("ben", "assent:approve") is None
        assert (await card.now()).settled
        assert card.thread in await place.due()


async def _envelopes(place: Place, posted: Posted) -> list[Entry]:
    told = [entry for entry in await place.driver.log() if entry.type == "events_api"]
    return [entry for entry in told if entry.payload["event"].get("ts") == posted.ts]
