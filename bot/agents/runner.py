"""Run an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.agents.agent import Agent, registry
from bot.agents.drive import drive
from bot.agents.errors import MaxTurnsExceeded, UserError
from bot.agents.hooks import RunHooks
from bot.agents.people import Origin
from bot.agents.plain import Item
from bot.agents.result import RunResult, RunResultStreaming
from bot.agents.run_config import RunConfig
from bot.agents.setting import Setting
from bot.agents.state import RunState, message_of
from bot.agents.stream_events import StreamEvent
from bot.agents.tree import DEFAULT_MAX_TURNS, Turn, new_run_id
from bot.agents.within import agent_of

AnyAgent = Agent[Any]
Input = str | Sequence[Item] | RunState


class _Kept:
    """Says that an argument was left out, where None means something."""


_KEPT = _Kept()


class Runner:
    """Runs agents: a fresh run from a text or items, or a `RunState` that is gone on with."""

    @classmethod
    async def run(
        cls,
        starting_agent: AnyAgent,
        input: Input,
        *,
        context: Any = None,
        max_turns: int | _Kept | None = _KEPT,
        hooks: RunHooks[Any] | None = None,
        run_config: RunConfig | None = None,
    ) -> RunResult:
        """Run until there is an answer, or until a person must decide on a call.

        With a state the run goes on where it stood: what was done is not done again, `max_turns` and `context` are
        those of before unless given, and the state that was given stays as it is. When the run raises, that state takes
        over what had been done, so that trying again does not repeat it. Raises `MaxTurnsExceeded`,
        `ModelBehaviorError`, `UserError`, what hooks raise, and the errors of the model's client.
        """
        state = _state(starting_agent, input, context=context, max_turns=max_turns)
        with _Keeping(input, state):
            await _drive(state, starting_agent, hooks=hooks, config=run_config)
        return RunResult(state)

    @classmethod
    def run_streamed(
        cls,
        starting_agent: AnyAgent,
        input: Input,
        *,
        context: Any = None,
        max_turns: int | _Kept | None = _KEPT,
        hooks: RunHooks[Any] | None = None,
        run_config: RunConfig | None = None,
    ) -> RunResultStreaming:
        """The same run, told while it goes: read `stream_events()` to its end. Needs a running event loop."""
        state = _state(starting_agent, input, context=context, max_turns=max_turns)
        events: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        result = RunResultStreaming(state, events=events)

        async def go() -> None:
            with _Keeping(input, state):
                await _drive(state, starting_agent, hooks=hooks, config=run_config, events=events)

        result.follow(asyncio.create_task(go()))
        return result

    @classmethod
    def run_sync(
        cls,
        starting_agent: AnyAgent,
        input: Input,
        *,
        context: Any = None,
        max_turns: int | _Kept | None = _KEPT,
        hooks: RunHooks[Any] | None = None,
        run_config: RunConfig | None = None,
    ) -> RunResult:
        """The same where no event loop runs."""
        return asyncio.run(
            cls.run(starting_agent, input, context=context, max_turns=max_turns, hooks=hooks, run_config=run_config)
        )


class _Keeping:
    """When the run raises, a state that was given takes over what had been done."""

    def __init__(self, given: Input, state: RunState) -> None:
        self._given, self._state = given, state

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if error is not None and isinstance(self._given, RunState):
            self._given.take_over(self._state)


def _state(agent: AnyAgent, input: Input, *, context: Any, max_turns: int | _Kept | None) -> RunState:
    if isinstance(max_turns, int) and max_turns < 1:
        raise UserError("max_turns must be at least 1, or None for no limit.")
    agents = registry(agent)
    if not isinstance(input, RunState):
        state = RunState(
            run_id=new_run_id(),
            start_agent=agent.name,
            agent=agent.name,
            max_turns=DEFAULT_MAX_TURNS if isinstance(max_turns, _Kept) else max_turns,
            turns=[Turn(agent=agent.name, input=[message_of(input, id="input")])],
        )
        return state.bound_to(agents, context)
    state = input.copied().bound_to(agents, input.app_context if context is None else context)
    agent_of(state.agent, agents)
    if not isinstance(max_turns, _Kept):
        state.max_turns = max_turns
    return state


async def _drive(
    state: RunState,
    agent: AnyAgent,
    *,
    hooks: RunHooks[Any] | None,
    config: RunConfig | None,
    events: asyncio.Queue[StreamEvent | None] | None = None,
) -> None:
    async def context(_: Origin | None) -> Any:
        return state.app_context

    setting = Setting(
        agents=registry(agent),
        config=config or RunConfig(),
        hooks=hooks,
        context=context,
        tell=events.put_nowait if events else None,
    )
    await drive(state, setting)
    if state.at_limit and not state.ended and not state.waiting:
        raise MaxTurnsExceeded(
            f"The run has had its {state.max_turns} turns. Go on with a greater max_turns, or None for no limit."
        )
