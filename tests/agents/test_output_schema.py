"""The form of an answer: what the model is told of it, and what is read of its text."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, field_validator
from typing_extensions import TypedDict

from bot.agents import AgentOutputSchema, ModelBehaviorError, UserError


class Line(BaseModel):
    article: str
    count: int = 1


class Order(BaseModel):
    """An order."""

    number: str
    lines: list[Line] = Field(default_factory=list[Line])
    note: str | None = None


class Node(BaseModel):
    """A model that holds itself."""

    value: int
    next: Node | None = None


@dataclass
class Place:
    street: str
    floor: int = 0


class Card(TypedDict):
    title: str


class Numbers(RootModel[list[int]]):
    """A model that is no object."""


class Table(RootModel[dict[str, int]]):
    """A model that is an object of any keys."""


@pytest.mark.parametrize(
    ("output_type", "text", "value"),
    [
        (Order, '{"number": "A1", "lines": [{"article": "x", "count": 2}], "note": null}', None),
        (Node, '{"value": 1, "next": {"value": 2, "next": null}}', Node(value=1, next=Node(value=2))),
        (Place, '{"street": "High", "floor": 3}', Place("High", 3)),
        (Card, '{"title": "Hi"}', {"title": "Hi"}),
        (list[str], '{"response": ["a", "b"]}', ["a", "b"]),
        (list[Line], '{"response": [{"article": "x", "count": 2}]}', [Line(article="x", count=2)]),
        (int, '{"response": 7}', 7),
        (bool, '{"response": true}', True),
        (Literal["yes", "no"], '{"response": "no"}', "no"),
        (Order | Card, '{"response": {"title": "Hi"}}', {"title": "Hi"}),
        (Line | None, '{"response": null}', None),
        (Annotated[int, Field(gt=3)], '{"response": 7}', 7),
        (Numbers, '{"response": [1, 2]}', Numbers([1, 2])),
    ],
)
def test_a_type_is_told_as_a_strict_object_and_read_back(output_type: Any, text: str, value: Any):
    schema = AgentOutputSchema(output_type)
    assert not schema.is_plain_text()
    assert schema.is_strict_json_schema()
    assert schema.json_schema()["type"] == "object"
    assert "anyOf" not in schema.json_schema()
    assert_strict(schema.json_schema())
    assert schema.validate_json(text) == (Order.model_validate_json(text) if output_type is Order else value)


def assert_strict(schema: Any) -> None:
    """Every object names all its fields as required, and has no others."""
    if isinstance(schema, list):
        for inner in schema:  # pyright: ignore[reportUnknownVariableType]: any JSON
            assert_strict(inner)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object":  # pyright: ignore[reportUnknownMemberType]: any JSON
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])  # pyright: ignore[reportUnknownArgumentType]
    for inner in schema.values():  # pyright: ignore[reportUnknownVariableType]
        assert_strict(inner)


@pytest.mark.parametrize("output_type", [None, str])
def test_text_has_no_form(output_type: Any):
    schema = AgentOutputSchema(output_type)
    assert schema.is_plain_text()
    assert schema.validate_json("Hello") == "Hello"
    with pytest.raises(UserError, match="Plain text has no schema"):
        schema.json_schema()


@pytest.mark.parametrize("output_type", [dict[str, int], dict[str, Any], Table, list[dict[str, int]]])
def test_a_type_of_any_keys_is_refused_at_once_and_the_error_says_what_to_do(output_type: Any):
    with pytest.raises(
        UserError, match=r"Use types with fixed fields, or AgentOutputSchema\(.*strict_json_schema=False"
    ):
        AgentOutputSchema(output_type)


@pytest.mark.parametrize(
    ("output_type", "text", "value"),
    [
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (Table, '{"a": 1}', Table({"a": 1})),
        (list[dict[str, int]], '{"response": [{"a": 1}]}', [{"a": 1}]),
        (Order, '{"number": "A1"}', Order(number="A1")),
    ],
)
def test_it_may_be_told_without_being_strict(output_type: Any, text: str, value: Any):
    schema = AgentOutputSchema(output_type, strict_json_schema=False)
    assert not schema.is_strict_json_schema()
    assert schema.json_schema()["type"] == "object"
    assert schema.validate_json(text) == value


@pytest.mark.parametrize("output_type", [object(), pytest.Item, ["a"]])
def test_a_type_without_a_schema_is_refused_at_once(output_type: Any):
    with pytest.raises(UserError, match="No schema can be made of"):
        AgentOutputSchema(output_type)


@pytest.mark.parametrize(
    ("output_type", "name"),
    [
        (Order, "Order"),
        (int, "int"),
        (list[Order], "list[Order]"),
        (dict[str, list[Line]], "dict[str, list[Line]]"),
        (Card, "Card"),
    ],
)
def test_it_is_called_as_one_writes_the_type(output_type: Any, name: str):
    assert AgentOutputSchema(output_type, strict_json_schema=False).name() == name


SECRET = "hunter2"


class Checked(BaseModel):
    word: str
    lines: list[Line] = Field(default_factory=list[Line])
    table: dict[str, int] = Field(default_factory=dict[str, int])

    @field_validator("word")
    @classmethod
    def _is_known(cls, word: str) -> str:
        if word == SECRET:
            raise ValueError(f"{word} is not known")
        return word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'{{"word": "{SECRET}"}}', "value_error at word"),
        (f'{{"word": ["{SECRET}"]}}', "string_type at word"),
        (f'{{"word": "x", "lines": [{{"article": "y", "count": "{SECRET}"}}]}}', "int_parsing at lines.0.count"),
        (f'{{"word": "x", "table": {{"{SECRET}": "x"}}}}', r"int_parsing at table\.\?"),
        (f'{{"word": "{SECRET}', "json_invalid at its top"),
        (f'["{SECRET}"]', "model_type at its top"),
        ("", "json_invalid"),
        ("[" * 100_000, "json_invalid"),
        ('{"lines": [1, 2, 3, 4, 5, 6, 7]}', "and 3 more"),
    ],
)
def test_an_answer_of_another_form_is_an_error_that_has_nothing_of_the_answer(text: str, words: str):
    with pytest.raises(ModelBehaviorError, match=words) as caught:
        AgentOutputSchema(Checked, strict_json_schema=False).validate_json(text)
    assert SECRET not in "".join(traceback.format_exception(caught.value, limit=0))


@given(
    text=st.one_of(st.text(max_size=20), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
)
def test_any_text_is_a_value_or_our_error(text: str):
    try:
        value = AgentOutputSchema(list[int]).validate_json(text)
    except ModelBehaviorError:
        return
    assert isinstance(value, list)
