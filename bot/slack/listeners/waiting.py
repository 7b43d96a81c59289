"""What waits for a decision, for those who may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.approvals.request import Request
from bot.slack.listeners.listening import Listening

_LOOKED_AT = 1000


async def oldest_waiting(
    listening: Listening, *, of_channel: Callable[[str], Awaitable[bool]], at_most: int
) -> list[Request]:
    """The oldest requests that wait in the channels for which `of_channel` is true."""
    found: list[Request] = []
    for waiting in await listening.pending.oldest(limit=_LOOKED_AT):
        if waiting.thread.team != listening.team or not await of_channel(waiting.thread.channel):
            continue
        request = await listening.requests.find(waiting.thread, waiting.name)
        if request and not request.settled:
            found.append(request)
        if len(found) == at_most:
            break
    return found
