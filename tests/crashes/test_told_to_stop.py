"""A bot that is told to stop while a tool runs."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.crashes.ending import Ending, check
from tests.crashes.life import Life, life
from tests.crashes.lived import at_work, live, meanwhile
from tests.crashes.stories import SLOW

WITHIN = 60.0


async def test_a_bot_that_is_told_to_stop_gives_a_call_its_time(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        end = await stopped_at_work(place, shuts_down_in=20.0)
        check(SLOW, end)
        assert [request.kind for request in end.requests] == ["call"]


async def test_a_call_that_outlasts_the_time_it_is_given_is_asked_about(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        end = await stopped_at_work(place, shuts_down_in=0.5)
        check(SLOW, end)
        assert [request.kind for request in end.requests] == ["call", "uncertain"]


async def stopped_at_work(place: Life, *, shuts_down_in: float) -> Ending:
    """How it ends when the first bot is told to stop in the middle of a call of three seconds."""
    first = await place.bot(slow_for=3, shuts_down_in=shuts_down_in, lease_for=3600)

    async def stop_it() -> None:
        await at_work(place, within=WITHIN)
        first.send(signal.SIGTERM)
        assert await first.ended() == 0
        await place.bot(lease_for=3600)

    async with meanwhile(stop_it()):
        return await live(place, SLOW)
