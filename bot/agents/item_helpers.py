"""Texts out of items, and items out of texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from bot.agents.items import MessageOutputItem, RunItem
from bot.agents.record.forms import FORMS, Told
from bot.agents.record.message import output_text
from bot.agents.record.plain import Item, copied, text_of
from bot.agents.tools.text_output import output_as_text
from bot.agents.tools.tool_output import content_of

_FIELDS = {"output_text": "text", "refusal": "refusal"}


class ItemHelpers:
    """For the items of a run, and for the provider's own, which are `raw_item`."""

    @staticmethod
    def text_message_output(message: MessageOutputItem) -> str:
        """What the model said, also where it refused."""
        return output_text([message.raw_item])

    @staticmethod
    def text_message_outputs(items: Iterable[RunItem]) -> str:
        """The same of all messages among items."""
        return "".join(output_text([item.raw_item]) for item in items if isinstance(item, MessageOutputItem))

    @staticmethod
    def extract_text(message: Item) -> str | None:
        """What the model said, without refusals; None when that is nothing."""
        return _all(message, "output_text")

    @staticmethod
    def extract_refusal(message: Item) -> str | None:
        """What the model said when it refused, or None."""
        return _all(message, "refusal")

    @staticmethod
    def extract_last_content(message: Item) -> str:
        """The last thing that the model said in a message, also a refusal, or the empty text."""
        return next((text for _, text in reversed(_parts(message))), "")

    @staticmethod
    def extract_last_text(message: Item) -> str | None:
        """The last thing that the model said in a message, or None when that is a refusal."""
        return next((text if kind == "output_text" else None for kind, text in reversed(_parts(message))), None)

    @staticmethod
    def input_to_new_input_list(input: str | Sequence[Item]) -> list[Item]:
        """An input as a list of its own."""
        return [{"role": "user", "content": input}] if isinstance(input, str) else [copied(item) for item in input]

    @staticmethod
    def tool_call_output_item(tool_call: Item, output: object) -> Item:
        """The item that answers the call of a function with what it returned."""
        content: JsonValue = content_of(output)
        return FORMS["function"].answer(tool_call, Told(output_as_text(output), content=content))


def _all(message: Item, kind: str) -> str | None:
    return "".join(text for each, text in _parts(message) if each == kind) or None


def _parts(message: Item) -> list[tuple[str, str]]:
    """What is said in a message: the kind of each part, and its text."""
    content = message.get("content")
    if message.get("type") != "message" or not isinstance(content, list):
        return []
    parts = [(text_of(part, "type"), part) for part in content if isinstance(part, dict)]
    return [(kind, text_of(part, _FIELDS[kind])) for kind, part in parts if kind in _FIELDS]
