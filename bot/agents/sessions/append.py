"""Add to any session what it does not have yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import JsonValue

from bot.agents.record.content import canonical
from bot.agents.record.plain import Item, text_of
from bot.agents.sessions.interface import ALL, Entry, RemembersNames, Session

_GIVEN_BY_THE_PROVIDER = ("id", "status", "created_by")


async def append(session: Session, entries: Sequence[Entry], *, again: bool, before: int | None = None) -> None:
    """Add the entries, each once, whether or not an earlier attempt got through; more may have come to them since.

    `again` says that there may have been an earlier attempt. A session that remembers names needs no telling; of any
    other the end is looked at then. `before` is how many items it had before the first attempt, where nothing else was
    added since: what is among these is no attempt.
    """
    if not entries:
        return
    if isinstance(session, RemembersNames):
        await session.add_entries(entries)
        return
    items = [entry.item for entry in entries]
    if again:
        there = await session.get_items(limit=len(items) if before is None else ALL)
        items = missing(items, end=there[before or 0 :])
    if items:
        await session.add_items(items)


def missing(items: Sequence[Item], *, end: Sequence[Item]) -> list[Item]:
    """The items, but those that stand at the end of the session already, whatever ids they have there."""
    wanted, there = Counter(map(content_of, items)), Counter[str]()
    for content in map(content_of, reversed(end)):
        if there[content] == wanted[content]:
            break
        there[content] += 1
    left: list[Item] = []
    for item in items:
        if there[content := content_of(item)]:
            there[content] -= 1
        else:
            left.append(item)
    return left


def content_of(item: Item) -> str:
    """What makes an item the same in the words of a provider that gives it another id and spells it out."""
    type = text_of(item, "type") or "message"
    if call_id := text_of(item, "call_id"):
        return f"{type} {call_id}"
    if type == "message":
        return canonical([type, item.get("role"), _parts(item.get("content"))])
    return canonical(_said({key: value for key, value in item.items() if key not in _GIVEN_BY_THE_PROVIDER}))


def _parts(content: JsonValue) -> JsonValue:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [part.get("text") or _said(part) if isinstance(part, dict) else part for part in parts]


def _said(value: dict[str, JsonValue]) -> JsonValue:
    """Without what is said by default."""
    return {key: inner for key, inner in value.items() if inner not in (None, [], "auto")}
