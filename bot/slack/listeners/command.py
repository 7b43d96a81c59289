"""The command /assent: what waits for a person in this channel."""

from __future__ import annotations

import asyncio

from bot.approvals.request import Request
from bot.slack import notices
from bot.slack.blocks import Content
from bot.slack.listeners.listening import WITHIN, Listening
from bot.slack.listeners.payloads import Command
from bot.store.errors import StoreError

_LOOKED_AT = 1000
_SHOWN = 10


async def on_command(listening: Listening, command: Command) -> Content:
    """The answer, for the one who asks."""
    try:
        async with asyncio.timeout(WITHIN):
            return notices.waiting_here(await _waiting(listening, command.channel_id))
    except (StoreError, TimeoutError):
        return notices.not_looked_up()


async def _waiting(listening: Listening, channel: str) -> list[Request]:
    """The oldest requests that wait in the channel."""
    found: list[Request] = []
    for waiting in await listening.pending.waiting(limit=_LOOKED_AT):
        if (waiting.thread.team, waiting.thread.channel) != (listening.team, channel):
            continue
        request = await listening.requests.find(waiting.thread, waiting.name)
        if request and not request.settled:
            found.append(request)
        if len(found) == _SHOWN:
            break
    return found
