"""What a tool returned, as the model reads it."""

from __future__ import annotations

import json
from typing import Literal

from pydantic_core import to_jsonable_python

WITHHELD = "The call succeeded. Its output is sensitive, so it is neither kept nor shown."


def output_as_text(value: object) -> str:
    """A text as it is; models, dataclasses and containers as JSON; nothing as the empty text.

    Bytes are text where they can be, and else base64. The call has been carried out by now, so whatever cannot be
    written is told in words instead of raising.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return (
        _as_json(value, "utf8")
        or _as_json(value, "base64")
        or f"(The tool returned a {type(value).__name__}, which cannot be written as JSON.)"
    )


def _as_json(value: object, bytes_mode: Literal["utf8", "base64"]) -> str | None:
    try:
        return json.dumps(to_jsonable_python(value, bytes_mode=bytes_mode), ensure_ascii=False, separators=(",", ":"))
    except Exception:  # noqa: BLE001 - it may run code of the value's class
        return None
