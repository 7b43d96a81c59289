"""Items of a conversation, made and read without their ids."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.record.plain import Item, text_of
from bot.agents.sessions.interface import Entry
from bot.agents.testing import call


def user(text: str) -> Item:
    return {"role": "user", "content": text}


def assistant(text: str) -> Item:
    return {"role": "assistant", "content": text}


def output(call_id: str) -> Item:
    return {"type": "function_call_output", "call_id": call_id, "output": f"{call_id}: done"}


def pair(call_id: str) -> list[Item]:
    """A call and what came of it."""
    return [call("refund", {"order": call_id}, call_id=call_id), output(call_id)]


def entries(items: Sequence[Item], *, run: str = "r_1", first: int = 0) -> list[Entry]:
    """The items as a run adds them."""
    return [Entry(f"{run}/{place}", item) for place, item in enumerate(items, start=first)]


def said(items: Sequence[Item]) -> list[str]:
    """The items in short: who said what, which call, which output."""
    return [_short(item) for item in items]


def _short(item: Item) -> str:
    match text_of(item, "type") or "message":
        case "message":
            return f"{item.get('role')}: {_text(item)}"
        case "function_call":
            return f"call {item.get('call_id')}"
        case "function_call_output":
            return f"output {item.get('call_id')}"
        case type:
            return f"{type} {item.get('id')}"


def _text(item: Item) -> str:
    content = item.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text")) for part in parts if isinstance(part, dict))
