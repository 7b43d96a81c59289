"""Somebody revokes an "always": it ends, or the person learns why it does not."""

from __future__ import annotations

from datetime import datetime

import structlog
from structlog.typing import FilteringBoundLogger

from bot.approvals.decide import Outcome
from bot.approvals.request import Request
from bot.approvals.revoking import revoke
from bot.slack import notices
from bot.slack.address import Address
from bot.slack.listeners.counting import NotCounted, look_up, raise_if_refused
from bot.slack.listeners.listening import Listening

_log: FilteringBoundLogger = structlog.get_logger()


async def revoke_grant(listening: Listening, request: Request, address: Address, *, user: str) -> None:
    """Record that the grant of `request` is to end; it has ended when this returns. Raises `NotCounted`."""
    holding = [grant.name for grant in await listening.grants.of(address.thread)]
    if request.always and not request.revocation and request.name not in holding:
        raise NotCounted(notices.holds_no_more())
    voter = await look_up(listening, request, user=user)

    def revoked(current: Request, now: datetime) -> Outcome:
        return revoke(current, voter, now, nonce=address.nonce)

    outcome = await listening.requests.change(address.thread, request.name, revoked)
    await listening.wake_up(address.thread)
    _log.info(
        "revoked" if outcome.refusal is None else "not revoked",
        thread=request.thread,
        request=request.name,
        by=user,
        why=outcome.refusal and outcome.refusal.code,
    )
    await raise_if_refused(listening, outcome)
