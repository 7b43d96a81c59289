"""A bot that is killed, or told to stop, at any step of a run's way: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import pytest

from tests.crashes.crashes import KILLED, TOLD_TO_STOP, Crash
from tests.crashes.ending import check
from tests.crashes.stories import STORIES
from tests.crashes.together import Together

_BROKEN_OFF = [crash for crash in KILLED if crash.point in ("started saved", "body done")]
REPEATED = [crash for crash in _BROKEN_OFF if crash.story == "a repeatable call"]
MAY_HAVE_RUN = [crash for crash in _BROKEN_OFF if crash not in REPEATED and STORIES[crash.story].ends == "done"]


@pytest.mark.parametrize("crash", KILLED, ids=str)
async def test_a_run_whose_bot_was_killed_ends_as_if_undisturbed_or_asks(crash: Crash, together: Together) -> None:
    check(STORIES[crash.story], await together.end(crash))


@pytest.mark.parametrize("crash", MAY_HAVE_RUN, ids=str)
async def test_a_call_that_had_been_started_is_put_before_a_person(crash: Crash, together: Together) -> None:
    end = await together.end(crash)
    assert [request.kind for request in end.requests].count("uncertain") == 1


@pytest.mark.parametrize("crash", REPEATED, ids=str)
async def test_a_call_that_may_be_repeated_is_repeated_without_asking(crash: Crash, together: Together) -> None:
    end = await together.end(crash)
    assert not end.requests
    assert len({mark.key for mark in end.marks}) == 1


@pytest.mark.parametrize("crash", TOLD_TO_STOP, ids=str)
async def test_a_bot_that_is_told_to_stop_hands_its_threads_over_at_once(crash: Crash, together: Together) -> None:
    end = await together.end(crash)
    check(STORIES[crash.story], end)
    assert not [request.name for request in end.requests if request.kind == "uncertain"]
