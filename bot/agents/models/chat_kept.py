"""What an item keeps for the Chat Completions server that it came from, and no other provider understands."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from bot.agents.record.plain import Item

_KEPT = "chat_completions"


def keeping(item: Item, what: JsonValue) -> Item:
    """The item, with what the server wants to be given back."""
    return item if what is None else {**item, _KEPT: what}


def kept(item: Item) -> JsonValue:
    """What the server is to be given back with the item."""
    return item.get(_KEPT)


def without_chat(items: Sequence[Item]) -> list[Item]:
    """The items for another provider, which would refuse what is kept, and reasoning that it does not know."""
    return [
        {key: value for key, value in item.items() if key != _KEPT} if _KEPT in item else item
        for item in items
        if not (_KEPT in item and item.get("type") == "reasoning")
    ]
