"""Give the run to another agent, which reads the history as the handoff's filter leaves it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bot.agents.agent import Agent, Handoff
from bot.agents.context import RunContextWrapper
from bot.agents.errors import UserError
from bot.agents.items import HandoffOutputItem, InputItem, RunItem, items_of_turn
from bot.agents.loop.app_code import app_code
from bot.agents.loop.live import Live
from bot.agents.record.clean import keepable
from bot.agents.record.forms import FORMS, Told
from bot.agents.record.plain import Item, copied
from bot.agents.record.tree import Call, Turn


@dataclass(frozen=True, kw_only=True)
class HandoffInputData:
    """What an input filter is given: the history that the run began with, what the run brought before the response
    with the handoff, and that response with the outputs of its calls."""

    input_history: str | tuple[Item, ...]
    pre_handoff_items: tuple[RunItem, ...]
    new_items: tuple[RunItem, ...]
    run_context: RunContextWrapper[Any] | None = None

    def clone(self, **changes: Any) -> HandoffInputData:
        """The same with these fields changed."""
        return replace(self, **changes)


HandoffInputFilter: TypeAlias = Callable[[HandoffInputData], HandoffInputData | Awaitable[HandoffInputData]]
"""What the next agent reads, of what there is to read."""


async def next_turn(live: Live, call: Call, handoff: Handoff, *, output: str) -> Turn:
    """The first turn of the agent that takes over. Raises `UserError` for a filter that gives something else."""
    filter = handoff.input_filter or live.setting.config.handoff_input_filter
    turn = Turn(agent=handoff.agent.name)
    if filter is None:
        return turn
    if live.run.conversation:
        raise UserError(
            f"The handoff to {handoff.agent.name} has an input filter, and the provider keeps the history: "
            "what it has been given cannot be taken back. Leave one of them out."
        )
    data = await _data(live, call, handoff, output)
    async with app_code(f"The input filter of {handoff.name}", live.setting.journal):
        told = filter(data)
        filtered = await told if inspect.isawaitable(told) else told
    if not isinstance(filtered, HandoffInputData):
        raise UserError(f"The input filter of {handoff.name} must return HandoffInputData.")
    turn.view = _view(filtered)
    return turn


async def _data(live: Live, call: Call, handoff: Handoff, output: str) -> HandoffInputData:
    run, agents = live.run, live.setting.agents
    since = next((place for place in reversed(range(len(run.turns))) if run.turns[place].view is not None), 0)
    first = run.turns[since]
    history = first.view if first.view is not None else live.setting.history
    *before, last = run.turns[since:]
    said = [item for message in first.input for item in message.items]
    pre = [item for turn in before for item in _brought(turn, agents[turn.agent], live, said_before=turn is first)]
    answered = FORMS[call.kind].answer(call.raw_item, Told(output))
    new = [*_brought(last, agents[last.agent], live, said_before=last is first)]
    new.append(HandoffOutputItem(agents[last.agent], answered, output, handoff.agent))
    return HandoffInputData(
        input_history=tuple(copied(item) for item in [*history, *said]),
        pre_handoff_items=tuple(pre),
        new_items=tuple(new),
        run_context=await live.context(call),
    )


def _brought(turn: Turn, agent: Agent[Any], live: Live, *, said_before: bool) -> list[RunItem]:
    """What a turn brought, with what people said before it, unless that is in the history already."""
    said = [] if said_before else [item for message in turn.input for item in message.items]
    inputs: list[RunItem] = [InputItem(agent, copied(item)) for item in said]
    return [*inputs, *items_of_turn(turn, live.setting.agents)]


def _view(data: HandoffInputData) -> list[Item]:
    history = data.input_history
    first: Sequence[Item] = [{"role": "user", "content": history}] if isinstance(history, str) else history
    rest = [item.to_input_item() for item in [*data.pre_handoff_items, *data.new_items]]
    return keepable([*first, *rest])
