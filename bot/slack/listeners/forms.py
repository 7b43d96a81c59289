"""Somebody sends a form: everything is checked again, as much may have changed since it was opened."""

from __future__ import annotations

from collections.abc import Mapping

from bot.approvals.request import REASON_LIMIT
from bot.slack import notices
from bot.slack.address import Address
from bot.slack.blocks import Json
from bot.slack.listeners.counting import Ballot, NotCounted, count, find_request, refusal_of
from bot.slack.listeners.listening import Listening
from bot.slack.listeners.payloads import Submission
from bot.slack.modals import OUTCOME, REASON, TYPED_NAME, notice_modal
from bot.slack.text import cut, visible

_INPUT: Mapping[str, str] = {
    "assent:reject": REASON,
    "assent:always_reject": REASON,
    "assent:done": OUTCOME,
    "assent:review": TYPED_NAME,
}
"""The input of each form, beside which a refusal is shown."""

_ERROR_LIMIT = 300


async def on_submit(listening: Listening, submission: Submission) -> dict[str, Json]:
    """Record what a form says; the answer closes it, or tells in it why it does not count."""
    refusal = await refusal_of(_record(listening, submission))
    if refusal is None:
        return {}
    beside = _INPUT.get(submission.view.callback_id)
    if beside:
        return {"response_action": "errors", "errors": {beside: cut(visible(refusal.plain), _ERROR_LIMIT)}}
    return {"response_action": "update", "view": notice_modal(refusal.content)}


async def _record(listening: Listening, submission: Submission) -> None:
    address = Address.parse(submission.view.private_metadata)
    request = await find_request(listening, address)
    await count(listening, request, _ballot(submission, address))


def _ballot(submission: Submission, address: Address) -> Ballot:
    user = submission.user.id
    match submission.view.callback_id:
        case "assent:reject":
            return Ballot(user, address, "reject", reason=submission.typed(REASON)[:REASON_LIMIT])
        case "assent:always_reject":
            return Ballot(user, address, "reject", reason=submission.typed(REASON)[:REASON_LIMIT], always=True)
        case "assent:always_approve":
            return Ballot(user, address, "approve", always=True)
        case "assent:done":
            return Ballot(user, address, "done", reason=submission.typed(OUTCOME)[:REASON_LIMIT])
        case "assent:review":
            return Ballot(user, address, "approve", typed_name=submission.typed(TYPED_NAME))
        case _:
            raise NotCounted(notices.not_here())
