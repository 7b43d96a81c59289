"""A message that is kept by a listener which then dies: nobody was woken for it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.approvals.people import Person
from bot.store.client import Client
from bot.store.inbox import Inbox
from bot.store.thread import Thread


async def keep_a_message(store: Client, thread: Thread, *, id: str = "m1") -> None:
    """Ana said hello in the thread."""
    ana = Person(id="U0ANA", name="ana", team=thread.team)
    await Inbox(store).receive(thread, id=id, text="hello", by=ana, at=datetime.now(UTC), seen_ids=[id])
