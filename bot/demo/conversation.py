"""The conversation that the model server is given: who said what, which calls were made and what came back."""

from collections.abc import Mapping
from typing import Annotated, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, JsonValue, Tag

KINDS = ("message", "function_call", "function_call_output", "other")
"""The tags of `Item`, as they occur in the place of an error."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(_Read):
    """A part of a content; what is no text (an image, a file) has an empty one."""

    type: str
    text: str = ""


def _parts(value: object) -> object:
    return [{"type": "input_text", "text": value}] if isinstance(value, str) else value


Content = Annotated[tuple[Part, ...], BeforeValidator(_parts)]


class Message(_Read):
    """What someone said."""

    role: Literal["user", "assistant", "developer", "system"]
    content: Content

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.content)


class FunctionCall(_Read):
    """A call that the model asked for earlier."""

    call_id: str
    name: str
    arguments: str


class FunctionCallOutput(_Read):
    """What came back for a call."""

    call_id: str
    output: Content

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.output)


class OtherItem(_Read):
    """An item that has no bearing here, such as reasoning."""

    type: str


def _kind(item: object) -> str | None:
    if not isinstance(item, Mapping):
        return None
    kind = cast("Mapping[str, JsonValue]", item).get("type", "message")  # JSON's keys are strings
    return kind if isinstance(kind, str) and kind in KINDS else "other"


Item = Annotated[
    Annotated[Message, Tag("message")]
    | Annotated[FunctionCall, Tag("function_call")]
    | Annotated[FunctionCallOutput, Tag("function_call_output")]
    | Annotated[OtherItem, Tag("other")],
    Discriminator(_kind),
]


def _items(value: object) -> object:
    return [{"role": "user", "content": value}] if isinstance(value, str) else value


Conversation = Annotated[tuple[Item, ...], BeforeValidator(_items)]
"""Items in their order; a text alone is a message of the user."""
