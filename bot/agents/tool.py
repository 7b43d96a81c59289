"""Tools that the model may call."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from pydantic import JsonValue

from bot.agents.context import RunContextWrapper, ToolContext
from bot.agents.errors import UserError

Risk = Literal["low", "medium", "high"]

AnyContext: TypeAlias = RunContextWrapper[Any]  # Any: the app's own type, which only the app knows
AnyToolContext: TypeAlias = ToolContext[Any]

Rule: TypeAlias = Callable[[AnyContext, dict[str, JsonValue], str], bool | Awaitable[bool]]
"""Whether one call needs approval, from the run's context, the parsed arguments and the call's id."""

Body: TypeAlias = Callable[[AnyToolContext, str], Awaitable[object]]
"""What a tool does with the context and its arguments, which are JSON."""

FailureFunction: TypeAlias = Callable[[AnyContext, Exception], str | Awaitable[str]]
"""What the model reads when a tool failed."""


async def default_tool_error(_: AnyContext, error: Exception) -> str:
    """What the model reads of an error: its class and its words."""
    return f"The tool failed: {type(error).__name__}: {error}"


def no_objection(_: dict[str, JsonValue]) -> str | None:
    """Any arguments will do."""
    return None


@dataclass(frozen=True, kw_only=True)
class FunctionTool:
    """A tool that runs here.

    `objection` says before anything is started why arguments do not fit, for the model to read. `timeout` is in
    seconds. With `idempotent` a call that was broken off is repeated without asking, with the same key.
    With `sensitive_output` nothing keeps or shows what it returns, and neither does the model see it.
    With `failure_error_function` None an error ends the run.
    """

    name: str
    description: str
    params_json_schema: Mapping[str, JsonValue]
    on_invoke_tool: Body
    strict_json_schema: bool = True
    needs_approval: bool | Rule = False
    risk: Risk = "low"
    timeout: float | None = None
    idempotent: bool = False
    sensitive_output: bool = False
    failure_error_function: FailureFunction | None = default_tool_error
    objection: Callable[[dict[str, JsonValue]], str | None] = no_objection

    def __post_init__(self) -> None:
        if not (isinstance(self.needs_approval, bool) or callable(self.needs_approval)):
            raise UserError(f"needs_approval of {self.name} must be True, False or a callable.")
        if self.risk not in get_args(Risk):
            raise UserError(f'risk of {self.name} must be "low", "medium" or "high".')
        if self.timeout is not None and self.timeout <= 0:
            raise UserError(f"timeout of {self.name} must be a number of seconds above 0.")

    @property
    def uncertain_when_broken_off(self) -> bool:
        """Whether a call that did not end well may have done something that a person must look at."""
        return self.risk != "low" or self.needs_approval is not False


async def settled(value: bool | Awaitable[bool]) -> bool:
    """What a rule says, whether it is async or not."""
    return bool(await value) if inspect.isawaitable(value) else bool(value)
