"""What is to stand in a thread: posts by name, each worked out from the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from bot.agents.record.message import Message
from bot.agents.record.tree import Call, RunTree
from bot.approvals.request import Request
from bot.slack import names
from bot.slack.blocks import Content
from bot.slack.card import approval_card
from bot.slack.notices import answer, cancelled, expired, failed, parked, queued
from bot.slack.parts import CardView, Progress
from bot.slack.whole import whole_file
from bot.store.grants import holding
from bot.worker.asking import person


@dataclass(frozen=True)
class Record:
    """What is known of one run: its state, its requests, and of the current run the messages that wait.

    `parked` tells one rest of the run from another, while it rests.
    """

    run: RunTree
    requests: Sequence[Request]
    messages: Sequence[Message] = ()
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    hint: str = ""
    parked: str | None = None


def wanted(record: Record) -> dict[str, Content]:
    """All posts of a run, in the order in which they are to appear."""
    run = record.run
    posts = _cards(record)
    for request in in_order(record.requests):
        if request.settlement and request.settlement.verdict == "expired" and request.kind != "limit":
            posts[f"expired {request.name}"] = expired(request)
    if record.parked is not None:
        posts[f"parked {run.run_id} {record.parked}"] = parked()
    if not run.ended:
        for message in record.messages:
            posts[f"queued {run.run_id} {message.id}"] = queued(waiting=bool(run.waiting or run.at_limit))
        return posts
    match run.ended.how:
        case "done":
            pages = answer(run.final_text or "")
            posts.update({f"reply {run.run_id} {place}": page for place, page in enumerate(pages)})
        case "failed":
            posts[f"ended {run.run_id}"] = failed(run.ended.error)
        case "cancelled":
            by = person(run.ended.by) if run.ended.by else None
            posts[f"ended {run.run_id}"] = cancelled(by, may_have_run=[call.tool for call in _uncertain(run)])
    return posts


def run_of(name: str) -> str:
    """The run that a post belongs to, or the empty text."""
    return name.partition(" ")[2].partition(" ")[0].partition("/")[0]


def in_order(requests: Sequence[Request]) -> list[Request]:
    """The requests as they were asked: by turn, call and round."""
    return sorted(requests, key=lambda request: (_numbers(request.path), request.round))


def _numbers(path: str) -> list[int]:
    return [int(part[1:]) for part in path.replace("/", ".").split(".")]


def _cards(record: Record) -> dict[str, Content]:
    """The cards, and beside each the file with what no form can hold of it."""
    grants = holding(record.run, record.requests)
    posts: dict[str, Content] = {}
    for request in in_order(record.requests):
        posts[names.card(request.name)] = _card(record, request, revocable=request in grants)
        if whole := whole_file(request):
            posts[names.file(request.name)] = whole
    return posts


def _card(record: Record, request: Request, *, revocable: bool) -> Content:
    call = record.run.find(request.path)
    progress = _progress(call, request) if call else Progress()
    return approval_card(CardView(request, progress, record.groups, record.hint, revocable))


def _progress(call: Call, request: Request) -> Progress:
    """How the call goes since this request was settled; a request of an earlier round saw it end uncertain."""
    if not request.settled:
        return Progress("waiting")
    if call.round > request.round:
        return Progress("unknown")
    if call.status == "unknown":
        return Progress("unknown" if call.over else "waiting")
    if call.status == "refused" and request.kind == "uncertain":
        return Progress("unknown")
    return Progress(_STATUS[call.status], _took(call), call.error)


_Shown = Literal["waiting", "allowed", "running", "done", "failed", "refused"]

_STATUS: dict[str, _Shown] = {
    "new": "waiting",
    "pending": "waiting",
    "allowed": "allowed",
    "started": "running",
    "done": "done",
    "failed": "failed",
    "refused": "refused",
}


def _took(call: Call) -> timedelta | None:
    return call.ended_at - call.started_at if call.started_at and call.ended_at else None


def _uncertain(run: RunTree) -> list[Call]:
    return [call for call in run.all_calls if call.status == "unknown"]
