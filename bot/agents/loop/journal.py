"""How a run is kept while it goes: what the loop is given by whoever keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.agents.record.decision import Decided
from bot.agents.record.message import Message
from bot.agents.record.people import Actor
from bot.agents.record.plain import Still
from bot.agents.record.tree import RunTree


class Incoming(Still):
    """What came for a run from outside: messages it has not taken, decisions made elsewhere, and who cancelled it.

    `revoked` are the paths of calls whose "always" holds no longer.
    """

    messages: Sequence[Message] = ()
    decisions: Sequence[Decided] = ()
    revoked: Sequence[str] = ()
    cancelled_by: Actor | None = None


async def _nowhere(run: RunTree) -> None:
    """A run that nobody keeps."""


async def _nothing() -> Incoming:
    return Incoming()


async def _none() -> Sequence[str]:
    return ()


def _unresolved() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


def _always() -> None:
    """A run that nobody else could hold."""


@dataclass(frozen=True, kw_only=True)
class Journal:
    """The keeper of one run.

    `save` is awaited at each step; when it raises, nothing after it happens. `incoming` tells all that came from
    outside and is not in the run yet, each time. `revoked` is asked just before an "always" lets a call go ahead:
    the paths of those that hold no longer, whether the run has heard of it or not. `moved` is set when it is worth
    asking it. `may_start` is called just before the body of a call, and raises when it must not begin. With
    `stopping` set nothing is begun any more, and the loop ends when what runs has ended. `cancelling` is done as
    soon as somebody has cancelled the run: it stops what the app's own code does beside its tools.
    """

    save: Callable[[RunTree], Awaitable[None]] = _nowhere
    incoming: Callable[[], Awaitable[Incoming]] = _nothing
    revoked: Callable[[], Awaitable[Sequence[str]]] = _none
    may_start: Callable[[], None] = _always
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    cancelling: asyncio.Future[None] = field(default_factory=_unresolved)
