"""A server over each transport, and an environment without proxies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agents.mcp.reached import Reached, reached


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client of the SDK sends even loopback traffic through a proxy that the environment names."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["stdio", "sse", "streamable-http"])
async def there(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Reached]:
    """The server over each of the transports."""
    async with reached(request.param, tmp_path) as there:
        yield there


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Reached]:
    """The server as a program that we start."""
    async with reached("stdio", tmp_path) as there:
        yield there
