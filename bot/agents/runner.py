"""Run an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from typing_extensions import Unpack

from bot.agents.agent import Agent, registry
from bot.agents.errors import AgentsError, UserError
from bot.agents.loop.answering import over_limit
from bot.agents.loop.drive import drive
from bot.agents.loop.journal import Journal
from bot.agents.loop.remembering import read_session
from bot.agents.loop.setting import Setting
from bot.agents.loop.within import Agents, check_agents
from bot.agents.record.kept import Conversation
from bot.agents.record.people import Origin
from bot.agents.record.plain import Item
from bot.agents.record.saved_context import MissingContext
from bot.agents.record.tree import DEFAULT_MAX_TURNS, Turn, new_run_id
from bot.agents.result import RunResult, RunResultStreaming
from bot.agents.run_config import RunConfig
from bot.agents.run_options import RunOptions
from bot.agents.sessions.history import latest
from bot.agents.sessions.interface import HasSettings, Session, SessionSettings, limit_of
from bot.agents.state import RunState, message_of
from bot.agents.stream_events import StreamEvent

AnyAgent = Agent[Any]

Input = str | Sequence[Item] | RunState


class Runner:
    """Runs agents: a fresh run from a text or items, or a `RunState` that is gone on with."""

    @classmethod
    async def run(cls, starting_agent: AnyAgent, input: Input, **options: Unpack[RunOptions]) -> RunResult:
        """Run until there is an answer, or until a person must decide on a call.

        With a state the run goes on where it stood: what was done is not done again, `max_turns` and `context` are
        those of before unless given, and the state that was given stays as it is. When the run raises, that state takes
        over what had been done, so that trying again does not repeat it. Raises `MaxTurnsExceeded`,
        `ModelBehaviorError`, `UserError`, what guardrails and hooks raise, and the errors of the model's client.
        """
        state = _state(starting_agent, input, options)
        with _Keeping(input, state):
            await _drive(state, starting_agent, options)
        return RunResult(state)

    @classmethod
    def run_streamed(cls, starting_agent: AnyAgent, input: Input, **options: Unpack[RunOptions]) -> RunResultStreaming:
        """The same run, told while it goes: read `stream_events()` to its end. Needs a running event loop."""
        state = _state(starting_agent, input, options)
        events: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        stopping = asyncio.Event()
        result = RunResultStreaming(state, events=events, stopping=stopping)

        async def go() -> None:
            with _Keeping(input, state):
                await _drive(state, starting_agent, options, events=events, stopping=stopping)

        result.follow(asyncio.create_task(go()))
        return result

    @classmethod
    def run_sync(cls, starting_agent: AnyAgent, input: Input, **options: Unpack[RunOptions]) -> RunResult:
        """The same where no event loop runs."""
        return asyncio.run(cls.run(starting_agent, input, **options))


class _Keeping:
    """When the run raises, a state that was given takes over what had been done, and an error of ours has it."""

    def __init__(self, given: Input, state: RunState) -> None:
        self._given, self._state = given, state

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if error is not None and isinstance(self._given, RunState):
            self._given.take_over(self._state)
        if isinstance(error, AgentsError):
            error.run_data = RunResult(self._state)


def _state(agent: AnyAgent, input: Input, options: RunOptions) -> RunState:
    """The run that is to be driven: a new one, or a copy of the one that is gone on with. Raises `UserError`."""
    max_turns = options.get("max_turns", DEFAULT_MAX_TURNS)
    if max_turns is not None and max_turns < 1:
        raise UserError("max_turns must be at least 1, or None for no limit.")
    agents = registry(agent)
    context = options.get("context")
    if isinstance(input, RunState):
        state = input.copied().bound_to(agents, input.app_context if context is None else context)
        check_agents(state, agents)
        if isinstance(state.app_context, MissingContext):
            raise state.app_context.missing()
        state.max_turns = max_turns if "max_turns" in options else state.max_turns
    else:
        state = RunState(
            run_id=new_run_id(),
            start_agent=agent.name,
            agent=agent.name,
            max_turns=max_turns,
            turns=[Turn(agent=agent.name, input=[message_of(input, id="input")])],
        ).bound_to(agents, context)
    state.conversation = _conversation(state, options)
    _check_history(state, agents, options)
    return state


def _conversation(state: RunState, options: RunOptions) -> Conversation | None:
    """Where the provider keeps the history: as given now, or else as before."""
    conversation_id, response_id = options.get("conversation_id"), options.get("previous_response_id")
    if conversation_id and response_id:
        raise UserError("Give conversation_id or previous_response_id, not both: each is a history of its own.")
    if (conversation_id or response_id) and state.conversation is None and state.current_turn:
        raise UserError("This run began without a history that the provider keeps, and cannot be moved into one.")
    if conversation_id:
        return Conversation(conversation_id=conversation_id)
    if response_id:
        return Conversation(response_id=response_id, since=state.current_turn)
    return state.conversation or (Conversation() if options.get("auto_previous_response_id") else None)


def _check_history(state: RunState, agents: Agents, options: RunOptions) -> None:
    """Raises `UserError` for two histories at once, and for one that cannot be taken back where it may have to be."""
    if state.conversation is None:
        return
    if options.get("session") is not None:
        raise UserError(
            "A session and a history that the provider keeps (conversation_id, previous_response_id) cannot be used "
            "together: the model would read everything twice. Leave one of them out."
        )
    config = options.get("run_config") or RunConfig()
    if config.output_guardrails or any(agent.output_guardrails for agent in agents.values()):
        raise UserError(
            "Output guardrails cannot be used with a history that the provider keeps: an answer that they stop could "
            "not be taken out of it. Use a session."
        )


async def _drive(
    state: RunState,
    agent: AnyAgent,
    options: RunOptions,
    *,
    events: asyncio.Queue[StreamEvent | None] | None = None,
    stopping: asyncio.Event | None = None,
) -> None:
    async def context(_: Origin | None) -> Any:
        return state.app_context

    session = options.get("session")
    setting = Setting(
        agents=registry(agent),
        config=options.get("run_config") or RunConfig(),
        hooks=options.get("hooks"),
        context=context,
        history=await _history(state, session, options) if session else (),
        session=session,
        journal=Journal(stopping=stopping or asyncio.Event()),
        tell=events.put_nowait if events else None,
        on_limit=(options.get("error_handlers") or {}).get("max_turns"),
    )
    await drive(state, setting)
    if state.at_limit and not state.ended and not state.open_calls:
        raise over_limit(state)


async def _history(state: RunState, session: Session, options: RunOptions) -> list[Item]:
    """The conversation before the run, as far as it is to be read."""
    settings = session.session_settings if isinstance(session, HasSettings) else None
    of_run = (options.get("run_config") or RunConfig()).session_settings
    limit = limit_of(None, (settings or SessionSettings()).resolve(of_run))
    return latest(await read_session(state, session), limit)
