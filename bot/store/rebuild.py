"""Make the global lists anew from the threads, should they be lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import structlog

from bot.approvals.request import Request
from bot.store import keys
from bot.store.client import Client
from bot.store.errors import StoreError
from bot.store.index import AT_ONCE, Index
from bot.store.pending import Granted, Pending
from bot.store.requests import Requests
from bot.store.thread import Thread

_log = structlog.get_logger(__name__)


async def rebuild(client: Client) -> int:
    """Note a look at every thread that may have something open and has none, and list what waits. Returns how many.

    Safe at any time and in several places at once; looks at threads with nothing to do end by themselves.
    """
    unread = {thread async for thread in _threads_with(client, "inbox")}
    with_a_run = {thread async for thread in _threads_with(client, "run")}
    lost = 0
    for thread in unread | with_a_run:
        if thread in unread or not await _rests(client, thread):
            lost += await _look_at(client, thread)
    return lost


async def _look_at(client: Client, thread: Thread) -> bool:
    missing = await Index(client).read(thread) is None
    if missing:
        await Index(client).lower(thread, after=AT_ONCE)
    try:
        for request in await Requests(client).of(thread):
            if not request.settled:
                await _list(client, thread, request)
            if request.settlement and request.always and not request.revocation:
                await Granted(client).add(thread, request.name, since=request.settlement.at)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - one thread that cannot be read must not hide the others
        _log.error("what waits in it is not listed", thread=str(thread), error=type(error).__name__)
    return missing


async def _list(client: Client, thread: Thread, request: Request) -> None:
    """List what waits, unless it was settled, and taken off the list, since it was read."""
    if await Pending(client).add(thread, request.name, since=request.created_at):
        found = await Requests(client).find(thread, request.name)
        if found is None or found.settled:
            await Pending(client).remove(thread, request.name)


async def _rests(client: Client, thread: Thread) -> bool:
    """Whether nothing is open in it: only then it ends by itself."""
    return int(await client.command("PTTL", keys.run(thread))) >= 0


async def _threads_with(client: Client, name: str) -> AsyncIterator[Thread]:
    async for key in client.keys(keys.of_every_thread(name)):
        try:
            yield keys.thread_of(key)
        except ValueError:
            _log.warning("passed over, as it is no thread's key", key=key)
