"""A thread's run as its holder left it, and what was recorded for it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.record.message import Message, text_message
from bot.agents.record.people import Origin
from bot.agents.record.tree import RunTree, Turn
from bot.store.runs import Runs
from bot.store.thread import Thread
from bot.workspace.seen import Posted
from tests.slack.people import OPS, TEAM
from tests.slack.place import Place


async def running(place: Place, *, asked_by: Sequence[str]) -> tuple[Posted, Thread]:
    posted = await place.driver.say("ana", "#ops", "please")
    thread = Thread(TEAM, OPS, posted.ts)
    await start(place, thread, asked_by=asked_by)
    return posted, thread


async def start(place: Place, thread: Thread, *, asked_by: Sequence[str]) -> None:
    """A run in the thread, as its holder left it."""
    held = await Runs(place.store).claim(thread)
    assert held
    await held.load()
    said = [
        text_message(name, "please", origin=Origin(id=f"U0{name.upper()}", name=name, team=TEAM)) for name in asked_by
    ]
    state = RunTree(run_id="r_1", start_agent="a", agent="a", turns=[Turn(agent="a", input=said)])
    requests = await place.requests.of(thread)
    await held.start(state, session_items=[])
    for request in requests:
        key = f"assent:{thread.tag}:requests"
        await place.store.command("HSET", key, request.name, request.model_dump_json())
    await held.lease.release(look_at=None)


async def cancelled_by(place: Place, thread: Thread) -> str | None:
    held = await Runs(place.store).claim(thread)
    assert held
    await held.load()
    by = (await held.incoming()).cancelled_by
    await held.lease.release(look_at=None)
    return by and by.id


async def kept_for(place: Place, thread: Thread, *, at_least: int = 1) -> list[Message]:
    async def enough() -> bool:
        return len(await Runs(place.store).messages(thread)) >= at_least

    await place.driver.until(enough)
    return await Runs(place.store).messages(thread)


async def woken(place: Place, times: int) -> None:
    async def enough() -> bool:
        return len(place.woken) >= times

    await place.driver.until(enough)


async def settled(place: Place, posted: Posted) -> None:
    """Wait until what was said there has been heard and acked, and what follows the ack is done."""

    async def acked() -> bool:
        heard = [entry for entry in await place.driver.log() if entry.type == "events_api" and entry.acked]
        return any(entry.payload["event"].get("ts") == posted.ts for entry in heard)

    await place.driver.until(acked)
    await place.listening.afterwards.drain(within=5)
