"""What came of a run, so far or in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from bot.agents.agent import Agent
from bot.agents.context import RunContextWrapper
from bot.agents.items import RunItem, ToolApprovalItem, run_items
from bot.agents.message import Response
from bot.agents.plain import Item, copied
from bot.agents.state import RunState
from bot.agents.stream_events import StreamEvent
from bot.agents.usage import Usage
from bot.agents.within import agent_of


class RunResult:
    """A run that has ended, or waits for a person: then `interruptions` says for what, and `final_output` is None.

    Everything here is worked out of the run's state; `to_state` gives a copy of that to decide on and go on with.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state

    @property
    def final_output(self) -> Any:
        return self._state.final_text if self._state.ended else None

    @property
    def interruptions(self) -> list[ToolApprovalItem]:
        return self._state.get_interruptions()

    @property
    def new_items(self) -> list[RunItem]:
        """The items that the run brought, in order; of a run that was gone on with, all of them."""
        return run_items(self._state, self._state.known_agents)

    @property
    def raw_responses(self) -> list[Response]:
        """The model's responses."""
        return [turn.response.model_copy(deep=True) for turn in self._state.turns if turn.response]

    @property
    def last_agent(self) -> Agent[Any]:
        return agent_of(self._state.agent, self._state.known_agents)

    @property
    def last_response_id(self) -> str | None:
        return self._state.last_response_id

    @property
    def usage(self) -> Usage:
        return self._state.usage

    @property
    def context_wrapper(self) -> RunContextWrapper[Any]:
        """What hooks and tools were given of the run."""
        return RunContextWrapper(context=self._state.app_context, run=self._state.copied())

    def to_state(self) -> RunState:
        """An independent copy of the run."""
        return self._state.copied()

    def to_input_list(self) -> list[Item]:
        """The whole history, to begin another run with."""
        return [copied(item) for item in self._state.items]


class RunResultStreaming(RunResult):
    """A run that goes on while its events are read; complete when `stream_events` has ended."""

    def __init__(self, state: RunState, *, events: asyncio.Queue[StreamEvent | None]) -> None:
        super().__init__(state)
        self._events = events
        self._task: asyncio.Task[None] | None = None
        self.is_complete = False

    def follow(self, task: asyncio.Task[None]) -> None:
        """End the events with `task`, which drives the run, and raise then what it raises."""
        self._task = task
        task.add_done_callback(lambda _: self._events.put_nowait(None))

    async def stream_events(self) -> AsyncIterator[StreamEvent]:
        """The events in order, each once; at their end whatever the run raised. Of a cancelled run they just end."""
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)  # for whoever reads again
        self.is_complete = True
        if self._task and not self._task.cancelled():
            self._task.result()

    def cancel(self) -> None:
        """Stop at once. What was started and has not ended is `unknown` when the run is gone on with."""
        if self._task:
            self._task.cancel()
