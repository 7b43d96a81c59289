"""Everything that the work on threads needs, passed in once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.agents import Agent, Origin, RunConfig
from bot.agents.pricing import Prices
from bot.approvals.policy import Approvers
from bot.slack.directory import Directory
from bot.slack.writer import ThreadWriter
from bot.store.client import Client
from bot.store.posts import Posts
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread


class Enqueue(Protocol):
    """Hands work to the engine, best effort: what is lost is found by the sweep."""

    async def advance(self, thread: Thread) -> None: ...

    async def show(self, thread: Thread, name: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Work:
    """The agents, who may decide, and the doors to Redis and Slack.

    `context` gives what tools see as `ctx.context`, for whoever asked. `hint` is a sentence for cards.
    `shuts_down_in` is how long running calls may go on when the process is told to stop. With `prices` the log says
    what a run has cost.
    """

    client: Client
    agent: Agent[Any]
    agents: Mapping[str, Agent[Any]]
    run_config: RunConfig
    context: Callable[[Origin | None], Awaitable[Any]]
    approvers: Approvers
    expires_for: timedelta
    max_turns: int
    runs: Runs
    requests: Requests
    posts: Posts
    directory: Directory
    writer: ThreadWriter
    hint: str = ""
    prices: Prices | None = None
    shuts_down_in: timedelta = timedelta(seconds=10)
