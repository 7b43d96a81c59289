"""What the tests of examples run in: no proxies, houses with the whole bot, and a provider by the environment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.examples.provider import Provider
from tests.journeys.house import Houses


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def houses(redis_url: str) -> AsyncIterator[Houses]:
    async with AsyncExitStack() as stack:
        yield Houses(redis_url, stack)


@pytest.fixture
async def provider(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    async with AsyncExitStack() as stack:
        yield Provider(stack, monkeypatch)
