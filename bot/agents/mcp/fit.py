"""Whether arguments fit the schema that a server gives."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType]: untyped there
from pydantic import JsonValue
from referencing import Registry

_log = logging.getLogger(__name__)

LONGEST = 0.1
"""Seconds of this thread's own work that a check may take; others wait meanwhile."""

_MOST_ERRORS = 5
_NOTHING_ELSE: Registry[Any] = Registry()
"""A schema refers to itself and to nothing from elsewhere."""


def objection_of(tool: str, schema: Mapping[str, JsonValue]) -> Callable[[dict[str, JsonValue]], str | None]:
    """Says why arguments do not fit, for the model to read; the server looks again in its own way.

    Where that would take too long it says nothing: the check is the server's alone then, and who must approve still
    has to.
    """

    def objection(arguments: dict[str, JsonValue]) -> str | None:
        of_one_draft = _without_drafts(dict(schema))
        validator: Validator = _VALIDATOR(of_one_draft, registry=_NOTHING_ELSE, format_checker=_Watch())
        try:
            errors = list(islice(validator.iter_errors(arguments), _MOST_ERRORS))
        except _TooLong:
            _log.warning("Arguments for %s are left to its server: they take too long to check by its schema.", tool)
            return None
        except Exception as error:  # noqa: BLE001 - a schema may be anything, and refer to anything
            return f"Arguments for {tool} cannot be checked: its schema is broken ({type(error).__name__})."
        wrong = "; ".join(f"{'.'.join(map(str, error.path)) or 'arguments'}: {error.message[:200]}" for error in errors)
        return f"Invalid arguments for {tool}: {wrong}." if wrong else None

    return objection


def _without_drafts(schema: JsonValue) -> JsonValue:
    """Without the `$schema` of any part, as a part that names a draft would be checked by all keywords of that."""
    if isinstance(schema, list):
        return [_without_drafts(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value if key in ("const", "enum") else _without_drafts(value)
        for key, value in schema.items()
        if key != "$schema" or isinstance(value, dict)
    }


class _TooLong(Exception):
    """A check has taken all the time that it may."""


class _Watch(FormatChecker):
    """Ends a check in time. A format checker, with no formats, is what a validator takes along wherever it descends."""

    def __init__(self) -> None:
        super().__init__(formats=())
        self._ends_at = time.thread_time() + LONGEST

    def look(self) -> None:
        if time.thread_time() > self._ends_at:
            raise _TooLong


_Keyword = Callable[[Any, Any, Any, Any], Iterable[ValidationError] | None]


def _watched(keyword: _Keyword) -> _Keyword:
    def visit(validator: Any, value: Any, instance: Any, schema: Any) -> Iterable[ValidationError] | None:
        validator.format_checker.look()
        return keyword(validator, value, instance, schema)

    return visit


def _unchecked(_validator: Any, _value: Any, _instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """A keyword that is left to the server: whoever writes it chooses how long the check takes."""
    yield from ()


def _additional(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if "patternProperties" not in schema:
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, value, instance, schema)


_LEFT_OUT = ("pattern", "patternProperties", "uniqueItems", "unevaluatedItems", "unevaluatedProperties")

_KEYWORDS: dict[str, _Keyword] = {
    **Draft202012Validator.VALIDATORS,
    **dict.fromkeys(_LEFT_OUT, _unchecked),
    "additionalProperties": _additional,
}

_VALIDATOR: Any = extend(  # pyright: ignore[reportUnknownVariableType]: untyped there
    Draft202012Validator, {name: _watched(keyword) for name, keyword in _KEYWORDS.items()}
)
