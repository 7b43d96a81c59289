"""What a run needs beside its state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.agents.error_handlers import RunErrorHandler
from bot.agents.hooks import RunHooks
from bot.agents.loop.journal import Journal
from bot.agents.loop.within import Agents
from bot.agents.record.people import Origin
from bot.agents.record.plain import Item
from bot.agents.record.tree import DEFAULT_MAX_TURNS
from bot.agents.run_config import RunConfig
from bot.agents.sessions.interface import Session
from bot.agents.stream_events import StreamEvent

CANCEL_GRACE = timedelta(seconds=10)
"""How long a call that runs may go on after the run was cancelled."""


async def _no_context(_: Origin | None) -> None:
    """An app that has no object of its own."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Who takes part, what tools see, how the run is kept, and who is told.

    `history` is the conversation before this run. `context` gives what tools see as `ctx.context`, for whoever asked.
    With `tell` the model's answers are streamed, and every event is told. `more_turns` is what a person allows who lets
    a run go on that is at its limit. What the run brings is written into `session`.
    `on_limit` may make an answer at the limit of turns.
    """

    agents: Agents
    config: RunConfig = field(default_factory=RunConfig)
    hooks: RunHooks[Any] | None = None
    context: Callable[[Origin | None], Awaitable[Any]] = _no_context
    history: Sequence[Item] = ()
    journal: Journal = field(default_factory=Journal)
    tell: Callable[[StreamEvent], None] | None = None
    cancel_grace: timedelta = CANCEL_GRACE
    more_turns: int = DEFAULT_MAX_TURNS
    session: Session | None = None
    on_limit: RunErrorHandler | None = None
