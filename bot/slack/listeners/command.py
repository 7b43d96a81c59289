"""The command /assent: what waits for a person in this channel."""

from __future__ import annotations

import asyncio

from bot.approvals.request import Request
from bot.slack import notices
from bot.slack.blocks import Content
from bot.slack.listeners.listening import WITHIN, Listening
from bot.slack.listeners.payloads import Command
from bot.slack.listeners.waiting import oldest_waiting
from bot.store.errors import StoreError

_SHOWN = 10


async def on_command(listening: Listening, command: Command) -> Content:
    """The answer, for the one who asks."""
    try:
        async with asyncio.timeout(WITHIN):
            return notices.waiting_here(await _waiting(listening, command.channel_id))
    except (StoreError, TimeoutError):
        return notices.not_looked_up()


async def _waiting(listening: Listening, channel: str) -> list[Request]:
    async def this(other: str) -> bool:
        return other == channel

    return await oldest_waiting(listening, of_channel=this, at_most=_SHOWN)
