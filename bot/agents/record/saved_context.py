"""The app's own object in the saved form of a run: JSON, or typed by the app; never left out in silence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel, JsonValue

from bot.agents.errors import UserError
from bot.agents.record.clean import too_deep

Serializer: TypeAlias = Callable[[Any], Mapping[str, Any]]
"""Makes a mapping of JSON of the app's object."""

Deserializer: TypeAlias = Callable[[dict[str, Any]], Any]
"""Makes the app's object of such a mapping again."""


def saved_context(context: Any, serializer: Serializer | None, *, strict: bool) -> tuple[JsonValue, str]:
    """The object as JSON, and its class where it was more than that. Raises `UserError`."""
    if context is None:
        return None, ""
    kind = _kind(context)
    if serializer:
        made: object = serializer(context)
        if not isinstance(made, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]: the app's
            raise UserError(f"The context_serializer must make a mapping, and made a {type(made).__name__}.")
        return _as_json(dict(made), kind), kind  # pyright: ignore[reportUnknownArgumentType]: the app's
    if strict and kind:
        raise UserError(f"The context is a {kind}, no mapping: with strict_context it needs a context_serializer.")
    if isinstance(context, BaseModel):
        return context.model_dump(mode="json"), kind
    return _as_json(context if kind else dict(context), kind or "dict"), ""


def restored_context(kept: JsonValue, kind: str, override: Any, deserializer: Deserializer | None, strict: bool) -> Any:
    """The object for a run that was loaded. Raises `UserError`."""
    if override is not None:
        return override
    if deserializer and kept is not None:
        if not isinstance(kept, dict):
            raise UserError("The context of this run is no mapping, so no context_deserializer can read it.")
        return deserializer(dict(kept))
    if kind and strict:
        raise UserError(
            f"The context of this run was a {kind}: with strict_context it needs a context_deserializer or a "
            "context_override."
        )
    return MissingContext(kind) if kind else kept


class MissingContext:
    """Stands for an object that was kept as JSON, until the app gives it again."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def missing(self) -> UserError:
        return UserError(
            f"The context of this run was a {self.kind}. Give context= when you go on, or load the run with "
            "context_deserializer= or context_override=."
        )


def _kind(context: Any) -> str:
    return "" if isinstance(context, Mapping) else type(context).__name__


def _as_json(value: Any, kind: str) -> JsonValue:
    try:
        if too_deep(read := json.loads(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())):
            raise ValueError("It is too deeply nested.")
        return read
    except (TypeError, ValueError, RecursionError) as error:
        raise UserError(
            f"The context is a {kind}, which is no JSON, so it cannot be saved with the run. Use a dict or a pydantic "
            "model, give a context_serializer, or leave it out and give it again as context= when you go on."
        ) from error
