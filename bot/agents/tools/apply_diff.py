"""Apply a V4A diff to a text: exactly, or not at all.

A text is lines with line ends between them, so one that ends in a newline has an empty last line. A line of the diff
that begins with a space or `-` must be in the text as it is written, white space and all; only CR before a line's end
is taken for a part of the end. Lines that stay keep their line ends, and new ones get those that the text has most.
"""

from __future__ import annotations

from itertools import chain
from typing import Literal, TypeAlias

from bot.agents.tools.diff_hunks import read_created, read_hunks
from bot.agents.tools.diff_places import Places

ApplyDiffMode: TypeAlias = Literal["default", "create"]


def apply_diff(input: str, diff: str, mode: ApplyDiffMode = "default") -> str:
    """The text after the diff; in the mode "create" a new text of the lines that the diff adds.

    Raises `PatchRefused`, a `ValueError`, when the diff is malformed or a hunk of it does not fit or fits in more than
    one place.
    """
    if mode == "create":
        return _usual_end(diff).join(read_created(diff))
    hunks = read_hunks(diff)
    usual_end = _usual_end(input if "\n" in input else diff)
    old_texts, old_ends = _lines(input)
    places = Places(old_texts, hunks)
    texts, ends = list[str](), list[str]()
    done = 0
    for hunk in hunks:
        place = places.find(hunk, start=done)
        texts += old_texts[done:place]
        ends += old_ends[done:place]
        done = place
        for line in hunk.lines:
            if line.sign != "-":
                texts.append(line.text)
                ends.append(usual_end if line.sign == "+" else old_ends[done])
            done += line.sign != "+"
    return _text([*texts, *old_texts[done:]], [*ends, *old_ends[done:]], usual_end)


def _lines(text: str) -> tuple[list[str], list[str]]:
    """What the lines of a text say, and their ends; the last has none."""
    *ended, last = text.split("\n")
    texts = [line.removesuffix("\r") for line in ended] if "\r" in text else ended
    ends = ["\r\n" if line.endswith("\r") else "\n" for line in ended]
    return [*texts, last], [*ends, ""]


def _text(texts: list[str], ends: list[str], usual_end: str) -> str:
    """The lines as a text; a line that was the last, and is no more, gets the usual end."""
    between = [end or usual_end for end in ends[:-1]]
    return "".join(chain.from_iterable(zip(texts, [*between, ""], strict=True))) if texts else ""


def _usual_end(text: str) -> str:
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
