"""What came of a run, so far or in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal, TypeVar

from bot.agents.agent import Agent
from bot.agents.context import RunContextWrapper
from bot.agents.items import RunItem, ToolApprovalItem, run_items
from bot.agents.loop.within import agent_of
from bot.agents.record.guardrail_result import GuardrailResult
from bot.agents.record.message import Response, text_or_items
from bot.agents.record.plain import Item, copied
from bot.agents.record.usage import Usage
from bot.agents.sessions.cursor import Cursor
from bot.agents.sessions.projection import next_batch
from bot.agents.state import RunState
from bot.agents.stream_events import StreamEvent

Answer = TypeVar("Answer")


class RunResult:
    """A run that has ended, or waits for a person: then `interruptions` says for what, and `final_output` is None.

    Everything here is worked out of the run's state; `to_state` gives a copy of that to decide on and go on with.
    """

    def __init__(self, state: RunState) -> None:
        self._state = state

    @property
    def input(self) -> str | list[Item]:
        """What the run began with."""
        first = self._state.turns[0].input if self._state.turns else []
        return text_or_items([copied(item) for message in first for item in message.items])

    @property
    def final_output(self) -> Any:
        """The answer: a text, or what the agent's `output_type` says, or what its tools returned."""
        ended = self._state.ended
        if ended is None or ended.how != "done":
            return None
        if ended.output is not None:
            return ended.output
        schema, text = self.last_agent.output_schema, self._state.final_text
        return schema.validate_json(text) if schema and text is not None else text

    def final_output_as(self, cls: type[Answer], raise_if_incorrect_type: bool = False) -> Answer:
        """The answer, told to be of a type. Raises `TypeError` when that is asked for and it is not."""
        answer = self.final_output
        if raise_if_incorrect_type and not isinstance(answer, cls):
            raise TypeError(f"The answer is a {type(answer).__name__}, no {cls.__name__}.")
        return answer

    @property
    def input_guardrail_results(self) -> list[GuardrailResult]:
        return [result for result in self._state.guardrails if result.stage == "input"]

    @property
    def output_guardrail_results(self) -> list[GuardrailResult]:
        return [result for result in self._state.guardrails if result.stage == "output"]

    @property
    def tool_input_guardrail_results(self) -> list[GuardrailResult]:
        return self._of_tools("tool_input")

    @property
    def tool_output_guardrail_results(self) -> list[GuardrailResult]:
        return self._of_tools("tool_output")

    def _of_tools(self, stage: str) -> list[GuardrailResult]:
        return [result for call in self._state.calls for result in call.guardrails if result.stage == stage]

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
    def max_turns(self) -> int | None:
        return self._state.max_turns

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
        """The whole history, to begin another run with.

        Calls that are not over are not in it, nor the thoughts that led to them: providers refuse a call that has no
        output.
        """
        whole = next_batch(self._state.run_id, self._state.turns, Cursor())
        return [copied(entry.item) for entry in whole.entries]


class RunResultStreaming(RunResult):
    """A run that goes on while its events are read; complete when `stream_events` has ended."""

    is_complete = False

    def __init__(self, state: RunState, *, events: asyncio.Queue[StreamEvent | None], stopping: asyncio.Event) -> None:
        super().__init__(state)
        self._events = events
        self._stopping = stopping
        self._task: asyncio.Task[None] | None = None

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

    def cancel(self, mode: Literal["immediate", "after_turn"] = "immediate") -> None:
        """Stop, at once or when the turn is over; `to_state` gives what there is, to go on with.

        At once, what was started and has not ended is `unknown` when the run is gone on with. After the turn nothing
        is begun any more, and what runs is waited for.
        """
        if mode == "after_turn":
            self._stopping.set()
        elif self._task:
            self._task.cancel()

    @property
    def current_turn(self) -> int:
        """How many responses there have been."""
        return self._state.current_turn

    @property
    def current_agent(self) -> Agent[Any]:
        return self.last_agent
