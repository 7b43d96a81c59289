"""What is served: an agent, how its context is made, and the configuration of its runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from bot.agents import Agent, Origin, RunConfig

ContextFactory = Callable[[Origin], object | Awaitable[object]]


@dataclass(frozen=True)
class Served:
    """An agent as the bot serves it.

    `context`, plain or async, gets who asked and where, and returns what tools see as `ctx.context`; it is called each
    time that a process takes a run up, so what it returns need not survive a restart.
    """

    agent: Agent[Any]
    _: KW_ONLY
    context: ContextFactory | None = None
    run_config: RunConfig = field(default_factory=RunConfig)
