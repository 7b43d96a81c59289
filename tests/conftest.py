"""What every test may use: a real Redis of its own, and the spans that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from bot.store.client import worker_client
from bot.store.embedded import EmbeddedRedis
from tests.agents.spans import Recorded, Switch


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """The Redis server of this test run."""
    server = EmbeddedRedis.start(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
async def redis_url(redis_server: EmbeddedRedis) -> str:
    """The address of a Redis server with nothing in it."""
    client = worker_client(redis_server.url)
    await client.command("FLUSHALL")
    await client.aclose()
    return redis_server.url


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screens", type=Path, help="keep the browser journeys' screenshots in this directory")


@pytest.fixture
def screens(pytestconfig: pytest.Config) -> Path | None:
    """Where screenshots are kept, if the run was told to keep any."""
    return pytestconfig.getoption("--screens")


@pytest.fixture(scope="session")
def switch() -> Switch:
    """Where spans go, from the first test on that wants to see them."""
    provider, switch = TracerProvider(), Switch()
    provider.add_span_processor(switch)
    trace.set_tracer_provider(provider)
    return switch


@pytest.fixture
def recorded(switch: Switch) -> Iterator[Recorded]:
    """The spans that a test makes."""
    recorded = Recorded()
    switch.to = SimpleSpanProcessor(recorded.exporter)
    yield recorded
    switch.to = None
