"""The runs of all threads: the current one of each, and those that are over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from bot.agents.record.message import Message
from bot.agents.record.plain import Item
from bot.agents.record.tree import RunTree
from bot.store import keys
from bot.store.client import Client
from bot.store.evidence import Evidence
from bot.store.held import Held
from bot.store.lease import LEASE_FOR, claim
from bot.store.resting import KEPT_FOR
from bot.store.thread import Thread
from bot.store.written import restored


@dataclass(frozen=True)
class Runs:
    """Where runs are claimed and looked up.

    A finished one is kept for `kept_for`, with its requests, and so is a thread in which nothing is open any more.
    """

    client: Client
    lease_for: timedelta = LEASE_FOR
    kept_for: timedelta = KEPT_FOR

    async def claim(self, thread: Thread) -> Held | None:
        """Take the thread, or None when another holds it; the index then has the end of the other's lease."""
        lease = await claim(self.client, thread, lasts=self.lease_for, kept_for=self.kept_for)
        return Held(lease) if lease else None

    async def find(self, thread: Thread) -> RunTree | None:
        """The thread's run as it was saved last, to look at."""
        return restored(await self.client.command("HGETALL", keys.run(thread)))

    async def find_finished(self, thread: Thread, run_id: str) -> RunTree | None:
        """A run before the current one, or None when it is no longer kept."""
        return restored(await self.client.command("HGETALL", keys.archived(thread, run_id)))

    async def messages(self, thread: Thread) -> list[Message]:
        """What was said to the thread and no run has taken yet, in order."""
        stored: list[str] = await self.client.command("LRANGE", keys.inbox(thread), 0, -1)
        return [Message.model_validate_json(message) for message in stored]

    async def parked(self, thread: Thread) -> str | None:
        """Something that tells this rest of a parked run from another, or None when it is not parked."""
        return await self.client.command("HGET", keys.lease(thread), "parked")

    async def session(self, thread: Thread) -> list[Item]:
        """The items of the conversation up to the current run."""
        stored: list[str] = await self.client.command("LRANGE", keys.session(thread), 0, -1)
        return [json.loads(item) for item in stored]

    async def evidence(self, thread: Thread, run_id: str) -> list[Evidence]:
        """What holders that lost their lease told about calls of the run, the oldest first."""
        stored: list[str] = await self.client.command("HVALS", keys.late(thread))
        told = [Evidence.model_validate_json(evidence) for evidence in stored]
        return sorted((evidence for evidence in told if evidence.run == run_id), key=lambda evidence: evidence.at)
