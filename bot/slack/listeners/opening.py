"""Somebody opens the App Home."""

from __future__ import annotations

import asyncio

import structlog
from structlog.typing import FilteringBoundLogger

from bot.approvals.ask import AskRules
from bot.approvals.people import not_a_full_member
from bot.slack.api import SlackError
from bot.slack.blocks import Block
from bot.slack.directory import CannotCheck
from bot.slack.home import SHOWN_AT_MOST, home_of, home_of_stranger
from bot.slack.listeners.events import Opened
from bot.slack.listeners.listening import Listening
from bot.slack.listeners.waiting import oldest_granted, oldest_waiting
from bot.store.clock import now
from bot.store.errors import StoreError

_WITHIN = 10.0
"""Seconds: nobody looks longer at a Home that does not change."""

_log: FilteringBoundLogger = structlog.get_logger()


def on_opened(listening: Listening, opened: Opened) -> None:
    """Show the Home as it is to be now, after the ack; what goes wrong leaves the one before."""
    if opened.event.tab == "home":
        listening.afterwards.begin(_publish(listening, opened.event.user))


async def _publish(listening: Listening, person: str) -> None:
    try:
        async with asyncio.timeout(_WITHIN):
            await listening.writer.publish_home(person, await _home(listening, person))
    except (StoreError, SlackError, CannotCheck, TimeoutError) as error:
        _log.warning("a Home was not published, and stays as it was", person=person, error=repr(error))


async def _home(listening: Listening, person: str) -> Block:
    asker = await listening.directory.asker(person, AskRules(team=listening.team))
    if refusal := not_a_full_member(asker, team=listening.team, doing="ask me to do things, or see what waits"):
        return home_of_stranger(listening.bot_user, refusal)

    async def of_theirs(channel: str) -> bool:
        try:
            return await listening.directory.is_member(person, channel)
        except CannotCheck:
            return False  # what cannot be looked up is not shown

    waiting = await oldest_waiting(listening, of_channel=of_theirs, at_most=SHOWN_AT_MOST)
    granted = await oldest_granted(listening, of_channel=of_theirs, at_most=SHOWN_AT_MOST)
    return home_of(listening.bot_user, waiting, granted, at=await now(listening.client))
