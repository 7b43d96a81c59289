"""A thread's run in the hands of its holder: loaded, saved, ended, and told what came for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from bot.agents.checkpoint import checkpoint
from bot.agents.loop.journal import Incoming
from bot.agents.record.message import Message, in_order
from bot.agents.record.people import Actor
from bot.agents.record.plain import Item
from bot.agents.record.tree import RunTree
from bot.approvals.request import Request
from bot.store import keys
from bot.store.clock import milliseconds, now
from bot.store.decisions import decided, revoked
from bot.store.errors import LeaseLost
from bot.store.evidence import Evidence
from bot.store.index import Index
from bot.store.lease import Lease, ReadUpTo
from bot.store.script import Script
from bot.store.written import Written, changes, restored, written_in

_SAVE = Script("save")
_START = Script("start")
_INCOMING = Script("incoming")
_LATE = Script("late")


class Held:
    """A thread's run while `lease` is ours.

    A write is repeated through a short outage, the same content each time. It raises `LeaseLost`, with nothing written,
    when the thread is another's, and `StoreUnavailable` when the lease nears its end without an answer.
    """

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.thread = lease.thread
        self._client = lease.client
        self._run_id = ""
        self._written = Written()
        self._writing = asyncio.Lock()  # what was dumped first is written first
        self._writes = 0

    @property
    def run_id(self) -> str:
        """The run that was loaded or begun, or the empty text."""
        return self._run_id

    async def load(self) -> RunTree | None:
        """The run as it was saved last, or None when the thread has had none."""
        stored: dict[str, str] = await self.lease.lasting(
            lambda: self._client.command("HGETALL", keys.run(self.thread))
        )
        state = restored(stored)
        self._run_id = state.run_id if state else ""
        self._written = written_in(stored)
        return state

    async def save(self, state: RunTree) -> None:
        """Write what changed since the last load or save, and take the messages that its turns hold from the inbox."""
        async with self._writing:
            changed = changes(state, since=self._written)
            await self._write(_SAVE, [], changed.words)
            self._written = changed.written

    async def start(self, state: RunTree, *, session_items: Sequence[Item]) -> None:
        """End the loaded run, which is over, and begin `state`, all in one; needs `load` first.

        `session_items` are what the last run adds to the session. The messages that `state` holds are taken.
        """
        where = [
            keys.requests(self.thread),
            keys.session(self.thread),
            keys.archived(self.thread, self._run_id),
            keys.cancel(self.thread),
            keys.late(self.thread),
            keys.posts(self.thread),
        ]
        items = [json.dumps(item, separators=(",", ":"), ensure_ascii=False) for item in session_items]
        last = [self._run_id, milliseconds(self.lease.kept_for), len(items), *items]
        async with self._writing:
            first = changes(state, since=Written())
            checkpoint("next run begins")
            await self._write(_START, where, [*last, *first.words])
            checkpoint("next run began")
            self._run_id, self._written = state.run_id, first.written

    async def incoming(self) -> Incoming:
        """The messages that no run has taken, the decisions on the run's requests, what was revoked, who cancelled it.

        Messages stay until a save takes them, and decisions are told each time: the run's record says what was applied.
        """
        look = await self.lease.lasting(lambda: Index(self._client).read(self.thread))
        where = [keys.wake(self.thread), keys.inbox(self.thread), keys.requests(self.thread), keys.cancel(self.thread)]
        wake, messages, requests, by = await self.lease.lasting(lambda: _INCOMING(self._client, where, self._run_id))
        self.lease.read_up_to = ReadUpTo(wake, look or 0)
        asked = [Request.model_validate_json(request) for request in requests]
        return Incoming(
            messages=in_order(Message.model_validate_json(message) for message in messages),
            decisions=decided(asked),
            revoked=revoked(asked),
            cancelled_by=Actor.model_validate_json(by) if by else None,
        )

    async def revoked(self) -> list[str]:
        """The paths of the calls whose "always" holds no longer, as it is recorded now."""
        requests: list[str] = await self.lease.lasting(
            lambda: self._client.command("HVALS", keys.requests(self.thread))
        )
        return revoked([Request.model_validate_json(request) for request in requests])

    async def late(self, path: str, text: str) -> None:
        """Tell what a call did whose end could not be saved, for the person who is asked about it. Needs no lease."""
        evidence = Evidence(run=self._run_id, path=path, text=text, at=await now(self._client))
        where = [keys.late(self.thread), keys.wake(self.thread)]
        async with Index(self._client).recording(self.thread):
            await _LATE(self._client, where, f"{self._run_id}/{path}/{self.lease.fence}", evidence.model_dump_json())

    async def _write(self, script: Script, where: Sequence[str], words: Sequence[str | int]) -> None:
        run = [keys.run(self.thread), keys.inbox(self.thread), keys.lease(self.thread)]
        self._writes += 1
        fenced = [self.lease.token, self._writes]
        if not await self.lease.lasting(lambda: script(self._client, [*run, *where], *fenced, *words)):
            raise LeaseLost(f"{self.thread} is another's")
