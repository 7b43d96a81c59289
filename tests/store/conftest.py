"""A client of the test run's Redis, and a thread to speak of."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.store.client import Client, worker_client
from bot.store.thread import Thread


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Client]:
    client = worker_client(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def thread() -> Thread:
    return Thread("T1", "C1", "1763964000.000100")
