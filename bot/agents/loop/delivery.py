"""What of a run the model is given: all of it, what a handoff left, or what the provider does not have yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.agents.record.plain import Item
from bot.agents.record.tree import RunTree


def model_input(run: RunTree, history: Iterable[Item]) -> list[Item]:
    """The conversation before the run and the run, unless a handoff changed its view.

    Of a history that the provider keeps it is what that does not have yet.
    """
    if run.conversation:
        return list(_undelivered(run, history))
    for place in range(len(run.turns) - 1, -1, -1):
        view = run.turns[place].view
        if view is not None:
            return [*view, *(item for turn in run.turns[place:] for item in turn.items)]
    return [*history, *run.items]


def previous_response_id(run: RunTree) -> str | None:
    """The response that the next question goes on from, in a chain that the provider keeps."""
    if run.conversation is None or run.conversation.conversation_id:
        return None
    place = _delivered_up_to(run)
    response = run.turns[place].response if place >= run.conversation.since else None
    return response.id if response else run.conversation.response_id


def _delivered_up_to(run: RunTree) -> int:
    """The last turn whose response the provider's history has, or -1; in a chain one without an id is not in it."""
    chained = run.conversation is not None and not run.conversation.conversation_id
    for place in range(len(run.turns) - 1, -1, -1):
        response = run.turns[place].response
        if response and (response.id or not chained):
            return place
    return -1


def _undelivered(run: RunTree, history: Iterable[Item]) -> Iterator[Item]:
    """Whatever the provider's history has of the run came with a response: the rest is still to be told."""
    place = _delivered_up_to(run)
    if place < 0:
        yield from history
    else:
        yield from (call.output for call in run.turns[place].calls if call.output is not None)
    for turn in run.turns[place + 1 :]:
        yield from turn.items
