"""A session of every kind, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

from tests.agents.sessions.backends import Backend, Open, opening


@pytest.fixture(params=get_args(Backend))
async def open_session(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str) -> AsyncIterator[Open]:
    """Opens sessions of one backend; a test that takes it runs with each."""
    async with opening(request.param, directory=tmp_path, redis_url=redis_url) as open:
        yield open
