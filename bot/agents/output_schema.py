"""The form of an agent's final answer: what the model is told of it, and how its text is read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, JsonValue, RootModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

from bot.agents.errors import ModelBehaviorError, UserError
from bot.agents.tools.strict_schema import strict_schema

T = TypeVar("T")


class AgentOutputSchemaBase(ABC):
    """The form of an answer. `AgentOutputSchema` makes one of a type; an app may write its own."""

    @abstractmethod
    def is_plain_text(self) -> bool:
        """Whether any text will do."""

    @abstractmethod
    def name(self) -> str:
        """What people call the form."""

    @abstractmethod
    def json_schema(self) -> dict[str, JsonValue]:
        """What the model is told; plain text has none, and raises `UserError`."""

    @abstractmethod
    def is_strict_json_schema(self) -> bool:
        """Whether the provider is to hold the model to the schema."""

    @abstractmethod
    def validate_json(self, json_str: str) -> Any:
        """The answer as a value. Raises `ModelBehaviorError` when it has another form."""


@dataclass(frozen=True)
class AgentOutputSchema(AgentOutputSchemaBase):
    """The form of a type: a pydantic model, a dataclass, a `TypedDict`, or whatever else can be read from JSON.

    What is no JSON object goes as the field `response` of one, as providers take nothing else. None and `str` mean
    plain text. Raises `UserError` for a type without a schema, and without a strict one unless `strict_json_schema` is
    False.
    """

    output_type: Any
    strict_json_schema: bool = True

    def __post_init__(self) -> None:
        if not self.is_plain_text():
            _ = self._schema  # an app is to learn here that there is none, and not when the model is asked

    def is_plain_text(self) -> bool:
        return self.output_type is None or self.output_type is str

    def name(self) -> str:
        return _name(self.output_type)

    def json_schema(self) -> dict[str, JsonValue]:
        if self.is_plain_text():
            raise UserError("Plain text has no schema. Ask is_plain_text() first.")
        return self._schema

    def is_strict_json_schema(self) -> bool:
        return self.strict_json_schema

    def validate_json(self, json_str: str) -> Any:
        if self.is_plain_text():
            return json_str
        try:
            read = self._form.model_validate_json(json_str)
        except ValidationError as error:
            wrong = _wrong(error, known=set(_fields(self._schema)))
        else:
            return _value(read)
        # the error of pydantic holds the answer, so that it is not even the cause of ours
        raise ModelBehaviorError(f"The model's answer has not the form of {self.name()}: {wrong}.")

    @cached_property
    def _form(self) -> type[BaseModel]:
        """What reads the answer."""
        kind = self.output_type
        if not _is_object(TypeAdapter(kind).json_schema()):
            return _Wrapped[kind]
        return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else _Bare[kind]

    @cached_property
    def _schema(self) -> dict[str, JsonValue]:
        try:
            if not self.strict_json_schema:
                return self._form.model_json_schema()
            return strict_schema(
                self._form,
                failing=f"No strict schema can be made of {self.name()}",
                instead=f"AgentOutputSchema({self.name()}, strict_json_schema=False)",
            )
        except (PydanticUserError, PydanticUndefinedAnnotation) as error:
            raise UserError(
                f"No schema can be made of {self.name()}, so that it cannot be an output_type: {error}"
            ) from error


class _Wrapped(BaseModel, Generic[T]):
    """A type that is no object."""

    response: T


class _Bare(RootModel[T], Generic[T]):
    """A type that is an object, and no model of pydantic."""


def _value(read: BaseModel) -> Any:  # Any: of the type that the app named
    match read:
        case _Wrapped(response=value) | _Bare(root=value):  # pyright: ignore[reportUnknownVariableType]: as above
            return value  # pyright: ignore[reportUnknownVariableType]
        case _:
            return read


def _is_object(schema: dict[str, Any]) -> bool:
    """Whether a schema is of a JSON object; that of a model which holds itself only refers to the object."""
    found = schema.get("$defs", {}).get(str(schema.get("$ref", "")).removeprefix("#/$defs/"), schema)
    return found.get("type") == "object"


def _wrong(error: ValidationError, *, known: set[str]) -> str:
    """Where and what is wrong, in words that have nothing of the answer: neither values nor keys of its own."""
    errors = error.errors(include_url=False, include_input=False, include_context=False)
    places = [".".join(str(at) if isinstance(at, int) or at in known else "?" for at in each["loc"]) for each in errors]
    wrong = [f"{each['type']} at {place or 'its top'}" for each, place in zip(errors, places, strict=True)]
    return "; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if len(wrong) > 5 else "")


def _fields(schema: JsonValue) -> Iterator[str]:
    """The names of all fields in a schema."""
    if isinstance(schema, list):
        yield from (name for inner in schema for name in _fields(inner))
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        yield from (name for inner in schema.values() for name in _fields(inner))


def _name(kind: object) -> str:
    """A type as one writes it."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(origin, type) and inner and origin.__module__ == "builtins":
        return f"{origin.__name__}[{', '.join(map(_name, inner))}]"
    return kind.__name__ if isinstance(kind, type) and not inner else str(kind)
