"""The fault points: each is known here, and each step of a run's way has one."""

from __future__ import annotations

import re
from pathlib import Path

import bot
from tests.crashes.crashes import KILLED
from tests.crashes.points import POINTS, REDIS_AWAY, ROWS

_KINDS = ("card", "queued", "reply", "ended")
"""The posts whose fault points a bot passes in our stories."""


def test_every_fault_point_of_the_code_is_in_the_table() -> None:
    assert bot.__file__
    sources = "\n".join(path.read_text() for path in sorted(Path(bot.__file__).parent.rglob("*.py")))
    named = re.findall(r'\bcheckpoint\(f?"([^"]+)"\)', sources)
    assert set(POINTS) == {name.format(kind=kind) for name in named for kind in _KINDS}
    assert sources.count("checkpoint(") - sources.count("def checkpoint(") == len(named)


def test_every_step_of_the_way_has_a_fault_point() -> None:
    assert set(POINTS.values()) == ROWS - {REDIS_AWAY}


def test_the_bot_is_killed_at_every_fault_point() -> None:
    assert {crash.point for crash in KILLED} == set(POINTS)
