"""What a call is, exactly: the digest that an approval binds to."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

from pydantic import JsonValue

from bot.agents.record.clean import encodable, too_deep


@dataclass(frozen=True, slots=True)
class Arguments:
    """A call's arguments as the model wrote them; of what is no JSON object `value` is None, and `error` says why."""

    text: str
    value: dict[str, JsonValue] | None
    error: str = ""

    @property
    def canonical(self) -> str:
        """One text for all ways to write the same arguments: sorted keys, no spaces."""
        return self.text if self.value is None else canonical(self.value)


def parse_arguments(text: str) -> Arguments:
    """Read what the model wrote; the empty text is an object without keys for tools, and no object for rules."""
    try:
        value: JsonValue = json.loads(text, parse_constant=no_constant, parse_float=finite, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        return Arguments(text, None, f"The arguments are not valid JSON: {_reason(error)}.")
    if not isinstance(value, dict):
        return Arguments(text, None, "The arguments must be a JSON object.")
    if too_deep(value):
        return Arguments(text, None, "The arguments are too deeply nested.")
    if "\\u" in text and (all_of_it := json.dumps(value, ensure_ascii=False)) != encodable(all_of_it):
        return Arguments(text, None, "The arguments hold half of a character.")
    return Arguments(text, value)


def canonical(value: JsonValue) -> str:
    """Canonical JSON: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(agent: str, kind: str, server: str | None, tool: str, arguments: Arguments) -> str:
    """SHA-256 in hexadecimal over all that an approval is about."""
    known = arguments.canonical if arguments.value is not None else f"?{arguments.text}"
    content = json.dumps([agent, kind, server, tool, known], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()


def no_constant(name: str) -> None:
    """For a JSON reader: refuse what only Python takes for JSON."""
    raise ValueError(f"{name} is no JSON")


def finite(digits: str) -> float:
    """For a JSON reader: refuse a number that is too great to be written again."""
    if math.isinf(number := float(digits)):
        raise ValueError(f"{digits[:20]} is too great")
    return number


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Refuse an object with a key twice: people would be shown one value, and something else could read the other."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _reason(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error) or "too deeply nested"
