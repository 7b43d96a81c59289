"""What waits for a decision, and what was decided for later calls, for those who may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from bot.approvals.request import Request
from bot.slack.listeners.listening import Listening
from bot.store.pending import Listed

_LOOKED_AT = 1000

OfChannel = Callable[[str], Awaitable[bool]]
"""Whether what is in a channel may be seen."""


async def oldest_waiting(listening: Listening, *, of_channel: OfChannel, at_most: int) -> list[Request]:
    """The oldest requests that wait in the channels for which `of_channel` is true."""
    found: list[Request] = []
    async for waiting in _to_be_seen(listening, await listening.pending.oldest(limit=_LOOKED_AT), of_channel):
        request = await listening.requests.find(waiting.thread, waiting.name)
        if request and not request.settled:
            found.append(request)
        if len(found) == at_most:
            break
    return found


async def oldest_granted(listening: Listening, *, of_channel: OfChannel, at_most: int) -> list[Request]:
    """The oldest requests whose "always" is in force, in the channels for which `of_channel` is true."""
    found: list[Request] = []
    async for granted in _to_be_seen(listening, await listening.granted.oldest(limit=_LOOKED_AT), of_channel):
        in_force = await listening.grants.of(granted.thread)
        found += [grant for grant in in_force if grant.name == granted.name]
        if len(found) == at_most:
            break
    return found


async def _to_be_seen(listening: Listening, listed: Sequence[Listed], of_channel: OfChannel) -> AsyncIterator[Listed]:
    for one in listed:
        if one.thread.team == listening.team and await of_channel(one.thread.channel):
            yield one
