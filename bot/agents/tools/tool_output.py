"""What a tool returns that is more than a text: texts, images and files, one or a list of them."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, Self, TypeAlias, TypedDict

from pydantic import Field, JsonValue, TypeAdapter, ValidationError, model_validator

from bot.agents.errors import UserError
from bot.agents.record.clean import keepable
from bot.agents.record.plain import Item, Still

Detail: TypeAlias = Literal["low", "high", "auto"]


class ToolOutputText(Still):
    """A text for the model."""

    type: Literal["text"] = "text"
    text: str


class ToolOutputImage(Still):
    """An image for the model: its address (a `data:` one will do), or the provider's id of a file."""

    type: Literal["image"] = "image"
    image_url: str | None = None
    file_id: str | None = None
    detail: Detail | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.image_url is None and self.file_id is None:
            raise ValueError("An image needs an image_url or a file_id.")
        return self


class ToolOutputFileContent(Still):
    """A file for the model: as base64, by its address, or by the provider's id of it."""

    type: Literal["file"] = "file"
    file_data: str | None = None
    file_url: str | None = None
    file_id: str | None = None
    filename: str | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.file_data is None and self.file_url is None and self.file_id is None:
            raise ValueError("A file needs file_data, a file_url or a file_id.")
        return self


class ToolOutputTextDict(TypedDict):
    """`ToolOutputText` as a dictionary."""

    type: Literal["text"]
    text: str


class ToolOutputImageDict(TypedDict):
    """`ToolOutputImage` as a dictionary."""

    type: Literal["image"]
    image_url: NotRequired[str]
    file_id: NotRequired[str]
    detail: NotRequired[Detail]


class ToolOutputFileContentDict(TypedDict):
    """`ToolOutputFileContent` as a dictionary."""

    type: Literal["file"]
    file_data: NotRequired[str]
    file_url: NotRequired[str]
    file_id: NotRequired[str]
    filename: NotRequired[str]


Part: TypeAlias = Annotated[ToolOutputText | ToolOutputImage | ToolOutputFileContent, Field(discriminator="type")]


def content_of(returned: object) -> list[JsonValue] | None:
    """The parts as the Responses API has them; None for what is anything else, which the model reads as a text."""
    given: object = list(returned) if isinstance(returned, list | tuple) else [returned]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]: the tool's own
    try:
        return [*keepable([_as_content(part) for part in _PARTS.validate_python(given)])] or None
    except (ValidationError, UserError):
        return None


def with_note(note: str, content: JsonValue) -> JsonValue:
    """The parts with a text before them."""
    return [{"type": "input_text", "text": note}, *content] if isinstance(content, list) else content


def _as_content(part: ToolOutputText | ToolOutputImage | ToolOutputFileContent) -> Item:
    return {**part.model_dump(mode="json", exclude_none=True), "type": f"input_{part.type}"}


_PARTS: TypeAdapter[list[Part]] = TypeAdapter(list[Part])
