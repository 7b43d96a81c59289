"""A call's arguments as people see them: without secrets, with everything in them visible; JSON is indented."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from bot.approvals.redact import marks_in, without_secrets, without_tokens
from bot.slack.text import packed, size, visible, without_look_alikes

DEEPEST_INDENTED = 12
"""Deeper arguments stand on one line: indentation would make many times their size of them."""


_SPARED = 16
"""Which part of what may be shown is left out rather than to show a line without its beginning or its end."""


@dataclass(frozen=True)
class Shown:
    """Arguments as text, whole, what was done to them, a sentence each, and what they are called.

    `summary` is a sentence about them in Slack's markup, or the empty text.
    """

    text: str
    notes: tuple[str, ...]
    title: str = "Arguments"
    summary: str = ""


def shown(arguments: str, *, telling_names: bool = True) -> Shown:
    """The arguments of a request for people to read; text that is not JSON is shown as it is.

    Without `telling_names` what stands under "password" and the like is shown: where it may be run.
    """
    return literally(_indented(arguments, telling_names=telling_names), of=arguments)


def literally(text: str, *, of: str) -> Shown:
    """A text made from the arguments `of`, as it stands but for secrets and what would deceive."""
    clean = without_tokens(text)
    one_alphabet = without_look_alikes(clean)
    notes: list[str] = []
    if redacted := marks_in(clean) - marks_in(of):
        notes.append("One secret is redacted." if redacted == 1 else f"{redacted} secrets are redacted.")
    if one_alphabet != clean:
        notes.append("It has letters that look like others; they are written as \\u codes.")
    return Shown(visible(one_alphabet), tuple(notes))


def object_in(arguments: str) -> dict[str, JsonValue] | None:
    """The arguments as an object, or None when they are none that could be written down again as they are."""
    try:
        value = _read(arguments)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def head_and_tail(text: str, limit: int) -> tuple[str, str]:
    """The text whole and "", or its first three quarters and its last quarter of `limit`, in lines if they fit."""
    if size(text) <= limit:
        return text, ""
    head = _first(text, limit * 3 // 4)
    tail = _first(text[::-1], limit // 4)[::-1]
    head_ends, tail_begins = head.rfind("\n") + 1, tail.find("\n") + 1
    if len(head) - head_ends < limit // _SPARED:
        head = head[:head_ends]
    if tail_begins < limit // _SPARED:
        tail = tail[tail_begins:]
    return head, tail


def pieces(text: str, *, of: int) -> Iterator[str]:
    """The text in pieces of at most `of` bytes as JSON in ASCII, at line borders where there are some."""
    return packed(_parts(text, of), of, measure=_bytes)


def _indented(arguments: str, *, telling_names: bool) -> str:
    """The JSON written anew, or the very text where that would say less or something else."""
    try:
        value = without_secrets(_read(arguments)) if telling_names else _read(arguments)
        indent = 2 if _depth(value) <= DEEPEST_INDENTED else None
        return json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def _read(arguments: str) -> JsonValue:
    """The value of a JSON text; ValueError when there is none, or when writing it again would lose something of it."""
    value: JsonValue = json.loads(
        arguments, object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_no_constant
    )
    return value


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _integer(digits: str) -> int:
    if str(int(digits)) != digits:
        raise ValueError("another number would be shown")
    return int(digits)


def _float(digits: str) -> float:
    if repr(float(digits)) != digits:
        raise ValueError("another number would be shown")
    return float(digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _depth(value: JsonValue) -> int:
    match value:
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
        case _:
            return 0


def _first(text: str, limit: int) -> str:
    """As much of the start as fits into `limit`."""
    first = text[:limit]
    while (excess := size(first) - limit) > 0:
        first = first[: -((excess + 1) // 2)]  # a character that is taken off counts two at most
    return first


def _parts(text: str, of: int) -> Iterator[str]:
    """Lines with their ends, those that are too long in parts."""
    for line in text.splitlines(keepends=True):
        if _bytes(line) <= of:
            yield line
            continue
        step = of // 12  # a character takes at most twelve bytes
        for start in range(0, len(line), step):
            yield line[start : start + step]


def _bytes(text: str) -> int:
    return len(json.dumps(text)) - 2
