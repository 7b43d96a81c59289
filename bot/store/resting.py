"""What becomes of a thread in which nothing is open: it is kept for a while, and then it ends."""

from __future__ import annotations

from datetime import timedelta

from bot.store import keys
from bot.store.thread import Thread

KEPT_FOR = timedelta(days=30)


def resting(thread: Thread) -> list[str]:
    """The keys that end together, the run first; what waits to be taken never ends, and ids of messages by themselves.

    They get an end when the thread is let go with nothing to do, and lose it with the next claim or message.
    """
    names = [keys.run, keys.lease, keys.wake, keys.session, keys.requests]
    names += [keys.refusals, keys.audit, keys.posts, keys.late, keys.cancel]
    return [name(thread) for name in names]
