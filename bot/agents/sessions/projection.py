"""What of a run is to be written into its session now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.agents.record.plain import Item
from bot.agents.record.tree import Turn
from bot.agents.sessions.cursor import Cursor
from bot.agents.sessions.history import is_reasoning
from bot.agents.sessions.interface import Entry


@dataclass(frozen=True)
class Batch:
    """What to write, and how far the run is written then."""

    entries: list[Entry]
    cursor: Cursor


def next_batch(run_id: str, turns: Sequence[Turn], cursor: Cursor) -> Batch:
    """All that the cursor has not passed and that can be kept.

    What people said comes first, then what the model said and the calls that are over, then their outputs. A call that
    is not over comes with a later batch, together with its output and the thought that led to it.
    """
    entries: list[Entry] = []
    for place in range(cursor.turns, len(turns)):
        turn = turns[place]
        entries += _messages(run_id, turn, cursor)
        if turn.response:
            entries += _response(f"{run_id}/t{place}", turn, cursor)
            entries += _outputs(run_id, turn, cursor)
        cursor = _after(turn, cursor)
        if not turn.finished:
            break
    return Batch(entries, cursor)


def _messages(run_id: str, turn: Turn, cursor: Cursor) -> Iterator[Entry]:
    if cursor.said:
        return
    for message in turn.input:
        if message.id not in cursor.messages:
            for place, item in enumerate(message.items):
                yield Entry(f"{run_id}/message/{message.id}/{place}", item)


def _response(name: str, turn: Turn, cursor: Cursor) -> Iterator[Entry]:
    shown = _shown(turn)
    for place, (item, call) in enumerate(shown):
        led_to = [call] if call is not None else _led_to(shown[place:])
        written = any(each in cursor.calls for each in led_to) if led_to else cursor.said
        if not written and (not led_to or any(turn.calls[each].over for each in led_to)):
            yield Entry(f"{name}.{place}", item)


def _outputs(run_id: str, turn: Turn, cursor: Cursor) -> Iterator[Entry]:
    for place, call in enumerate(turn.calls):
        if call.output is not None and call.over and place not in cursor.calls:
            yield Entry(f"{run_id}/{call.path}/output", call.output)


def _after(turn: Turn, cursor: Cursor) -> Cursor:
    if turn.finished:
        return Cursor(turns=cursor.turns + 1)
    if not turn.response:
        return Cursor(turns=cursor.turns, messages=[message.id for message in turn.input])
    written = [place for place, call in enumerate(turn.calls) if call.over]
    return Cursor(turns=cursor.turns, said=True, calls=written)


def _shown(turn: Turn) -> list[tuple[Item, int | None]]:
    """What the model reads of its response, in order; where it is a call, with the place of that among the calls."""
    calls = (place for place, call in enumerate(turn.calls) if not call.replay_of)
    shown: list[tuple[Item, int | None]] = []
    call = next(calls, None)
    for item in turn.shown:
        if call is not None and item == turn.calls[call].raw_item:
            shown.append((item, call))
            call = next(calls, None)
        else:
            shown.append((item, None))
    return shown


def _led_to(shown: Sequence[tuple[Item, int | None]]) -> list[int]:
    """The calls that a thought led to, when `shown` begins with one: those after it, up to where something is said."""
    later = list(shown)
    while later and is_reasoning(later[0][0]):
        later.pop(0)
    if len(later) == len(shown):
        return []
    return [call for _, call in takewhile(lambda each: each[1] is not None, later) if call is not None]
