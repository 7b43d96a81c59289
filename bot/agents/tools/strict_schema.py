"""JSON schemas in the strict form: every field named and given, and no others."""

from __future__ import annotations

from typing import Any

import openai
from pydantic import BaseModel, JsonValue

from bot.agents.errors import UserError


def strict_schema(model: type[BaseModel], *, failing: str, instead: str) -> dict[str, JsonValue]:
    """The strict schema of a model. Where there can be none it raises `UserError`, which says what failed and what to
    do instead.
    """
    try:
        made = openai.pydantic_function_tool(model, name="schema")["function"]
        schema: Any = made.get("parameters", {})  # a JSON schema
        if _open_object(schema):
            raise ValueError("a dict may have any keys")
    except (TypeError, ValueError) as error:
        raise UserError(f"{failing} ({error}). Use types with fixed fields, or {instead}.") from error
    return schema


def _open_object(schema: JsonValue) -> bool:
    """Whether somewhere in the schema is an object of any keys."""
    if isinstance(schema, dict):
        return bool(schema.get("additionalProperties")) or any(_open_object(inner) for inner in schema.values())
    return isinstance(schema, list) and any(_open_object(inner) for inner in schema)
