"""A whole bot in a process of its own, which stops itself at a fault point when it is told to."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Literal

from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pydantic import BaseModel

from bot.agents.checkpoint import arm
from bot.app.bot import BotConfig, running_bot
from bot.app.logs import set_up_logs
from bot.app.served import Served
from bot.approvals.policy import AnyMember
from bot.cli.until_stopped import until_stopped
from bot.config import drop_proxies
from tests.crashes.fleet import Effects, make_agent

By = Literal["kill", "term", "freeze"]

_SIGNALS: dict[By, signal.Signals] = {
    "kill": signal.SIGKILL,
    "term": signal.SIGTERM,
    "freeze": signal.SIGSTOP,
}


class Stop(BaseModel):
    """Where the bot stops itself: when it passes `point` for the `nth` time."""

    point: str
    nth: int = 1
    by: By = "kill"


class Orders(BaseModel):
    """All that the process is told. Spans are in seconds.

    It makes the file `ready` when it is connected, and writes the fault points that it passes to `passes`.
    """

    redis_url: str
    bot_token: str
    app_token: str
    api_url: str
    model_url: str
    model_key: str
    effects: Path
    passes: Path
    log: Path
    ready: Path
    lease_for: float
    slow_for: float
    shuts_down_in: float
    stop: Stop | None = None


async def serve(orders: Orders) -> None:
    """Be the bot until the process is stopped."""
    http = DefaultAsyncHttpxClient(trust_env=False)  # no proxy for what never leaves this machine
    async with AsyncOpenAI(api_key=orders.model_key, base_url=orders.model_url, http_client=http) as client:
        config = BotConfig(
            redis_url=orders.redis_url,
            slack_bot_token=orders.bot_token,
            slack_app_token=orders.app_token,
            slack_api_url=orders.api_url,
            approvers=AnyMember(),
            openai_client=client,
            shuts_down_in=timedelta(seconds=orders.shuts_down_in),
            lease_for=timedelta(seconds=orders.lease_for),
        )
        agent = make_agent(Effects(orders.effects), slow_for=orders.slow_for)
        async with running_bot(config, Served(agent)) as bot:
            orders.ready.touch()
            await bot.failed


class Passing:
    """Notes each fault point that is passed, and stops the process at the one that it is told."""

    def __init__(self, orders: Orders) -> None:
        self._stop = orders.stop
        self._passes = orders.passes.open("a", buffering=1)
        self._counts: Counter[str] = Counter()

    def __call__(self, point: str) -> None:
        self._counts[point] += 1
        self._passes.write(f"{point}\n")
        if self._stop and (point, self._counts[point]) == (self._stop.point, self._stop.nth):
            os.kill(os.getpid(), _SIGNALS[self._stop.by])


def run(orders_as_json: str) -> None:
    """Be that bot, in a process of its own."""
    orders = Orders.model_validate_json(orders_as_json)
    drop_proxies()
    with orders.log.open("a", buffering=1) as log:
        os.dup2(log.fileno(), sys.stderr.fileno())  # with whatever Python says at the end
        set_up_logs("text")
        arm(Passing(orders))
        until_stopped(serve(orders))
