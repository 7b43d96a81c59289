"""Somebody clicks something of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.approvals.request import Request, RequestKind, Verdict
from bot.slack import names, notices
from bot.slack.address import Address
from bot.slack.blocks import Block
from bot.slack.choices import Action
from bot.slack.listeners.cancelling import cancel
from bot.slack.listeners.counting import Ballot, NotCounted, count, find_request, refusal_of, would_count
from bot.slack.listeners.listening import Listening
from bot.slack.listeners.payloads import Click
from bot.slack.listeners.revoking import revoke_grant
from bot.slack.modals import (
    always_approve_modal,
    always_reject_modal,
    done_modal,
    full_request_modal,
    reject_modal,
    review_modal,
)
from bot.store.thread import DIRECT


@dataclass(frozen=True)
class _Says:
    """What a button or an option says, and to which kinds of requests."""

    verdict: Verdict
    kinds: set[RequestKind]


@dataclass(frozen=True)
class _Asks(_Says):
    """One that opens a form first, as it takes words or is to be confirmed."""

    form: Callable[[Request], Block]
    always: bool = False


Said = TypeVar("Said", bound=_Says)

_MENU: Action = "assent:more"
_REVOKE: Action = "assent:revoke"
_VIEW = f"{_MENU} view"
_CANCELS = {"assent:cancel", f"{_MENU} cancel"}

_AT_ONCE: Mapping[str, _Says] = {
    "assent:approve": _Says("approve", {"call"}),
    "assent:again": _Says("approve", {"uncertain"}),
    "assent:continue": _Says("approve", {"limit"}),
    "assent:stop": _Says("reject", {"limit"}),
}

_BY_FORM: Mapping[str, _Asks] = {
    "assent:reject": _Asks("reject", {"call", "uncertain"}, reject_modal),
    "assent:done": _Asks("done", {"uncertain"}, done_modal),
    "assent:review": _Asks("approve", {"call", "uncertain"}, review_modal),
    f"{_MENU} always_approve": _Asks("approve", {"call"}, always_approve_modal, always=True),
    f"{_MENU} always_reject": _Asks("reject", {"call"}, always_reject_modal, always=True),
}


async def on_click(listening: Listening, click: Click) -> None:
    """Record what a click says; what it opens, and what its person is told, follows the ack."""
    if _word(click) in _BY_FORM or _word(click) == _VIEW:
        listening.afterwards.begin(_settle(listening, click, _open))
    else:
        await _settle(listening, click, _record)


def _word(click: Click) -> str:
    """Which button it was, or which option of the menu."""
    return f"{_MENU} {click.value}" if click.action_id == _MENU else click.action_id


async def _settle(listening: Listening, click: Click, act: Callable[[Listening, Click], Awaitable[None]]) -> None:
    refusal = await refusal_of(act(listening, click))
    if refusal:
        listening.tell(click.user.id, click.place(listening.team), refusal.content, trigger_id=click.trigger_id)


async def _record(listening: Listening, click: Click) -> None:
    address = _address(click)
    request = await _request(listening, click, address)
    if _word(click) in _CANCELS:
        return await cancel(listening, address.thread, user=click.user.id, run_id=request.run)
    if _word(click) == _REVOKE:
        return await revoke_grant(listening, request, address, user=click.user.id)
    says = _meant_for(request, _AT_ONCE.get(_word(click)))
    return await count(listening, request, Ballot(click.user.id, address, says.verdict))


async def _open(listening: Listening, click: Click) -> None:
    """Open a form for somebody whose word would count, or the whole request for whoever sees the card."""
    address = _address(click)
    request = await _request(listening, click, address)
    if _word(click) == _VIEW:
        return await _open_modal(listening, click, full_request_modal(request))
    asks = _meant_for(request, _BY_FORM.get(_word(click)))
    ballot = Ballot(click.user.id, address, asks.verdict, typed_name=request.tool, always=asks.always)
    await would_count(listening, request, ballot)
    return await _open_modal(listening, click, asks.form(request))


def _meant_for(request: Request, says: Said | None) -> Said:
    """What was said, if a request of its kind has such a button."""
    if says is None or request.kind not in says.kinds:
        raise NotCounted(notices.not_here())
    return says


async def _open_modal(listening: Listening, click: Click, view: Block) -> None:
    await listening.writer.open_modal(click.trigger_id or "", view)


def _address(click: Click) -> Address:
    return Address.parse_block_id(click.block_id) if click.action_id == _MENU else Address.parse(click.value)


async def _request(listening: Listening, click: Click, address: Address) -> Request:
    """The request that was clicked on, if the click came from where its card stands."""
    thread = address.thread
    in_place = click.channel_id == thread.channel and click.thread_ts == (None if thread.ts == DIRECT else thread.ts)
    if not (in_place and click.message_ts):
        raise NotCounted(notices.not_here())
    request = await find_request(listening, address)
    if request.settled and click.action_id != _REVOKE:
        return request  # nothing counts any more, wherever it was clicked
    stands_at = await listening.posts.adopt(thread, names.card(request.name), click.message_ts)
    if stands_at != click.message_ts:
        raise NotCounted(notices.another_copy())
    return request
