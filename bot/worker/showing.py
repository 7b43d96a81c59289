"""Make a thread in Slack show what its record says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.approvals.request import Request
from bot.slack.blocks import Content
from bot.slack.writer import Shown
from bot.store.clock import now
from bot.store.posts import Post
from bot.store.thread import Thread
from bot.worker.wanted import Record, run_of, wanted
from bot.worker.work import Enqueue, Work

_log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(seconds=2)
"""When to look whether a post that was enqueued stands."""


async def show(work: Work, enqueue: Enqueue, thread: Thread, name: str) -> Shown:
    """Write one post as its record says now; then it is the turn of the next that does not stand yet."""
    order: list[str] = []

    async def render() -> Content | None:
        record = await record_of(work, thread, run_of(name))
        posts = wanted(record) if record else {}
        order[:] = posts
        return posts.get(name)

    shown = await work.writer.show(thread, name, render)
    _log.info("shown", thread=str(thread), post=name, how=shown.how)
    behind = order[order.index(name) + 1 :] if name in order else []
    if behind and shown.how in ("done", "refused"):
        await _enqueue_first_of(work, enqueue, thread, behind)
    return shown


async def _enqueue_first_of(work: Work, enqueue: Enqueue, thread: Thread, names: Sequence[str]) -> None:
    posts = await work.posts.of(thread)
    new = next((name for name in names if not _stands(posts.get(name))), None)
    if new:
        await enqueue.show(thread, new)


async def enqueue_differences(
    work: Work, enqueue: Enqueue, thread: Thread, *, enqueued: dict[str, str]
) -> datetime | None:
    """Have written whatever does not stand as it should; when to look whether it does, or None when all is well.

    Posts appear in their order, so one that does not stand yet waits for those before it. What is in `enqueued`, by
    name and digest, is being written already; what is enqueued now is added to it.
    """
    record = await record_of(work, thread, "")
    posts = await work.posts.of(thread)
    contents = wanted(record) if record else {}
    names = [name for name, content in contents.items() if _differs(posts.get(name), content)]
    names += [name for name, post in posts.items() if post.wanted and name not in names]
    if not names:
        return None
    at = await now(work.client)
    waits = [at + LOOK_AGAIN for _ in names]
    held_back = False
    for name in names:
        post = posts.get(name)
        if post and post.refused_until and post.refused_until > at:
            waits.append(post.refused_until)
            continue
        if post and post.not_before and post.not_before > at:
            waits.append(post.not_before)
            enqueued.pop(name, None)
        elif _stands(post) or not held_back:
            digest = contents[name].digest if name in contents else ""
            if enqueued.get(name) != digest:
                enqueued[name] = digest
                await enqueue.show(thread, name)
        held_back = held_back or not _stands(post)
    return min(waits, default=None)


async def keep_wanted(work: Work, thread: Thread) -> None:
    """Before the next run begins: what the last one still has to show is noted, as it is looked up no more."""
    record = await record_of(work, thread, "")
    if record:
        posts = await work.posts.of(thread)
        names = [name for name, content in wanted(record).items() if _differs(posts.get(name), content)]
        await work.posts.want(thread, names)


async def record_of(work: Work, thread: Thread, run_id: str) -> Record | None:
    """What is known of a run, the current one if `run_id` is empty, or None when it is kept no more."""
    run = await work.runs.find(thread)
    if run and run_id in ("", run.run_id):
        messages = await work.runs.messages(thread)
        requests = await work.requests.of(thread)
        parked = await work.runs.parked(thread)
        return Record(run, requests, messages, await _groups(work, requests), work.hint, parked)
    found = await work.runs.find_finished(thread, run_id) if run_id else None
    if found is None:
        return None
    requests = await work.requests.of_finished(thread, run_id)
    return Record(found, requests, (), await _groups(work, requests), work.hint)


async def _groups(work: Work, requests: Sequence[Request]) -> Mapping[str, str]:
    """The ids of the user groups, by handle, where a card names any: else nobody need wait for Slack."""
    named = any(request.policy.names_groups for request in requests)
    return await work.directory.groups_by_handle() if named else {}


def _stands(post: Post | None) -> bool:
    return post is not None and post.ts is not None


def _differs(post: Post | None, content: Content) -> bool:
    return post is None or post.ts is None or post.shown != content.digest
