"""Make the global lists anew from the threads, after they were lost."""

from __future__ import annotations

from datetime import timedelta

from bot.store import keys
from bot.store.client import Client
from bot.store.index import Index
from bot.store.pending import Pending
from bot.store.requests import Requests
from bot.store.thread import Thread

_BETWEEN_LOOKS = timedelta(milliseconds=5)


async def rebuild(client: Client) -> int:
    """Note a look at every thread that has a run or a message, and list what waits. Returns how many threads.

    Safe at any time; the looks are spread, 200 a second, and those at threads with nothing to do end by themselves.
    """
    threads: set[Thread] = set()
    for name in ("run", "inbox"):
        threads |= {keys.thread_of(key) async for key in client.keys(keys.of_every_thread(name))}
    for place, thread in enumerate(threads):
        await Index(client).lower(thread, after=place * _BETWEEN_LOOKS)
        for request in await Requests(client).of(thread):
            if not request.settled:
                await Pending(client).add(thread, request.name, since=request.created_at)
    return len(threads)
