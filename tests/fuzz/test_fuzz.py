"""A few inputs of each fuzzer: the long runs are by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from tests.fuzz import arguments, patches, states

SEED = 11


@pytest.mark.parametrize(("fuzz", "inputs"), [(arguments.fuzz, 400), (states.fuzz, 2_000)])
async def test_hostile_input_enters_no_body_and_raises_nothing_but_our_errors(
    fuzz: Callable[[int, int], Awaitable[Counter[str]]], inputs: int
):
    came = await fuzz(inputs, SEED)

    assert len(came) >= 4, "every way to end comes up"


def test_hostile_patches_change_nothing_that_they_may_not():
    assert len(patches.fuzz(500, seed=SEED)) == 4
