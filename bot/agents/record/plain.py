"""What every part of the saved state has in common."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, GetPydanticSchema, JsonValue
from pydantic_core import core_schema

_AS_IT_IS = GetPydanticSchema(lambda _type, _handler: core_schema.dict_schema(core_schema.str_schema()))
"""What comes here is JSON by its door: to look at each value again costs 10 us an item."""

Item: TypeAlias = Annotated[dict[str, JsonValue], _AS_IT_IS]
"""Something in the history, as the provider's API has it."""


class Plain(BaseModel):
    """Plain JSON: a field that it does not know is an error, and an error never shows what was in the JSON."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Still(Plain):
    """A value: it never changes."""

    model_config = ConfigDict(frozen=True)


def copied(item: Item) -> Item:
    """A copy that shares nothing."""
    return {key: _copied(value) for key, value in item.items()}


def _copied(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def text_of(item: Item, field: str) -> str:
    """A field of a provider's item that is text, or the empty text."""
    text = item.get(field)
    return text if isinstance(text, str) else ""
