"""Somebody clicks something of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.approvals.request import Request, RequestKind, Verdict
from bot.slack import names, notices
from bot.slack.address import Address
from bot.slack.blocks import Block
from bot.slack.choices import Action
from bot.slack.listeners.cancelling import cancel
from bot.slack.listeners.counting import Ballot, NotCounted, count, find_request, refusal_of, would_count
from bot.slack.listeners.listening import Listening
from bot.slack.listeners.payloads import Click
from bot.slack.modals import done_modal, full_request_modal, reject_modal, review_modal
from bot.store.thread import DIRECT

_VERDICTS: Mapping[str, tuple[Verdict, set[RequestKind]]] = {
    "assent:approve": ("approve", {"call"}),
    "assent:again": ("approve", {"uncertain"}),
    "assent:continue": ("approve", {"limit"}),
    "assent:stop": ("reject", {"limit"}),
}
"""The buttons that decide at once: what they say, and to which requests."""

_FORMS: Mapping[str, tuple[Verdict, set[RequestKind], Callable[[Request], Block]]] = {
    "assent:reject": ("reject", {"call", "uncertain"}, reject_modal),
    "assent:done": ("done", {"uncertain"}, done_modal),
    "assent:review": ("approve", {"call", "uncertain"}, review_modal),
}
"""The buttons that ask for words first."""

_MENU: Action = "assent:more"
_CANCEL: Action = "assent:cancel"


async def on_click(listening: Listening, click: Click) -> None:
    """Record what a click says; what it opens, and what its person is told, follows the ack."""
    if _opens_something(click):
        listening.afterwards.begin(_settle(listening, click, _open))
    else:
        await _settle(listening, click, _record)


def _opens_something(click: Click) -> bool:
    return click.action_id in _FORMS or (click.action_id == _MENU and click.value == "view")


async def _settle(listening: Listening, click: Click, act: Callable[[Listening, Click], Awaitable[None]]) -> None:
    refusal = await refusal_of(act(listening, click))
    if refusal:
        listening.tell(click.user.id, click.place(listening.team), refusal.content, trigger_id=click.trigger_id)


async def _record(listening: Listening, click: Click) -> None:
    address = _address(click)
    request = await _request(listening, click, address)
    if click.action_id == _CANCEL or (click.action_id == _MENU and click.value == "cancel"):
        return await cancel(listening, address.thread, user=click.user.id, run_id=request.run)
    verdict, kinds = _VERDICTS.get(click.action_id, ("reject", set[RequestKind]()))
    if request.kind not in kinds:
        raise NotCounted(notices.not_here())
    return await count(listening, request, Ballot(click.user.id, address, verdict))


async def _open(listening: Listening, click: Click) -> None:
    """Open a form for somebody whose word would count, or the whole request for whoever sees the card."""
    address = _address(click)
    request = await _request(listening, click, address)
    if click.action_id == _MENU:
        return await _open_modal(listening, click, full_request_modal(request))
    verdict, kinds, form = _FORMS[click.action_id]
    if request.kind not in kinds:
        raise NotCounted(notices.not_here())
    ballot = Ballot(click.user.id, address, verdict, typed_name=request.tool)
    await would_count(listening, request, ballot)
    return await _open_modal(listening, click, form(request))


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
    if request.settled:
        return request  # nothing counts any more, wherever it was clicked
    stands_at = await listening.posts.adopt(thread, names.card(request.name), click.message_ts)
    if stands_at != click.message_ts:
        raise NotCounted(notices.another_copy())
    return request
