"""Read a V4A diff: which lines it keeps, takes away and adds, and what it says about where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from bot.agents.errors import PatchRefused

_END_OF_FILE = "*** End of File"
_END_OF_PATCH = "*** End Patch"


class HunkLine(NamedTuple):
    """A line of a hunk: kept, taken away or added. `number` is where it stands in the diff, from 1."""

    sign: Literal[" ", "-", "+"]
    text: str
    number: int


@dataclass(frozen=True)
class Hunk:
    """One change: below lines that read as its `anchors`, and with `at_end` at the end of the text.

    `number` counts the hunks of a diff from 1, and `begins` is the line of the diff where this one begins.
    """

    number: int
    begins: int
    anchors: tuple[str, ...]
    lines: tuple[HunkLine, ...]
    at_end: bool

    @cached_property
    def old(self) -> tuple[HunkLine, ...]:
        """The lines that the text must have, one after the other."""
        return tuple(line for line in self.lines if line.sign != "+")

    @cached_property
    def old_texts(self) -> list[str]:
        return [line.text for line in self.old]

    def refused(self, reason: str) -> PatchRefused:
        return PatchRefused(f"Hunk {self.number} (line {self.begins} of the diff) {reason} Nothing was changed.")


def read_hunks(diff: str) -> list[Hunk]:
    """The hunks of a change to a text. Raises `PatchRefused` for what is no V4A diff of one file."""
    lines = _lines(diff)
    hunks: list[Hunk] = []
    at = 0
    while at < len(lines):
        hunk, at = _read_hunk(lines, at, number=len(hunks) + 1)
        hunks.append(hunk)
    return hunks


def read_created(diff: str) -> list[str]:
    """The lines of a new text. Raises `PatchRefused` when the diff does more than to add lines."""
    lines = _lines(diff)
    for number, line in enumerate(lines, start=1):
        if not line.startswith("+"):
            raise _refused_line(number, line, "does not begin with +, as all lines of a new file do.")
    return [line[1:] for line in lines]


def quoted(line: str) -> str:
    """A line as a message shows it."""
    return f"`{line}`" if len(line) <= 100 else f"`{line[:100]}...`"


def _lines(diff: str) -> list[str]:
    """The lines of a diff; a CR before a line's end belongs to the end, and so does a last empty line."""
    lines = [line.removesuffix("\r") for line in diff.split("\n")]
    if not lines[-1]:
        lines.pop()
    if lines and lines[-1].rstrip() == _END_OF_PATCH:
        lines.pop()
    return lines


def _read_hunk(lines: Sequence[str], begin: int, *, number: int) -> tuple[Hunk, int]:
    """The hunk that begins there, and where it ends."""
    at = begin
    anchors: list[str] = []
    while at < len(lines) and lines[at].startswith("@@"):
        anchors += _anchor(lines[at], at + 1)
        at += 1
    if at == begin and number > 1:
        raise _refused_line(at + 1, lines[at], "begins a hunk without @@. Write @@ on a line of its own before it.")
    changes: list[HunkLine] = []
    while at < len(lines) and not lines[at].startswith(("@@", "***")):
        changes.append(_hunk_line(lines[at], at + 1))
        at += 1
    at_end = at < len(lines) and lines[at].rstrip() == _END_OF_FILE
    if not at_end and at < len(lines) and lines[at].startswith("***"):
        raise _refused_line(
            at + 1, lines[at], f"has no place here. Write the changes of one file, and at most {_END_OF_FILE}."
        )
    hunk = Hunk(number, begin + 1, tuple(anchors), tuple(changes), at_end)
    if not changes:
        raise hunk.refused("has no lines. Write the lines that it keeps, takes away and adds.")
    return hunk, at + at_end


def _anchor(line: str, number: int) -> list[str]:
    """The line of the text that an `@@` line names, if it names one."""
    if line.strip() == "@@":
        return []
    if not line.startswith("@@ "):
        raise _refused_line(number, line, "has no space after @@. Write `@@ ` and then a whole line of the text.")
    return [line[len("@@ ") :]]


def _hunk_line(line: str, number: int) -> HunkLine:
    """A line with its sign; an empty line of the diff stands for an empty line of the text."""
    match line[:1]:
        case "" | " ":
            return HunkLine(" ", line[1:], number)
        case "-":
            return HunkLine("-", line[1:], number)
        case "+":
            return HunkLine("+", line[1:], number)
        case _:
            raise _refused_line(
                number, line, "begins with neither a space nor - nor +. Begin lines that stay with a space."
            )


def _refused_line(number: int, line: str, reason: str) -> PatchRefused:
    return PatchRefused(f"Line {number} of the diff, {quoted(line)}, {reason} Nothing was changed.")
