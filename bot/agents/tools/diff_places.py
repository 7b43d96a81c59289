"""Where the hunks of a diff stand in a text: the one place where each can be, or why there is none."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice

from bot.agents.tools.diff_hunks import Hunk, quoted

_MOST_WORK = 10_000_000
"""Lines that may be compared for one diff: seconds, where a text that repeats itself could take days."""

_MOST_NEARLY = 10
"""How many places are looked at to say where a hunk nearly fits."""

_MOST_SHOWN = 5
"""How many places of a hunk that fits in several are told."""


class Places:
    """Finds the places of hunks, from top to bottom, in the lines of a text.

    A hunk must be found whole, as it is written, and in one place only. Where it would fit in several, its anchors
    choose: it must begin within the block of the last one, that within the block of the one before, and so on. The
    block of a line is the line below it and all that follow while they are blank or indented deeper.
    """

    def __init__(self, lines: list[str], hunks: Sequence[Hunk]) -> None:
        self._lines = lines
        self._wanted = {text for hunk in hunks for text in (*hunk.old_texts, *hunk.anchors)}
        self._work_left = _MOST_WORK

    def find(self, hunk: Hunk, *, start: int) -> int:
        """The line before which `hunk` begins, counted from 0, at or below `start`; raises `PatchRefused`."""
        anchored = self._lowest_anchor(hunk)
        fits = self._fits(hunk, start)
        below = [place for place in fits if place + len(hunk.old) > anchored]
        chosen = self._in_blocks(below, hunk) if len(below) > 1 else below
        if len(chosen) == 1:
            return chosen[0]
        if below:
            raise hunk.refused(
                f"fits {_at_lines(below)}. Give more of the lines around it, or `@@ ` and the line it is below."
            )
        if fits:
            raise hunk.refused(f"fits {_at_lines(fits)} only, which is not below {quoted(hunk.anchors[-1])}.")
        raise hunk.refused(self._why_nowhere(hunk, start))

    def _lowest_anchor(self, hunk: Hunk) -> int:
        """The last anchor at its highest, below those before it; -1 when there are none."""
        line = -1
        for anchor in hunk.anchors:
            found = self._anchored(anchor)
            place = bisect_right(found, line)
            if place == len(found):
                where = "of the text" if line < 0 else f"below line {line + 1} of the text"
                raise hunk.refused(f"is to stand below {quoted(anchor)}, which is no line {where}.")
            line = found[place]
        return line

    def _fits(self, hunk: Hunk, start: int) -> list[int]:
        """All places at or below `start` that have the lines which the hunk wants there."""
        if hunk.at_end:
            ends = self._ends if hunk.old else self._ends[:1]
            return [end - len(hunk.old) for end in ends if self._stands(hunk, end - len(hunk.old), start)]
        if hunk.old:
            return self._fits_of_old(hunk, start)
        return self._fits_of_added(hunk, start)

    def _fits_of_old(self, hunk: Hunk, start: int) -> list[int]:
        found, rarest = min(
            ((self._exact.get(text, ()), line) for line, text in enumerate(hunk.old_texts)),
            key=lambda each: len(each[0]),
        )
        first = bisect_left(found, start + rarest)
        last = bisect_right(found, len(self._lines) - len(hunk.old) + rarest)
        self._spend(hunk, (last - first) * len(hunk.old))
        fits = (found[at] - rarest for at in range(first, last) if self._stands(hunk, found[at] - rarest, start))
        return list(fits if hunk.anchors else islice(fits, _MOST_SHOWN + 1))

    def _fits_of_added(self, hunk: Hunk, start: int) -> list[int]:
        """Lines that are only added stand right below their last anchor; an empty text has but one place for them."""
        if hunk.anchors:
            found = self._anchored(hunk.anchors[-1])
            self._spend(hunk, len(found))
            return [place + 1 for place in found if place + 1 >= start]
        if self._lines == [""] and start == 0:
            return [0]
        raise hunk.refused("only adds lines. Give the lines around them as well, or `@@ ` and the line they are below.")

    def _stands(self, hunk: Hunk, place: int, start: int) -> bool:
        return place >= start and self._lines[place : place + len(hunk.old)] == hunk.old_texts

    def _in_blocks(self, places: Sequence[int], hunk: Hunk) -> list[int]:
        """The places that begin within the blocks of the anchors."""
        anchors, shift = (hunk.anchors, 0) if hunk.old else (hunk.anchors[:-1], 1)
        inside = [place - shift for place in places]
        blocks = [range(len(self._lines) + 1)]
        for anchor in anchors:
            found = self._anchored(anchor)
            self._spend(hunk, len(found))
            heads = _within(found, blocks)
            blocks = [range(line + 1, max(self._block_ends[line], line + 2)) for line in heads]
        return [place + shift for place in _within(inside, blocks)]

    def _why_nowhere(self, hunk: Hunk, start: int) -> str:
        if above := self._fits(hunk, 0):
            return f"fits {_at_lines(above)} only, which the hunk before it has passed. Order hunks from top to bottom."
        for line in hunk.old:
            if line.text not in self._exact:
                alike = self._stripped.get(line.text.strip(), ())
                but = f"; but for white space it is line {alike[0] + 1}, and white space counts" if alike else ""
                return f"wants {quoted(line.text)} (line {line.number} of the diff), which is no line of the text{but}."
        if hunk.at_end:
            return "is not at the end of the text."
        return self._where_nearly(hunk, start)

    def _where_nearly(self, hunk: Hunk, start: int) -> str:
        """Up to which line a hunk fits whose lines are all in the text, but not one after the other."""
        first = hunk.old[0]
        begins = self._exact[first.text]
        below = begins[bisect_left(begins, start) :][:_MOST_NEARLY]
        if not below:
            return f"begins with {quoted(first.text)}, and the hunk before it has passed that line."
        same, place = max((self._alike(hunk, place), place) for place in below)
        wanted, there = hunk.old[same], place + same
        has = f"is {quoted(self._lines[there])}" if there < len(self._lines) else "is not there"
        return (
            f"fits at line {place + 1} of the text, but not to its end: "
            f"line {wanted.number} of the diff wants {quoted(wanted.text)}, and line {there + 1} of the text {has}."
        )

    def _alike(self, hunk: Hunk, place: int) -> int:
        """How many lines of a hunk that does not fit are there."""
        pairs = zip(hunk.old_texts, self._lines[place : place + len(hunk.old)], strict=False)
        return next((count for count, (wanted, has) in enumerate(pairs) if wanted != has), len(self._lines) - place)

    def _anchored(self, anchor: str) -> Sequence[int]:
        """The lines that an anchor may mean: they read the same, or else the same but for white space around them."""
        return self._exact.get(anchor) or self._stripped.get(anchor.strip(), ())

    def _spend(self, hunk: Hunk, lines: int) -> None:
        self._work_left -= lines
        if self._work_left < 0:
            raise hunk.refused("has too many places to look at, as lines repeat. Give rarer lines around each hunk.")

    @cached_property
    def _ends(self) -> Sequence[int]:
        """Where the text ends: before the empty line that a final newline makes, and after it."""
        count = len(self._lines)
        return (count,) if self._lines[-1] else (count - 1, count)

    @cached_property
    def _exact(self) -> Mapping[str, Sequence[int]]:
        return _positions((line, place) for place, line in enumerate(self._lines) if line in self._wanted)

    @cached_property
    def _stripped(self) -> Mapping[str, Sequence[int]]:
        wanted = {line.strip() for line in self._wanted}
        stripped = ((line.strip(), place) for place, line in enumerate(self._lines))
        return _positions((line, place) for line, place in stripped if line in wanted)

    @cached_property
    def _block_ends(self) -> Sequence[int]:
        """Of each line, which line is the first after its block."""
        depths = [len(line) - len(line.lstrip()) for line in self._lines]
        ends, open_blocks = [len(self._lines)] * len(self._lines), list[int]()
        for place, line in enumerate(self._lines):
            if not line.strip():
                continue
            while open_blocks and depths[open_blocks[-1]] >= depths[place]:
                ends[open_blocks.pop()] = place
            open_blocks.append(place)
        return ends


def _positions(found: Iterable[tuple[str, int]]) -> Mapping[str, Sequence[int]]:
    positions: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for line, place in found:
        positions[line].append(place)
    return positions


def _within(places: Sequence[int], blocks: Sequence[range]) -> list[int]:
    """The places that are in a block, where both are in order."""
    inside: list[int] = []
    opened, reach = 0, 0
    for place in places:
        while opened < len(blocks) and blocks[opened].start <= place:
            reach = max(reach, blocks[opened].stop)
            opened += 1
        if place < reach:
            inside.append(place)
    return inside


def _at_lines(places: Sequence[int]) -> str:
    """Some of the places, as people count lines."""
    shown = ", ".join(str(place + 1) for place in places[:_MOST_SHOWN])
    more = " and more" if len(places) > _MOST_SHOWN else ""
    return f"at line {shown}" if len(places) == 1 else f"at lines {shown}{more}"
