"""A bot that is killed, or told to stop, at any step of a run's way: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import pytest

from tests.crashes.crashes import KILLED, TOLD_TO_STOP, Crash
from tests.crashes.ending import check
from tests.crashes.stories import STORIES
from tests.crashes.together import Together


@pytest.mark.parametrize("crash", KILLED, ids=str)
async def test_a_run_whose_bot_was_killed_ends_as_if_undisturbed_or_asks(crash: Crash, together: Together) -> None:
    check(STORIES[crash.story], await together.end(crash))


@pytest.mark.parametrize("crash", TOLD_TO_STOP, ids=str)
async def test_a_bot_that_is_told_to_stop_hands_its_threads_over_at_once(crash: Crash, together: Together) -> None:
    end = await together.end(crash)
    check(STORIES[crash.story], end)
    assert not [request.name for request in end.requests if request.kind == "uncertain"]
