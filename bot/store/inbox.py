"""What people tell a thread's run: messages, and that it shall stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.agents.checkpoint import checkpoint
from bot.agents.record.message import text_message
from bot.agents.record.people import Actor, Origin
from bot.approvals.people import Person
from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds
from bot.store.index import Index
from bot.store.resting import resting
from bot.store.script import Script
from bot.store.thread import DIRECT, Thread

_SEEN_FOR = timedelta(hours=1)  # Slack repeats an event for about five minutes

_RECEIVE = Script("receive")
_CANCEL = Script("cancel")


@dataclass(frozen=True)
class Inbox:
    """The listeners' side of a run. What these record, the thread's holder sees."""

    client: Client

    async def receive(
        self, thread: Thread, *, id: str, text: str, by: Person, at: datetime, seen_ids: Sequence[str]
    ) -> bool:
        """Keep a message until a run has taken it; false, and nothing kept, if any of `seen_ids` came within the hour.

        `id` is unique among the messages of the thread. Slack tells one message several times, so `seen_ids` are all
        its names: event id, channel and ts, client_msg_id. A message that came before wakes the thread as well: its
        first delivery may have died before it did.
        """
        message = text_message(id, text, origin=_origin(thread, by), at=at)
        async with Index(self.client).recording(thread):
            new = await _RECEIVE(
                self.client,
                [keys.inbox(thread), keys.seen(thread), keys.wake(thread), *resting(thread)],
                message.model_dump_json(),
                milliseconds(_SEEN_FOR),
                *seen_ids,
            )
            checkpoint("inbox written")
        return bool(new)

    async def cancel(self, thread: Thread, run_id: str, *, by: Person, seen_ids: Sequence[str] = ()) -> bool:
        """Tell the run to stop; false if somebody did before. It does nothing to any other run of the thread.

        `seen_ids` are all names of the message that says so; if one of them came within the hour, nothing happens.
        """
        async with Index(self.client).recording(thread):
            who = Actor(id=by.id, name=by.name, team=by.team).model_dump_json()
            where = [keys.cancel(thread), keys.wake(thread), keys.seen(thread)]
            new = await _CANCEL(self.client, where, run_id, who, milliseconds(_SEEN_FOR), *seen_ids)
            checkpoint("cancel written")
        return bool(new)

    async def has_seen(self, thread: Thread, ids: Sequence[str]) -> bool:
        """Whether a message of one of these names was recorded within the hour."""
        if not ids:
            return False
        scores: list[float | None] = await self.client.command("ZMSCORE", keys.seen(thread), *ids)
        return any(score is not None for score in scores)


def _origin(thread: Thread, by: Person) -> Origin:
    in_thread = "" if thread.ts == DIRECT else thread.ts
    return Origin(id=by.id, name=by.name, team=by.team, channel=thread.channel, thread=in_thread)
