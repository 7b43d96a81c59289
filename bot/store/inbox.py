"""What people tell a thread's run: messages, and that it shall stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.agents.checkpoint import checkpoint
from bot.agents.people import Actor
from bot.agents.turn import Message
from bot.store import keys
from bot.store.client import Client
from bot.store.clock import milliseconds
from bot.store.index import Index
from bot.store.script import Script
from bot.store.thread import Thread

_SEEN_FOR = timedelta(hours=1)  # Slack repeats an event for about five minutes

_RECEIVE = Script("receive")
_CANCEL = Script("cancel")


@dataclass(frozen=True)
class Inbox:
    """The listeners' side of a run. What these record, the thread's holder sees."""

    client: Client

    async def receive(self, thread: Thread, message: Message, seen_ids: Sequence[str]) -> bool:
        """Keep a message until a run has taken it; false, and nothing kept, if any of `seen_ids` came within the hour.

        Slack tells one message several times, so `seen_ids` are all its names: event id, channel and ts, client_msg_id.
        A message that came before wakes the thread as well: its first delivery may have died before it did.
        """
        async with Index(self.client).recording(thread):
            new = await _RECEIVE(
                self.client,
                [keys.inbox(thread), keys.seen(thread), keys.wake(thread)],
                message.model_dump_json(),
                milliseconds(_SEEN_FOR),
                *seen_ids,
            )
            checkpoint("inbox written")
        return bool(new)

    async def cancel(self, thread: Thread, run_id: str, *, by: Actor) -> bool:
        """Tell the run to stop; false if somebody did before. It does nothing to any other run of the thread."""
        async with Index(self.client).recording(thread):
            new = await _CANCEL(self.client, [keys.cancel(thread), keys.wake(thread)], run_id, by.model_dump_json())
        return bool(new)
