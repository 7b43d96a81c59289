"""Named places in the way of a run at which a test can stop the process."""

from __future__ import annotations

from collections.abc import Callable


class _FaultPoints:
    reached: Callable[[str], None] | None = None


def checkpoint(name: str) -> None:
    """Do nothing, unless `arm` was called."""
    if _FaultPoints.reached is not None:
        _FaultPoints.reached(name)


def arm(reached: Callable[[str], None]) -> None:
    """Call `reached` with the name of each place from now on; for processes that a test starts to kill them there."""
    _FaultPoints.reached = reached
