"""JSON as it comes over the wire: read without trusting its shape."""

import json
from typing import Any, cast

JsonObject = dict[str, Any]
"""One JSON object whose fields nobody has looked at yet."""


def an_object(value: object) -> JsonObject:
    """`value` if it is an object, else an empty one."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}  # JSON's keys are strings


def a_list(value: object) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []  # isinstance leaves the items unknown


def objects(value: object) -> list[JsonObject]:
    """The objects in `value`, if it is a list."""
    return [cast("JsonObject", one) for one in a_list(value) if isinstance(one, dict)]


def text(value: object) -> str:
    """`value` if it is a string, else the empty one."""
    return value if isinstance(value, str) else ""


def strings(value: object) -> list[str]:
    """The strings in `value`, if it is a list; the parts of a comma-separated string, as forms write lists."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [one for one in a_list(value) if isinstance(one, str)]


def parsed(value: object) -> object:
    """`value`, read as JSON when it is a string that is JSON: form fields carry blocks and views that way."""
    if not isinstance(value, str):
        return value
    try:
        return cast("object", json.loads(value))
    except ValueError:
        return value


def size(value: object) -> int:
    """How many bytes `value` takes as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
