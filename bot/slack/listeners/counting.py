"""A click or a form counts, or the person learns why not: the one way from one to the other."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime

import structlog
from structlog.typing import FilteringBoundLogger

from bot.approvals.decide import Outcome, decide
from bot.approvals.people import Voter
from bot.approvals.request import Request, Verdict, Vote
from bot.slack import notices
from bot.slack.address import Address, BadAddress
from bot.slack.api import SlackError
from bot.slack.blocks import Content
from bot.slack.directory import CannotCheck
from bot.slack.listeners.listening import WITHIN, Listening
from bot.store.errors import StoreError, UnknownRequest

_log: FilteringBoundLogger = structlog.get_logger()


class NotCounted(Exception):
    """It does not count; `content` tells the person why, and `plain` says it where there is no markup."""

    def __init__(self, content: Content, plain: str = "") -> None:
        super().__init__(plain or content.text)
        self.content = content
        self.plain = plain or content.text


@dataclass(frozen=True)
class Ballot:
    """What somebody says to the request that they had before them."""

    user: str
    address: Address
    verdict: Verdict
    reason: str = ""
    typed_name: str = ""
    always: bool = False


async def refusal_of(counting: Awaitable[None]) -> NotCounted | None:
    """Why it did not count, or None when it did: whatever goes wrong ends as words for the person."""
    try:
        async with asyncio.timeout(WITHIN):
            await counting
    except NotCounted as refusal:
        return refusal
    except (BadAddress, UnknownRequest):
        return NotCounted(notices.not_here())
    except CannotCheck:
        return NotCounted(notices.could_not_check())
    except (StoreError, SlackError, TimeoutError) as error:
        _log.warning("a click was not recorded", error=repr(error))
        return NotCounted(notices.not_recorded())
    except Exception:  # noqa: BLE001 - a person waits for an answer, and Slack will not ask again
        _log.exception("a click was not recorded")
        return NotCounted(notices.not_recorded())
    return None


async def find_request(listening: Listening, address: Address) -> Request:
    """The request at `address`, for somebody who shows that they had it before them."""
    if address.thread.team != listening.team:
        raise NotCounted(notices.not_here())
    request = await listening.requests.find(address.thread, address.name)
    if request is None:
        raise NotCounted(notices.not_here())
    if not hmac.compare_digest(request.nonce, address.nonce):
        _log.warning("somebody made up an address", thread=request.thread, request=request.name)
        raise NotCounted(notices.not_here())
    return request


async def count(listening: Listening, request: Request, ballot: Ballot) -> None:
    """Record what somebody says; it has been decided when this returns. Raises `NotCounted`."""
    voter = await look_up(listening, request, user=ballot.user)

    def decided(current: Request, now: datetime) -> Outcome:
        return decide(current, _vote(ballot, voter), now)

    outcome = await listening.requests.change(ballot.address.thread, request.name, decided)
    await listening.wake_up(ballot.address.thread)
    _log.info(
        "decided" if outcome.refusal is None else "not decided",
        thread=request.thread,
        request=request.name,
        verdict=ballot.verdict,
        always=ballot.always,
        by=ballot.user,
        why=outcome.refusal and outcome.refusal.code,
    )
    await raise_if_refused(listening, outcome)


async def would_count(listening: Listening, request: Request, ballot: Ballot) -> None:
    """Raise `NotCounted` if this would not count now; nothing is decided by it."""
    voter = await look_up(listening, request, user=ballot.user)

    def refused_or_nothing(current: Request, now: datetime) -> Outcome | None:
        outcome = decide(current, _vote(ballot, voter), now)
        return outcome if outcome.refusal else None

    outcome = await listening.requests.change(ballot.address.thread, request.name, refused_or_nothing)
    if outcome is not None:
        await listening.wake_up(ballot.address.thread)
        await raise_if_refused(listening, outcome)


async def look_up(listening: Listening, request: Request, *, user: str) -> Voter:
    """Somebody as they are now, with what decides whether they may decide."""
    high_risk = request.risk == "high"
    return await listening.directory.voter(user, request.policy, channel=request.channel, high_risk=high_risk)


def _vote(ballot: Ballot, voter: Voter) -> Vote:
    return Vote(
        by=voter,
        verdict=ballot.verdict,
        nonce=ballot.address.nonce,
        revision=ballot.address.revision,
        reason=ballot.reason,
        typed_name=ballot.typed_name,
        always=ballot.always,
    )


async def raise_if_refused(listening: Listening, outcome: Outcome) -> None:
    """Raise `NotCounted` with the refusal of an outcome, if it has one."""
    if outcome.refusal is None:
        return
    named = outcome.request.policy.names_groups
    groups = await listening.directory.groups_by_handle() if named else None
    raise NotCounted(notices.refused(outcome.refusal, outcome.request, groups=groups), outcome.refusal.reason)
