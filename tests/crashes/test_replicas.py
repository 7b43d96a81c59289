"""Two bots on one Redis: whoever hears a click, it counts once, and one of them goes on."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from bot.workspace.seen import Message, Posted
from tests.crashes.ending import at_rest, check
from tests.crashes.life import Life, life
from tests.crashes.lived import at_work, live, meanwhile
from tests.crashes.people import Decider
from tests.crashes.stories import SLOW, STORIES

WITHIN = 60.0


async def test_many_threads_on_two_bots_are_each_brought_on_once(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        await asyncio.gather(place.bot(), place.bot())
        asked = [await place.driver.say("ana", "ops", "@assent restart web-1") for _ in range(6)]
        deciders = [Decider(place.driver, posted, place.effects).decide() for posted in asked]
        async with meanwhile(*deciders):
            ends = [await at_rest(place, posted, said=[posted], within=WITHIN) for posted in asked]
        for end in ends:
            check(STORIES["one gated call"], end)
        assert len(place.effects.marks()) == 2 * len(asked)


async def test_clicks_of_several_people_on_two_bots_decide_each_call_once(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        await asyncio.gather(place.bot(), place.bot())
        posted = await place.driver.say("ana", "ops", "@assent restart web-1")
        card = await place.driver.find(posted, lambda message: bool(message.buttons), as_user="ben", within=WITHIN)
        block = card.button("Approve").block_id
        clicks = [
            place.driver.click(user, card, "assent:approve", block_id=block) for user in ("ben", "chloe", "ada", "ben")
        ]
        assert all(result.acked for result in await asyncio.gather(*clicks))
        end = await at_rest(place, posted, said=[posted], within=WITHIN)
        assert [mark.what for mark in end.marks] == ["begun", "done"]
        assert [request.settlement is not None for request in end.requests] == [True]
        told = [await heard(place, posted, user) for user in ("ben", "chloe", "ada")]
        assert sum(len(words) for words in told) == len(clicks) - 1


async def test_one_of_two_bots_is_killed_while_its_tool_runs(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        bots = {bot.pid: bot for bot in await asyncio.gather(place.bot(slow_for=3), place.bot(slow_for=3))}

        async def kill_the_one_that_is_at_work() -> None:
            bots[await at_work(place, within=WITHIN)].send(signal.SIGKILL)

        async with meanwhile(kill_the_one_that_is_at_work()):
            end = await live(place, SLOW)
        check(SLOW, end)
        assert [request.kind for request in end.requests] == ["call", "uncertain"]


async def heard(place: Life, posted: Posted, user: str) -> list[Message]:
    """What the bot told somebody alone."""
    seen = await place.driver.thread(posted.channel, posted.thread_ts, user)
    return [message for message in seen.messages if message.ephemeral]
