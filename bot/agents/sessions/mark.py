"""Where in a session a run began, whatever became of the session since."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.agents.record.plain import Item
from bot.agents.sessions.append import content_of

_LOOKED_AT = 4
"""Items that are enough to know the end of a history by."""


def mark_of(items: Sequence[Item]) -> str:
    """What the end of a history is known by later; empty where nothing is."""
    if not items:
        return ""
    return hashlib.sha256("\n".join(map(content_of, items[-_LOOKED_AT:])).encode()).hexdigest()


def place_of(mark: str, items: Sequence[Item], *, before: int) -> int | None:
    """How many of the items stand up to the mark, at most `before`; None when it is not there any more."""
    if not mark:
        return min(before, len(items))
    places = range(min(before, len(items)), 0, -1)
    return next((place for place in places if mark_of(items[max(0, place - _LOOKED_AT) : place]) == mark), None)
