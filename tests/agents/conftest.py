"""What tests of agents share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.agents.spans import Recorded, Switch


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
