"""Schemas of tools as they can be told to a model."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import JsonValue

from bot.agents.record.clean import MOST_LEVELS, too_deep

_MOST_CHARACTERS = 100_000


def usable(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue] | str:
    """The schema of an object, with what models ask for; or why it cannot be used."""
    if schema.get("type", "object") != "object":
        return "its schema is not that of an object"
    if too_deep(schema):
        return f"its schema is nested more than {MOST_LEVELS} levels deep"
    try:
        length = len(json.dumps(schema, ensure_ascii=False, allow_nan=False).encode())
    except ValueError:
        return "its schema cannot be written as JSON"
    if length > _MOST_CHARACTERS:
        return f"its schema has {length:,} bytes, more than {_MOST_CHARACTERS:,}"
    return {"type": "object", "properties": {}, **schema}


def strict(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
    """The schema with its objects closed and every property required; None where models could not be held to it."""
    try:
        return _closed(dict(schema))
    except _NotStrict:
        return None


class _NotStrict(Exception):
    """Something has no strict form."""


_LOOSE = frozenset(
    {"allOf", "oneOf", "not", "if", "then", "else", "prefixItems", "patternProperties", "propertyNames"}
    | {"dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "contains"}
)
"""Keywords that no strict schema may have."""


def _closed(schema: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(schema, dict) or _LOOSE & set(schema):
        raise _NotStrict
    made = {key: _closed_within(key, value) for key, value in schema.items()}
    if made.get("default", "") is None:
        del made["default"]
    kind = made.get("type")
    if "properties" in made or kind == "object" or (isinstance(kind, list) and "object" in kind):
        properties = made.get("properties")
        if not isinstance(properties, dict) or made.get("additionalProperties", False) is not False:
            raise _NotStrict  # it takes any keys
        made |= {"additionalProperties": False, "required": list(properties)}
    return made


def _closed_within(key: str, value: JsonValue) -> JsonValue:
    match key, value:
        case (("properties" | "$defs" | "definitions"), dict()):
            return {name: _closed(each) for name, each in value.items()}
        case "anyOf", list():
            return [_closed(each) for each in value]
        case "items", _:
            return _closed(value)
        case _:
            return value
