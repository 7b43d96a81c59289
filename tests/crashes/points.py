"""The fault points, and the steps of a run's way after which a process may stop."""

from __future__ import annotations

from collections.abc import Mapping

HEARD = "Slack sent, listener entered"
PROMISED = "index entry written, record not"
KEPT = "inbox written, no task enqueued"
CLAIMED = "claimed, model asked"
ANSWERED = "response saved, requests not opened"
CARD_POSTED = "card posted, ts not saved"
SETTLED = "vote settled, no task enqueued"
STARTED = "`started` saved"
CARRIED_OUT = "body done, save fenced off"
REDIS_AWAY = "Redis away for a second, long tool running"
REPLIED = "reply posted, not noted"
RUN_DONE = "run done, next mention"

ROWS = frozenset(
    {
        HEARD,
        PROMISED,
        KEPT,
        CLAIMED,
        ANSWERED,
        CARD_POSTED,
        SETTLED,
        STARTED,
        CARRIED_OUT,
        REDIS_AWAY,
        REPLIED,
        RUN_DONE,
    }
)
"""Every step of the way. Redis is away in tests of its own."""

POINTS: Mapping[str, str] = {
    "listener entered": HEARD,
    "index lowered": PROMISED,
    "inbox written": KEPT,
    "cancel written": KEPT,
    "claimed": CLAIMED,
    "model asked": CLAIMED,
    "response saved": ANSWERED,
    "requests opened": ANSWERED,
    "posting noted": CARD_POSTED,
    "card posted": CARD_POSTED,
    "queued posted": CARD_POSTED,
    "shown noted": CARD_POSTED,
    "post updated": CARD_POSTED,
    "vote settled": SETTLED,
    "calls about to start": SETTLED,
    "started saved": STARTED,
    "body done": CARRIED_OUT,
    "call ended saved": CARRIED_OUT,
    "reply posted": REPLIED,
    "ended posted": REPLIED,
    "cancelled saved": RUN_DONE,
    "released": RUN_DONE,
    "next run begins": RUN_DONE,
    "next run began": RUN_DONE,
}
"""Each fault point of the code, and the step that it stands for."""
