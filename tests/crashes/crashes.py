"""Which story is broken off where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.crashes.child import By, Stop


@dataclass(frozen=True)
class Crash:
    """A story whose bot stops itself when it passes `point` for the `nth` time."""

    story: str
    by: By
    point: str
    nth: int

    @property
    def stop(self) -> Stop:
        return Stop(point=self.point, nth=self.nth, by=self.by)

    def __str__(self) -> str:
        return f"{self.story}, {self.by} at {self.point} {self.nth}"


_Passes = Mapping[str, tuple[int, ...]]

_KILLED: Mapping[str, _Passes] = {
    "one gated call": {
        "listener entered": (1, 2),
        "index lowered": (1, 2),
        "inbox written": (1,),
        "claimed": (1, 2),
        "next run begins": (1,),
        "next run began": (1,),
        "model asked": (1, 2),
        "response saved": (1, 2),
        "requests opened": (1,),
        "posting noted": (1, 2),
        "card posted": (1,),
        "shown noted": (1,),
        "released": (1, 2),
        "vote settled": (1,),
        "calls about to start": (1,),
        "started saved": (1,),
        "body done": (1,),
        "call ended saved": (1,),
        "post updated": (1,),
        "reply posted": (1,),
    },
    "two gated calls, one rejected": {
        "listener entered": (3,),
        "response saved": (1,),
        "requests opened": (1,),
        "card posted": (1, 2),
        "vote settled": (1, 2),
        "started saved": (1,),
        "body done": (1,),
        "call ended saved": (1,),
        "reply posted": (1,),
    },
    "a free call": {
        "response saved": (1,),
        "calls about to start": (1,),
        "started saved": (1,),
        "body done": (1,),
        "call ended saved": (1,),
    },
    "a repeatable call": {
        "calls about to start": (1,),
        "started saved": (1,),
        "body done": (1,),
        "call ended saved": (1,),
    },
    "a message while waiting": {
        "index lowered": (2,),
        "inbox written": (2,),
        "queued posted": (1,),
        "vote settled": (1,),
        "started saved": (1,),
        "model asked": (2,),
        "response saved": (2,),
    },
    "another question": {
        "inbox written": (2,),
        "next run begins": (2,),
        "next run began": (2,),
        "response saved": (2, 3),
        "posting noted": (2,),
        "reply posted": (1, 2),
    },
    "a cancel at work": {
        "cancel written": (1,),
        "body done": (1,),
        "cancelled saved": (1,),
        "ended posted": (1,),
    },
    "a cancel": {
        "listener entered": (2,),
        "index lowered": (2,),
        "cancel written": (1,),
        "claimed": (2,),
        "cancelled saved": (1,),
        "vote settled": (1,),
        "ended posted": (1,),
    },
}

_TOLD_TO_STOP: Mapping[str, _Passes] = {
    "two gated calls, one rejected": {
        "listener entered": (1, 2),
        "inbox written": (1,),
        "claimed": (1,),
        "model asked": (1, 2),
        "response saved": (1,),
        "requests opened": (1,),
        "card posted": (1,),
        "vote settled": (1,),
        "started saved": (1,),
        "body done": (1,),
        "call ended saved": (1,),
        "reply posted": (1,),
    },
    "a cancel": {"cancel written": (1,), "cancelled saved": (1,)},
}


def _crashes(by: By, stories: Mapping[str, _Passes]) -> Iterator[Crash]:
    for story, passes in stories.items():
        for point, numbers in passes.items():
            yield from (Crash(story, by, point, nth) for nth in numbers)


KILLED = tuple(_crashes("kill", _KILLED))
TOLD_TO_STOP = tuple(_crashes("term", _TOLD_TO_STOP))
