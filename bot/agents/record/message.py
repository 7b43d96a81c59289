"""What people and the model say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import AwareDatetime

from bot.agents.record.people import Origin
from bot.agents.record.plain import Item, Still, copied, text_of
from bot.agents.record.usage import Usage


class Message(Still):
    """What somebody tells a run. `id` is unique among the messages of a conversation."""

    id: str
    items: list[Item]
    origin: Origin | None = None
    at: AwareDatetime | None = None


class Response(Still):
    """A whole answer of the model; `output` has the provider's items as they came.

    `model` is who answered, as the provider says, where it does.
    """

    id: str | None = None
    output: list[Item]
    usage: Usage = Usage()
    model: str = ""

    @property
    def response_id(self) -> str | None:
        """The name that the OpenAI Agents SDK has for `id`."""
        return self.id

    def to_input_items(self) -> list[Item]:
        """What it says and asks for, as a model is given it."""
        return [copied(item) for item in self.output]


def text_message(id: str, text: str, *, origin: Origin | None = None, at: AwareDatetime | None = None) -> Message:
    """A message of a user that is only text."""
    return Message(id=id, items=[{"role": "user", "content": text}], origin=origin, at=at)


def text_or_items(input: Sequence[Item]) -> str | list[Item]:
    """What a user said, as an app gives it: a text where it is nothing else."""
    match input:
        case [{"role": "user", "content": str(text)}]:
            return text
        case _:
            return list(input)


def in_order(messages: Iterable[Message]) -> list[Message]:
    """As they were said, whatever the order in which they arrived."""
    return sorted(messages, key=lambda message: message.at.timestamp() if message.at else 0.0)


def output_text(output: Sequence[Item]) -> str:
    """The text of the messages in a response; what the model refused to say is said too."""
    return _said(output, {"output_text": "text", "refusal": "refusal"})


def refusal(output: Sequence[Item]) -> str:
    """What the model said when it refused, or the empty text."""
    return _said(output, {"refusal": "refusal"})


def _said(output: Sequence[Item], fields: Mapping[str, str]) -> str:
    """The texts in messages, by the type of their parts and the field that has them."""
    texts: list[str] = []
    for item in output:
        content = item.get("content")
        if item.get("type") != "message" or not isinstance(content, list):
            continue
        for part in content:
            if isinstance(part, dict):
                texts.append(text_of(part, fields.get(text_of(part, "type"), "")))
    return "".join(texts)
