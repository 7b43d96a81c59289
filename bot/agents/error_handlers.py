"""What an app may make of a run that is at its limit of turns, instead of an error."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict

from bot.agents.context import RunContextWrapper
from bot.agents.errors import MaxTurnsExceeded


@dataclass(frozen=True, kw_only=True)
class RunErrorHandlerInput:
    """The error that the run would raise, and its context."""

    error: MaxTurnsExceeded
    context: RunContextWrapper[Any]


@dataclass(frozen=True, kw_only=True)
class RunErrorHandlerResult:
    """The answer in place of the error; with `include_in_history` it stands in the history as said by the agent."""

    final_output: Any
    include_in_history: bool = True


RunErrorHandler: TypeAlias = Callable[
    [RunErrorHandlerInput], RunErrorHandlerResult | Awaitable[RunErrorHandlerResult | None] | None
]
"""With None the error is raised after all."""


class RunErrorHandlers(TypedDict, total=False):
    """By what went wrong."""

    max_turns: RunErrorHandler
