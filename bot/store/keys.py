"""The one place where a key is spelled."""

from __future__ import annotations

from urllib.parse import quote

from bot.store.thread import Thread

INDEX = "assent:index"
PENDING = "assent:pending"
GRANTED = "assent:granted"
ALIVE = "assent:alive"


def run(thread: Thread) -> str:
    """The current run: a hash of `head`, `t0`, `t1`..."""
    return _of(thread, "run")


def archived(thread: Thread, run_id: str) -> str:
    """A finished run: what `run` was, and its requests, by name."""
    return _of(thread, f"runs:{run_id}")


def session(thread: Thread) -> str:
    """The items of the conversation so far, a list."""
    return _of(thread, "session")


def requests(thread: Thread) -> str:
    """The approval requests of the current run, a hash by name."""
    return _of(thread, "requests")


def audit(thread: Thread) -> str:
    """The audit chain, a list."""
    return _of(thread, "audit")


def refusals(thread: Thread) -> str:
    """How many refused votes of a request are in the audit chain: a hash by request."""
    return _of(thread, "refusals")


def inbox(thread: Thread) -> str:
    """The messages that no run has taken yet, a list in order."""
    return _of(thread, "inbox")


def seen(thread: Thread) -> str:
    """What was received within the hour: ids, scored by when they may be forgotten."""
    return _of(thread, "seen")


def lease(thread: Thread) -> str:
    """Who holds the thread: a hash of `token`, `ends_at`, `fence`, `writes`, `takeovers`, `parked`."""
    return _of(thread, "lease")


def wake(thread: Thread) -> str:
    """A counter of what was recorded for the holder."""
    return _of(thread, "wake")


def cancel(thread: Thread) -> str:
    """Who cancelled which run: a hash by run."""
    return _of(thread, "cancel")


def posts(thread: Thread) -> str:
    """What stands in the thread: a hash of facts by post."""
    return _of(thread, "posts")


def late(thread: Thread) -> str:
    """Evidence from holders that lost their lease: a hash by call and fencing number."""
    return _of(thread, "late")


def session_items(session_id: str) -> str:
    """The items of an agent's session that belongs to no thread, a list."""
    return _of_session(session_id, "items")


def session_names(session_id: str) -> str:
    """The names of the items that runs have added to it, a set."""
    return _of_session(session_id, "names")


def session_attempt(session_id: str, attempt: str) -> str:
    """What one attempt to change it has done; it ends by itself."""
    return _of_session(session_id, f"attempts:{attempt}")


def of_every_thread(name: str) -> str:
    """A pattern for the key called `name` of every thread."""
    return f"assent:{{*}}:{name}"


def thread_of(key: str) -> Thread:
    """The thread that a key lies under."""
    return Thread.parse(key[key.index("{") + 1 : key.index("}")])


def _of(thread: Thread, name: str) -> str:
    return f"assent:{thread.tag}:{name}"


def _of_session(session_id: str, name: str) -> str:
    return f"assent:sessions:{{s-{quote(session_id, safe='')}}}:{name}"  # in one slot, whatever the id is
