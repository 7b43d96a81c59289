"""A story that is lived through with one bot that is stopped somewhere, and another that comes after it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

from bot.store.runs import Runs
from bot.workspace.seen import Message, Posted
from tests.crashes.child import By, Stop
from tests.crashes.ending import Ending, at_rest
from tests.crashes.life import Life, life
from tests.crashes.people import Decider
from tests.crashes.process import BotProcess
from tests.crashes.stories import Story
from tests.store.until import until

ENDS_WITHIN = 90.0
_SLOW_FOR = 1.5

_CODES: dict[By, int] = {"kill": -signal.SIGKILL, "term": 0}


async def lived_through(story: Story, directory: Path, *, stop: Stop, lease_for: float) -> Ending:
    """How a story ends when its bot is stopped there, and another one is started then."""
    async with life(directory) as place:
        first = await place.bot(stop=stop, lease_for=lease_for, slow_for=_SLOW_FOR)
        async with meanwhile(_follow(place, first, lease_for)):
            end = await live(place, story)
        assert first.over, f"It did not pass {stop.point} for the {stop.nth}. time."
        code = await first.ended()
        assert code == _CODES[stop.by], f"It ended with {code}: see its log."
        return end


async def live(place: Life, story: Story) -> Ending:
    """How a story ends with whatever bots are there meanwhile."""
    posted = await place.driver.say("ana", "ops", f"@assent {story.asks}")
    said, may_decide = [posted], asyncio.Event()
    ben = Decider(place.driver, posted, place.effects, rejects=story.rejects)
    if not story.then or story.when != "a card waits":
        may_decide.set()
    async with meanwhile(ben.decide(after=may_decide)):
        if story.then:
            await _moment(place, posted, story)
            then = await place.driver.say("ana", "ops", f"@assent {story.then}", posted.thread_ts)
            said += [then] if story.then != "cancel" else []
        if story.ends == "done":
            may_decide.set()
        return await at_rest(place, posted, said=said, within=ENDS_WITHIN)


@asynccontextmanager
async def meanwhile(*works: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Do this while the block lasts, and no longer; what goes wrong in it ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()


async def at_work(place: Life, *, within: float) -> int:
    """Wait until a tool has begun; the process that it runs in."""

    async def begun() -> int | None:
        return next((mark.pid for mark in place.effects.marks()), None)

    return await place.driver.until(begun, within=within)


async def _follow(place: Life, first: BotProcess, lease_for: float) -> None:
    await first.ended(within=10 * ENDS_WITHIN)
    await place.bot(lease_for=lease_for, slow_for=_SLOW_FOR)


async def _moment(place: Life, posted: Posted, story: Story) -> None:
    """Wait until it is time for what Ana says then."""
    match story.when:
        case "a card waits":
            await place.driver.find(posted, _waits, as_user="ana", within=ENDS_WITHIN)
        case "a tool is at work":
            await at_work(place, within=ENDS_WITHIN)
        case "the run has ended":

            async def ended() -> bool:
                run = await Runs(place.store).find(place.thread(posted))
                return run is not None and run.ended is not None

            await until(ended, within=ENDS_WITHIN)


def _waits(message: Message) -> bool:
    return message.name == "assent" and bool(message.buttons)
