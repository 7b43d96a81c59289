"""Makes V4A diffs, as a careful author would write them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

_Opcode: TypeAlias = tuple[str, int, int, int, int]


def diff_between(old: str, new: str, *, around: int = 3, end: str = "\n", mark_end: bool = False) -> str:
    """A diff that makes `new` of `old`, with so many unchanged `around` lines; all of them where that is not enough.

    `end` is between the lines of the diff, and of the texts. With `mark_end` a hunk at the end of the text says so.
    """
    before, after = old.split(end), new.split(end)
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(around)
    lines: list[str] = []
    done = 0
    for group in groups:
        (_, first, *_), (_, _, last, *_) = group[0], group[-1]
        at_end = mark_end and last == len(before)
        if not _clear(before, first, last, done=done, at_end=at_end):
            return end.join([*_hunk(before, after, _whole(before, after)), ""])
        lines += [*_hunk(before, after, group), *(["*** End of File"] if at_end else [])]
        done = last
    return end.join([*lines, ""])


def _hunk(before: Sequence[str], after: Sequence[str], group: Sequence[_Opcode]) -> list[str]:
    lines = ["@@"]
    for tag, old_from, old_to, new_from, new_to in group:
        if tag == "equal":
            lines += [f" {line}" for line in before[old_from:old_to]]
        else:
            lines += [f"-{line}" for line in before[old_from:old_to]]
            lines += [f"+{line}" for line in after[new_from:new_to]]
    return lines


def _whole(before: Sequence[str], after: Sequence[str]) -> Sequence[_Opcode]:
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _clear(before: Sequence[str], first: int, last: int, *, done: int, at_end: bool) -> bool:
    """Whether what a hunk wants is in one place only."""
    wanted, count = before[first:last], last - first
    if not wanted:
        return False
    if at_end:
        return before[-1] != "" or before[first - 1 : last - 1] != wanted or first - 1 < done
    return sum(before[place : place + count] == wanted for place in range(done, len(before) - count + 1)) == 1
