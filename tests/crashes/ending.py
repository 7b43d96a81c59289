"""How a thread stands in the end: what is recorded, what is seen, and what has happened."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.agents.record.tree import RunTree
from bot.approvals.request import Request
from bot.slack.finding import post_metadata
from bot.store import keys
from bot.store.errors import StoreUnavailable
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread
from bot.workspace.seen import Message, Posted
from tests.crashes.fleet import GATED, REPEATABLE, Mark
from tests.crashes.life import Life
from tests.crashes.stories import Story

BEN = "U0BEN"
"""Who decides on everything here."""


@dataclass(frozen=True)
class Ending:
    """The whole of it. `posts` are the names of what is recorded as posted, `left` what is still to be looked at."""

    thread: Thread
    runs: Sequence[RunTree]
    requests: Sequence[Request]
    posts: Sequence[str]
    messages: Sequence[Message]
    marks: Sequence[Mark]
    left: Sequence[str]


async def ending(life: Life, posted: Posted) -> Ending:
    """How it stands now."""
    thread, runs, requests = life.thread(posted), Runs(life.store), Requests(life.store)
    archive = keys.archived(thread, "")
    finished = {key.removeprefix(archive) async for key in life.store.keys(f"{archive}*")}
    found = [await runs.find(thread), *[await runs.find_finished(thread, run) for run in finished]]
    ids = {run.run_id for run in found if run}
    asked = await requests.of(thread)
    for run in finished:
        asked += await requests.of_finished(thread, run)
    seen = await life.driver.thread(posted.channel, posted.thread_ts, "ana")
    stored: dict[str, str] = await life.store.command("HGETALL", keys.posts(thread))
    return Ending(
        thread=thread,
        runs=[run for run in found if run],
        requests=sorted(asked, key=lambda request: (request.created_at, request.path, request.round)),
        posts=list(dict.fromkeys(field.rpartition("#")[0] for field in stored)),
        messages=[message for message in seen.messages if message.name == "assent" and not message.ephemeral],
        marks=[mark for mark in life.effects.marks() if mark.key.partition("/")[0] in ids],
        left=await _left(life, thread),
    )


async def at_rest(life: Life, posted: Posted, *, said: Sequence[Posted], within: float) -> Ending:
    """How it stands when everything that was said is in a run, every run has ended, and nothing is left to do."""
    now: Ending | None = None
    try:
        async with asyncio.timeout(within):
            while now is None or now.left or not _all_ended(now, said):
                await asyncio.sleep(0.1)
                with suppress(StoreUnavailable):  # some tests take Redis away
                    now = await ending(life, posted)
    except TimeoutError:
        raise AssertionError(f"It does not come to an end. {_in_words(now) if now else ''}") from None
    return now


def check(story: Story, now: Ending) -> None:
    """It ended as if nothing had happened, or as people chose when they were asked."""
    assert {run.ended.how for run in now.runs if run.ended} == {story.ends}
    _check_posts(now)
    _check_effects(now)
    for did in story.does:
        assert did in {(mark.tool, mark.service) for mark in now.marks if mark.what == "done"}
    assert not [mark for mark in now.marks if mark.service in story.rejects]
    answers = "\n".join(message.visible for message in now.messages)
    for told in story.tells:
        assert told in answers


def _check_posts(now: Ending) -> None:
    """Each post stands once, and nothing else: a card for each request, a reply for each run."""
    marked = {_as_key(post_metadata(now.thread, name)): name for name in now.posts}
    stands = Counter(marked.get(_as_key(message.metadata)) for message in now.messages)
    passing = {name for name in now.posts if name.startswith("queued ")}  # not posted any more once it is not true
    assert {name: stands[name] for name in now.posts if name not in passing or stands[name]} == dict.fromkeys(stands, 1)
    assert {name for name in now.posts if name.startswith("card ")} == {f"card {one.name}" for one in now.requests}
    ends = [name for name in now.posts if name.startswith(("reply ", "ended "))]
    assert sorted(name.split()[1] for name in ends) == sorted(run.run_id for run in now.runs)
    assert not [message for message in now.messages if message.buttons or "may be a repeat" in message.visible]


def _check_effects(now: Ending) -> None:
    """Nothing ran unasked, and nothing twice but what may, or what somebody chose to run again."""
    assert all(request.settlement for request in now.requests)
    approved = Counter(
        (f"{one.run}/{one.path}", one.kind)
        for one in now.requests
        if one.settlement and one.settlement.verdict == "approve"
    )
    for key, begun in Counter(mark.key for mark in now.marks if mark.what == "begun").items():
        mark = next(mark for mark in now.marks if mark.key == key)
        assert mark.tool not in GATED or (approved[key, "call"] == 1 and mark.approved_by == BEN)
        assert mark.tool == REPEATABLE or begun <= 1 + approved[key, "uncertain"]


def _in_words(now: Ending) -> str:
    seen = "\n".join(message.visible for message in now.messages)
    return f"Left: {now.left}. In the thread:\n{seen}"


def _all_ended(now: Ending, said: Sequence[Posted]) -> bool:
    taken = {message.id for run in now.runs for turn in run.turns for message in turn.input}
    return bool(now.runs) and all(run.ended for run in now.runs) and {one.ts for one in said} <= taken


def _as_key(metadata: object) -> str:
    return json.dumps(metadata, sort_keys=True)


async def _left(life: Life, thread: Thread) -> list[str]:
    """What still calls for a look: an index entry, a lease, a message that no run has."""
    looks: list[str] = await life.store.command("ZRANGE", keys.INDEX, 0, -1)
    lease: dict[str, str] = await life.store.command("HGETALL", keys.lease(thread))
    inbox: list[str] = await life.store.command("LRANGE", keys.inbox(thread), 0, -1)
    return [*looks, *(["lease"] if "token" in lease else []), *inbox]
