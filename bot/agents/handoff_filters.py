"""Input filters for handoffs, to be used as they are."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.items import InputItem, MessageOutputItem, RunItem
from bot.agents.loop.handing_over import HandoffInputData
from bot.agents.record.plain import Item


def remove_all_tools(data: HandoffInputData) -> HandoffInputData:
    """The next agent reads what was said, and nothing of what was called, thought or answered by tools."""
    history = data.input_history
    return data.clone(
        input_history=history if isinstance(history, str) else tuple(item for item in history if _said(item)),
        pre_handoff_items=_messages(data.pre_handoff_items),
        new_items=_messages(data.new_items),
    )


def _messages(items: Sequence[RunItem]) -> tuple[RunItem, ...]:
    return tuple(item for item in items if isinstance(item, InputItem | MessageOutputItem))


def _said(item: Item) -> bool:
    return item.get("type", "message") == "message"
