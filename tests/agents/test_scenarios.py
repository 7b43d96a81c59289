"""Save after any step, load in a fresh state, go on: the end is the same as without the break.

A fast subset of `python -m tests.agents.scenarios`.
"""

from __future__ import annotations

import pytest

from tests.agents.scenarios import holds, holds_in_processes
from tests.agents.scripts import scenario

SEED = 7


@pytest.mark.parametrize("number", range(6))
async def test_wherever_a_run_breaks_off_it_ends_as_if_it_had_not(number: int):
    each = scenario(SEED, number)
    print(each)

    tried = await holds(each)

    assert tried["broken lives"] >= tried["saves"] + tried["effects"]


@pytest.mark.parametrize("number", [3])
async def test_it_does_so_when_the_process_really_ends(number: int):
    print(scenario(SEED, number))

    await holds_in_processes(SEED, number)


def test_scenarios_are_the_same_each_time_and_read_as_what_people_and_the_model_say():
    assert scenario(1, 2) == scenario(1, 2) != scenario(1, 3)
    assert str(scenario(0, 42)).splitlines()[1:3] == [
        "  t0.c0 local_shell [rule] ends well; people: approve",
        "  t0.c1 shell [rule] ends raising; people: approve",
    ]
