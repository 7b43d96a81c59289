"""The crashes of the tests that were chosen, all begun at the start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crashes.crashes import Crash
from tests.crashes.together import Together


@pytest.fixture(scope="session", autouse=True)
def together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    """The stories of all tests that have a parameter `crash`, lived through while the other tests run."""
    crashes = [crash for item in request.session.items if (crash := _crash_of(item))]
    together = Together(crashes, tmp_path_factory.mktemp("crashes"))
    yield together
    together.close()


def _crash_of(item: pytest.Item) -> Crash | None:
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):  # only where there are parameters
        return None
    crash = item.callspec.params.get("crash")
    return crash if isinstance(crash, Crash) else None
