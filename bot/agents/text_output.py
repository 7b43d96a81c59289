"""What a tool returned, as the model reads it."""

from __future__ import annotations

import json

from pydantic_core import to_jsonable_python

WITHHELD = "The call succeeded. Its output is sensitive, so it is neither kept nor shown."


def output_as_text(value: object) -> str:
    """A text as it is; models, dataclasses and containers as JSON; nothing as the empty text.

    The call has been carried out by now, so whatever cannot be written is told in words instead of raising.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        return json.dumps(to_jsonable_python(value), ensure_ascii=False, separators=(",", ":"))
    except Exception:  # noqa: BLE001 - it may run code of the value's class
        return f"(The tool returned a {type(value).__name__}, which cannot be written as JSON.)"
