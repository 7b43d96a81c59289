"""Whether arguments fit the schema that a server gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType]: untyped there
from pydantic import JsonValue
from referencing import Registry

_MOST_ERRORS = 5
_NOTHING_ELSE: Registry[Any] = Registry()
"""A schema refers to itself and to nothing from elsewhere."""


def objection_of(tool: str, schema: Mapping[str, JsonValue]) -> Callable[[dict[str, JsonValue]], str | None]:
    """Says why arguments do not fit, for the model to read; the server looks again in its own way."""

    def objection(arguments: dict[str, JsonValue]) -> str | None:
        validator: Validator = _VALIDATOR(schema, registry=_NOTHING_ELSE)
        try:
            errors = list(islice(validator.iter_errors(arguments), _MOST_ERRORS))
        except Exception as error:  # noqa: BLE001 - a schema may be anything, and refer to anything
            return f"Arguments for {tool} cannot be checked: its schema is broken ({type(error).__name__})."
        wrong = "; ".join(f"{'.'.join(map(str, error.path)) or 'arguments'}: {error.message[:200]}" for error in errors)
        return f"Invalid arguments for {tool}: {wrong}." if wrong else None

    return objection


def _unchecked(_validator: Validator, _value: Any, _instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """A keyword that is left to the server: whoever writes it chooses how long the check takes."""
    yield from ()


def _additional(validator: Validator, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if "patternProperties" not in schema:
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, value, instance, schema)


_VALIDATOR: Any = extend(  # pyright: ignore[reportUnknownVariableType]: untyped there
    Draft202012Validator,
    {
        "pattern": _unchecked,
        "patternProperties": _unchecked,
        "uniqueItems": _unchecked,
        "unevaluatedProperties": _unchecked,
        "additionalProperties": _additional,
    },
)
