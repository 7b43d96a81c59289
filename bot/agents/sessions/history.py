"""Where a history may be cut: never between a call and its output, nor after the thought that leads to an item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.agents.record.plain import Item, text_of


def latest(items: Sequence[Item], limit: int | None) -> list[Item]:
    """The last items, at most `limit`; fewer where the history cannot be cut at that place.

    When `items` are themselves the end of a history, there must be one more than `limit`.
    """
    if limit is None or limit >= len(items):
        return list(items)
    return list(items[next(place for place in cuts(items) if place >= len(items) - limit) :])


def cuts(items: Sequence[Item]) -> list[int]:
    """The places between items, from 0 to the number of items, at which both sides are a history."""
    places = [len(items)]
    called_before: Counter[str] = Counter()
    for place in range(len(items) - 1, -1, -1):
        if output_of := _output_of(items[place]):
            called_before[output_of] += 1
        elif (call := _call(items[place])) and called_before[call]:
            called_before[call] -= 1
        led_to = place > 0 and is_reasoning(items[place - 1])
        if not led_to and not called_before.total():
            places.append(place)
    return places[::-1]


def paired(items: Sequence[Item]) -> list[Item]:
    """The items without outputs that have no call, calls that have no output, and thoughts that led to those."""
    open_calls: dict[str, list[int]] = {}
    left_out: set[int] = set()
    for place, item in enumerate(items):
        if call := _call(item):
            open_calls.setdefault(call, []).append(place)
        elif (output_of := _output_of(item)) and open_calls.get(output_of):
            open_calls[output_of].pop(0)
        elif output_of:
            left_out.add(place)
    left_out.update(place for places in open_calls.values() for place in places)
    return [item for place, item in enumerate(items) if place not in left_out and not _led_to(place, items, left_out)]


def is_reasoning(item: Item) -> bool:
    """Whether it is a thought, which the provider takes back only before what it led to."""
    return text_of(item, "type") == "reasoning"


def _led_to(place: int, items: Sequence[Item], left_out: set[int]) -> bool:
    """Whether a thought led to nothing but calls that are left out."""
    if not is_reasoning(items[place]):
        return False
    after = (later for later in range(place + 1, len(items)) if not is_reasoning(items[later]))
    first = next(after, None)
    if first not in left_out:
        return False
    kept = next((later for later in after if later not in left_out), None)
    return kept is None or not _call(items[kept])


def _call(item: Item) -> str:
    """The id of the call that an item asks for, or the empty text."""
    type = text_of(item, "type")
    if type == "mcp_approval_request":
        return text_of(item, "id")
    return text_of(item, "call_id") if type.endswith("_call") else ""


def _output_of(item: Item) -> str:
    """The id of the call that an item answers, or the empty text."""
    type = text_of(item, "type")
    if type == "mcp_approval_response":
        return text_of(item, "approval_request_id")
    return (text_of(item, "call_id") or text_of(item, "id")) if type.endswith("_output") else ""
