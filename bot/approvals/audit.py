"""The audit trail: what happened to a request, each entry bound to the one before it."""

import hashlib
import json
from datetime import datetime
from typing import Literal

from bot.approvals.model import Frozen, Moment
from bot.approvals.people import Person
from bot.approvals.request import Request, Source

What = Literal[
    "opened",
    "approve",
    "always_approve",
    "reject",
    "always_reject",
    "done",
    "revoked",
    "expired",
    "cancelled",
    "refused",
    "extended",
    "evidence",
]


class AuditEvent(Frozen):
    """Something that happened to the request of that name, not yet in a chain; `who` is None for the clock."""

    at: Moment
    what: What
    request: str
    digest: str
    who: Person | None
    reason: str = ""
    source: Source | Literal["run"]


class AuditEntry(AuditEvent):
    """An event in its thread's chain: `seq` counts from 1, `prev` is the hash before it ("" at the start)."""

    seq: int
    prev: str
    hash: str


def audited(
    request: Request,
    what: What,
    *,
    at: datetime,
    who: Person | None = None,
    reason: str = "",
    source: Source | Literal["run"],
) -> AuditEvent:
    """What happened to `request`, for the trail."""
    return AuditEvent(
        at=at, what=what, request=request.name, digest=request.digest, who=who, reason=reason, source=source
    )


def opened(request: Request) -> AuditEvent:
    """The first event of a request: that it was put before people, and on whose message."""
    return audited(request, "opened", at=request.created_at, who=request.requesters[0], source="run")


def chained(event: AuditEvent, prev: AuditEntry | None) -> AuditEntry:
    """`event` as the entry after `prev`, which is the head of the thread's chain."""
    seq, before = (prev.seq + 1, prev.hash) if prev else (1, "")
    return AuditEntry(**dict(event), seq=seq, prev=before, hash=_hash(event, seq=seq, prev=before))


def follows(entry: AuditEntry, prev: AuditEntry | None) -> bool:
    """Whether `entry` is unaltered and comes right after `prev`."""
    return entry == chained(AuditEvent(**entry.model_dump(exclude={"seq", "prev", "hash"})), prev)


def _hash(event: AuditEvent, *, seq: int, prev: str) -> str:
    """SHA-256 over the event's canonical JSON with its place in the chain."""
    content = {**event.model_dump(mode="json"), "seq": seq, "prev": prev}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
