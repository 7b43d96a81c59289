"""Redis dies, or stands still, in the middle of a run: the bots go on with what it had written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.workspace.seen import Message
from tests.crashes.ending import at_rest, check
from tests.crashes.life import life
from tests.crashes.lived import at_work, live, meanwhile
from tests.crashes.people import Decider
from tests.crashes.stories import SLOW, STORIES

WITHIN = 60.0
LEASE_FOR = 15.0
ONE_CALL = STORIES["one gated call"]


@pytest.fixture
def place_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a short name, as the path of a socket must be short to stay the same."""
    return tmp_path_factory.mktemp("redis")


async def test_a_card_that_waits_while_redis_is_killed_still_counts(place_at: Path) -> None:
    async with life(place_at) as place:
        await place.bot(lease_for=LEASE_FOR)
        posted = await place.driver.say("ana", "ops", f"@assent {ONE_CALL.asks}")
        await place.driver.find(posted, asks, as_user="ben", within=WITHIN)
        await place.redis.killed(for_seconds=1)
        async with meanwhile(Decider(place.driver, posted, place.effects).decide()):
            end = await at_rest(place, posted, said=[posted], within=WITHIN)
        check(ONE_CALL, end)
        assert [mark.what for mark in end.marks] == ["begun", "done"]


async def test_a_click_while_redis_is_away_is_told_not_to_count(place_at: Path) -> None:
    async with life(place_at) as place:
        await place.bot(lease_for=LEASE_FOR)
        posted = await place.driver.say("ana", "ops", f"@assent {ONE_CALL.asks}")
        card = await place.driver.find(posted, asks, as_user="ben", within=WITHIN)
        async with asyncio.TaskGroup() as group:
            group.create_task(place.redis.killed(for_seconds=4))
            clicked = await place.driver.click("ben", card, "assent:approve")
            told = await place.driver.find(posted, lambda message: message.ephemeral, as_user="ben", within=WITHIN)
        assert clicked.acked
        assert "Please try again" in told.visible


@pytest.mark.parametrize("away", ["killed", "frozen"])
async def test_a_long_call_goes_on_while_redis_is_away(away: str, place_at: Path) -> None:
    async with life(place_at) as place:
        await place.bot(lease_for=LEASE_FOR, slow_for=7)

        async def be_away() -> None:
            await at_work(place, within=WITHIN)
            await (place.redis.killed(for_seconds=1) if away == "killed" else place.redis.frozen(for_seconds=5))

        async with meanwhile(be_away()):
            end = await live(place, SLOW)
        check(SLOW, end)
        assert [request.kind for request in end.requests] == ["call"]


async def test_a_call_that_ends_while_redis_is_away_for_longer_than_the_lease_is_asked_about(place_at: Path) -> None:
    async with life(place_at) as place:
        await place.bot(slow_for=2)

        async def be_away() -> None:
            await at_work(place, within=WITHIN)
            await place.redis.frozen(for_seconds=6)

        async with meanwhile(be_away()):
            end = await live(place, SLOW)
        check(SLOW, end)
        assert [mark.what for mark in end.marks] == ["begun", "done"]
        assert [request.kind for request in end.requests] == ["call", "uncertain"]


def asks(message: Message) -> bool:
    return message.name == "assent" and bool(message.buttons)
