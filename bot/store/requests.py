"""Approval requests and the audit trail: changed only when both are as they were read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.agents.checkpoint import checkpoint
from bot.approvals.audit import AuditEntry, chained, opened
from bot.approvals.decide import Outcome, extended, settle_by_grant
from bot.approvals.grants import grant_for
from bot.approvals.request import Request
from bot.store import keys
from bot.store.client import Client
from bot.store.clock import moment
from bot.store.errors import Contended, LeaseLost, StoreUnavailable, UnknownRequest
from bot.store.index import Index
from bot.store.lease import Lease
from bot.store.pending import Granted, Pending, alive_at
from bot.store.script import Script
from bot.store.thread import Thread

REFUSALS_WRITTEN = 20
"""How many refused votes of one request the audit trail holds, so that nobody fills it by clicking on."""

_TRIES = 5
_PAUSE = 0.01

_FIND = Script("find_request")
_PUT = Script("put_request")
_OPEN = Script("open_requests")

Changed = TypeVar("Changed", bound="Outcome | None")


@dataclass(frozen=True)
class _Found:
    """A request as it was read at `now`, where it lies, and the end of the audit chain then."""

    request: Request
    key: str
    head: AuditEntry | None
    now: datetime


class Requests:
    """The requests of all threads."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._changing: WeakValueDictionary[Thread, asyncio.Lock] = WeakValueDictionary()

    async def find(self, thread: Thread, name: str) -> Request | None:
        """The request of that name, of the current run or of one that is still kept."""
        found = await self._find(thread, name)
        return found and found.request

    async def of(self, thread: Thread) -> list[Request]:
        """The requests of the thread's current run."""
        stored: list[str] = await self.client.command("HVALS", keys.requests(thread))
        return [Request.model_validate_json(request) for request in stored]

    async def of_finished(self, thread: Thread, run_id: str) -> list[Request]:
        """The requests of a run before the current one, while they are kept."""
        stored: dict[str, str] = await self.client.command("HGETALL", keys.archived(thread, run_id))
        return [Request.model_validate_json(text) for name, text in stored.items() if name.startswith(f"{run_id}/")]

    async def audit(self, thread: Thread) -> list[AuditEntry]:
        """The audit trail of a thread, the oldest entry first."""
        stored: list[str] = await self.client.command("LRANGE", keys.audit(thread), 0, -1)
        return [AuditEntry.model_validate_json(entry) for entry in stored]

    async def change(
        self, thread: Thread, name: str, change: Callable[[Request, datetime], Changed]
    ) -> Changed | Outcome:
        """Write what `change` makes of the request and the time (Redis' clock), whoever else changes it meanwhile.

        `change` is called again when somebody was faster. What it returns has been recorded, the audit entry included,
        but for refusals of one request after the first twenty; None leaves all as it is. A request that ran out while
        no worker was alive is given more time first. Raises `UnknownRequest`, and `Contended` after five tries.
        """

        async def changed(found: _Found) -> Changed:
            return change(found.request, found.now)

        return await self._change(thread, name, changed)

    async def settle_by_grants(self, thread: Thread) -> None:
        """Settle those of the current run that wait though an "always" decides them; to be repeated after a crash."""

        async def by_grant(found: _Found) -> Outcome | None:
            # What is read here is younger than the audit head, which moves with each revocation.
            return settle_by_grant(found.request, grant_for(found.request, await self.of(thread)), found.now)

        requests = await self.of(thread)
        for request in requests:
            if not request.settled and grant_for(request, requests):
                await self._change(thread, request.name, by_grant)

    async def open(self, lease: Lease, requests: Sequence[Request]) -> None:
        """Put those of the holder's requests before people that are not there yet; to be repeated after a crash.

        Raises `LeaseLost`, with nothing written, when the thread is another's, `StoreUnavailable` when Redis stays away
        for too long, and `Contended` after five tries.
        """
        for attempt in range(_TRIES):
            await _pause(attempt)
            if await lease.lasting(lambda: self._open(lease, requests)):
                return
        raise Contended(f"{lease.thread} changed {_TRIES} times while requests were opened")

    async def _change(
        self, thread: Thread, name: str, change: Callable[[_Found], Awaitable[Changed]]
    ) -> Changed | Outcome:
        lock = self._changing.setdefault(thread, asyncio.Lock())  # within this process wait, instead of colliding
        async with lock:
            return await self._change_in_turn(thread, name, change)

    async def _change_in_turn(
        self, thread: Thread, name: str, change: Callable[[_Found], Awaitable[Changed]]
    ) -> Changed | Outcome:
        sent: Outcome | None = None
        for attempt in range(_TRIES):
            await _pause(attempt)
            found = await self._find(thread, name)
            if found is None:
                raise UnknownRequest(f"{thread} has no request {name}")
            if sent and found.request == sent.request:
                return sent  # it was written, and only the answer was lost
            longer = await self._longer(found)
            outcome = longer or await change(found)
            if outcome is None:
                return outcome
            written = await self._put(thread, found, outcome)
            if written and not longer:
                return outcome
            sent = outcome if outcome.request != found.request and not longer else None
        raise Contended(f"{name} in {thread} changed {_TRIES} times while it was decided")

    async def _find(self, thread: Thread, name: str) -> _Found | None:
        places = [keys.requests(thread), keys.archived(thread, name.partition("/")[0])]
        found: tuple[str | None, int, str | None, int] = await _FIND(self.client, [*places, keys.audit(thread)], name)
        request, place, head, now = found
        if request is None:
            return None
        return _Found(Request.model_validate_json(request), places[place - 1], _entry(head), moment(now))

    async def _longer(self, found: _Found) -> Outcome | None:
        """The request with more time, if it ran out while nobody could be asked."""
        if found.request.settled or found.now < found.request.expires_at:
            return None
        alive = await alive_at(self.client)
        return extended(found.request, alive_at=alive, now=found.now) if alive else None

    async def _put(self, thread: Thread, found: _Found, outcome: Outcome) -> bool:
        if outcome.request == found.request:
            return await self._put_if_unchanged(thread, found, outcome)  # nothing that a holder must see
        if outcome.request.always and not found.request.always:
            await Granted(self.client).add(thread, outcome.request.name, since=found.now)
        async with Index(self.client).recording(thread):
            written = await self._put_if_unchanged(thread, found, outcome)
            if written:
                checkpoint("vote settled")
        if written:
            with suppress(StoreUnavailable):  # the lists may name what is over
                await self._take_off_lists(thread, outcome.request)
        return written

    async def _take_off_lists(self, thread: Thread, request: Request) -> None:
        if request.settled:
            await Pending(self.client).remove(thread, request.name)
        if request.revocation:
            await Granted(self.client).remove(thread, request.name)

    async def _put_if_unchanged(self, thread: Thread, found: _Found, outcome: Outcome) -> bool:
        changed = outcome.request.model_dump_json() if outcome.request != found.request else ""
        written = await _PUT(
            self.client,
            [found.key, keys.audit(thread), keys.wake(thread), keys.refusals(thread)],
            found.request.name,
            found.request.version,
            found.head.hash if found.head else "",
            changed,
            chained(outcome.event, found.head).model_dump_json(),
            REFUSALS_WRITTEN,
        )
        return bool(written)

    async def _not_yet_open(self, thread: Thread, requests: Sequence[Request]) -> list[Request]:
        if not requests:
            return []
        stored: list[str | None] = await self.client.command(
            "HMGET", keys.requests(thread), *(request.name for request in requests)
        )
        return [request for request, there in zip(requests, stored, strict=True) if there is None]

    async def _open(self, lease: Lease, requests: Sequence[Request]) -> bool:
        thread = lease.thread
        new = await self._not_yet_open(thread, requests)
        if not new:
            return True
        head = before = _entry(await self.client.command("LINDEX", keys.audit(thread), -1))
        words: list[str] = []
        for request in new:
            await Pending(self.client).add(thread, request.name, since=request.created_at)
            head = chained(opened(request), head)
            words += [request.name, request.model_dump_json(), head.model_dump_json()]
        where = [keys.requests(thread), keys.audit(thread), keys.lease(thread)]
        answer: int = await _OPEN(self.client, where, lease.token, before.hash if before else "", *words)
        if answer == -1:
            raise LeaseLost(f"{thread} is another's")
        checkpoint("requests opened")
        return answer == 1


def _entry(stored: str | None) -> AuditEntry | None:
    return AuditEntry.model_validate_json(stored) if stored else None


async def _pause(attempt: int) -> None:
    if attempt:
        await asyncio.sleep(_PAUSE * attempt * random.random())
