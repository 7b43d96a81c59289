"""Reach the Redis that keeps the requests, for commands that work beside a running bot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.approvals.request import Request
from bot.cli.failed import CommandFailed
from bot.cli.local import REDIS_OF_LOCAL
from bot.cli.serve import REDIS_OF_SERVE
from bot.config import StoreSettings
from bot.store.client import Client, worker_client
from bot.store.embedded import running_url
from bot.store.thread import Thread


@asynccontextmanager
async def kept(settings: StoreSettings, *, data_dir: Path | None) -> AsyncGenerator[Client]:
    """A client of the Redis that is set, or of the one that a bot runs on the data directory now.

    A directory that is named on the command line wins over `REDIS_URL`. Raises `CommandFailed` when there is neither.
    """
    client = worker_client(_url(settings, data_dir))
    try:
        yield client
    finally:
        await client.aclose()


@dataclass(frozen=True)
class RequestId:
    """A request in one word, as `assent pending` prints it: its thread and its name in it."""

    thread: Thread
    name: str

    @classmethod
    def of(cls, request: Request) -> RequestId:
        return cls(Thread.parse(request.thread), request.name)

    @classmethod
    def parse(cls, word: str) -> RequestId:
        """Raises `CommandFailed` for a word that is no id."""
        address, _, name = word.partition("/")
        try:
            thread = Thread.parse(address)
        except ValueError:
            thread = None
        if thread is None or not name:
            raise CommandFailed(f"{word!r} is no request's id. Copy one from the output of: assent pending")
        return cls(thread, name)

    def __str__(self) -> str:
        return f"{self.thread}/{self.name}"


def _url(settings: StoreSettings, data_dir: Path | None) -> str:
    if settings.redis_url and data_dir is None:
        return settings.redis_url.get_secret_value()
    directory = data_dir or settings.data_dir
    for place in (REDIS_OF_SERVE, REDIS_OF_LOCAL):
        if url := running_url(directory / place):
            return url
    raise CommandFailed(
        f"No bot runs on {directory}. Set REDIS_URL to the Redis that keeps the requests, "
        "or name the data directory of a running assent: --data-dir"
    )
