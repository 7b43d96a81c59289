"""Make what came from outside fit to be kept: as JSON in UTF-8, and not nested beyond what can be read again."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from pydantic import JsonValue

from bot.agents.errors import UserError
from bot.agents.record.plain import Item

MOST_LEVELS = 100
"""Levels of lists and objects in each other; pydantic reads about 250, less those of the state around it."""


def encodable(text: str) -> str:
    """The text without lone surrogates, which no JSON in UTF-8 can hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def too_deep(value: object) -> bool:
    """Whether lists and objects are nested too deeply to be kept."""
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [inner for each in level for inner in _within(each)]
        if not level:
            return False
    return True


def keepable(items: Sequence[Item]) -> list[Item]:
    """The items, with lone surrogates spelt out and numbers that are none left out; most come back as they are.

    Raises `UserError` for what is no JSON.
    """
    if too_deep(items):
        raise UserError("An item is too deeply nested, or within itself.")
    try:
        json.dumps(items, ensure_ascii=False, allow_nan=False).encode()
    except TypeError as error:
        raise UserError(f"An item is no JSON: {error}. Items are dicts as the provider's API has them.") from error
    except ValueError:
        return [{encodable(key): _keepable(value) for key, value in item.items()} for item in items]
    return list(items)


def _within(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(value.values())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]: any JSON
    return value if isinstance(value, list) else ()  # pyright: ignore[reportUnknownVariableType]: any JSON


def _keepable(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return encodable(value)
        case float():
            return value if math.isfinite(value) else None
        case list():
            return [_keepable(inner) for inner in value]
        case dict():
            return {encodable(key): _keepable(inner) for key, inner in value.items()}
        case _:
            return value
