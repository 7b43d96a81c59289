"""The command /assent: what waits for a person in this channel, and what was decided there for later calls."""

from __future__ import annotations

import asyncio

from bot.slack import notices
from bot.slack.blocks import Content
from bot.slack.listeners.listening import WITHIN, Listening
from bot.slack.listeners.payloads import Command
from bot.slack.listeners.waiting import oldest_granted, oldest_waiting
from bot.slack.listing import listed_here
from bot.store.errors import StoreError

_SHOWN = 10


async def on_command(listening: Listening, command: Command) -> Content:
    """The answer, for the one who asks."""
    try:
        async with asyncio.timeout(WITHIN):
            return await _listed(listening, command.channel_id)
    except (StoreError, TimeoutError):
        return notices.not_looked_up()


async def _listed(listening: Listening, channel: str) -> Content:
    async def this(other: str) -> bool:
        return other == channel

    waiting = await oldest_waiting(listening, of_channel=this, at_most=_SHOWN)
    return listed_here(waiting, await oldest_granted(listening, of_channel=this, at_most=_SHOWN))
