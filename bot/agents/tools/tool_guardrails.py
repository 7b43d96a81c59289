"""Guardrails of one tool: before a call runs, and on what came of it; and the errors when one of them objects."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, overload

from bot.agents.context import ToolContext
from bot.agents.errors import TripwireTriggered, UserError

Behavior = Literal["allow", "reject_content", "raise_exception", "require_approval"]


@dataclass(frozen=True, kw_only=True)
class ToolGuardrailFunctionOutput:
    """What a tool's guardrail says. `message` is what the model reads in place of the call or its output."""

    output_info: Any = None
    behavior: Behavior = "allow"
    message: str = ""

    @classmethod
    def allow(cls, output_info: Any = None) -> ToolGuardrailFunctionOutput:
        """Nothing against it."""
        return cls(output_info=output_info)

    @classmethod
    def reject_content(cls, message: str, output_info: Any = None) -> ToolGuardrailFunctionOutput:
        """The run goes on, and the model reads `message` instead."""
        return cls(output_info=output_info, behavior="reject_content", message=message)

    @classmethod
    def raise_exception(cls, output_info: Any = None) -> ToolGuardrailFunctionOutput:
        """The run ends with a tripwire error."""
        return cls(output_info=output_info, behavior="raise_exception")

    @classmethod
    def require_approval(cls, output_info: Any = None) -> ToolGuardrailFunctionOutput:
        """A person must look, also when one has before: for guardrails on input."""
        return cls(output_info=output_info, behavior="require_approval")


@dataclass(frozen=True, kw_only=True)
class ToolInputGuardrailData:
    """What a guardrail on input is given: the call's context (its arguments in `tool_arguments`), and the `Agent`."""

    context: ToolContext[Any]
    agent: Any


@dataclass(frozen=True, kw_only=True)
class ToolOutputGuardrailData(ToolInputGuardrailData):
    """The same, with what came of the call as the model would read it."""

    output: Any


InputFunction: TypeAlias = Callable[
    [ToolInputGuardrailData], ToolGuardrailFunctionOutput | Awaitable[ToolGuardrailFunctionOutput]
]
OutputFunction: TypeAlias = Callable[
    [ToolOutputGuardrailData], ToolGuardrailFunctionOutput | Awaitable[ToolGuardrailFunctionOutput]
]


@dataclass(frozen=True)
class ToolInputGuardrail:
    """Looks at a call before it runs."""

    guardrail_function: InputFunction
    name: str | None = None

    def get_name(self) -> str:
        return self.name or getattr(self.guardrail_function, "__name__", "guardrail")

    async def run(self, data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        return await _said(self.guardrail_function(data), self.get_name())


@dataclass(frozen=True)
class ToolOutputGuardrail:
    """Looks at what came of a call before the model does."""

    guardrail_function: OutputFunction
    name: str | None = None

    def get_name(self) -> str:
        return self.name or getattr(self.guardrail_function, "__name__", "guardrail")

    async def run(self, data: ToolOutputGuardrailData) -> ToolGuardrailFunctionOutput:
        return await _said(self.guardrail_function(data), self.get_name())


class ToolInputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to a call before it ran."""

    def __init__(self, guardrail: ToolInputGuardrail, output: ToolGuardrailFunctionOutput, *, tool: str) -> None:
        super().__init__(f"The guardrail {guardrail.get_name()} stopped {tool}.")
        self.guardrail, self.output = guardrail, output


class ToolOutputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to what came of a call."""

    def __init__(self, guardrail: ToolOutputGuardrail, output: ToolGuardrailFunctionOutput, *, tool: str) -> None:
        super().__init__(f"The guardrail {guardrail.get_name()} stopped what came of {tool}.")
        self.guardrail, self.output = guardrail, output


@overload
def tool_input_guardrail(function: InputFunction, /) -> ToolInputGuardrail: ...
@overload
def tool_input_guardrail(
    function: None = None, /, *, name: str | None = None
) -> Callable[[InputFunction], ToolInputGuardrail]: ...
def tool_input_guardrail(
    function: InputFunction | None = None, /, *, name: str | None = None
) -> ToolInputGuardrail | Callable[[InputFunction], ToolInputGuardrail]:
    """Make a guardrail on a tool's input of a function."""
    if function:
        return ToolInputGuardrail(function)
    return lambda function: ToolInputGuardrail(function, name)


@overload
def tool_output_guardrail(function: OutputFunction, /) -> ToolOutputGuardrail: ...
@overload
def tool_output_guardrail(
    function: None = None, /, *, name: str | None = None
) -> Callable[[OutputFunction], ToolOutputGuardrail]: ...
def tool_output_guardrail(
    function: OutputFunction | None = None, /, *, name: str | None = None
) -> ToolOutputGuardrail | Callable[[OutputFunction], ToolOutputGuardrail]:
    """Make a guardrail on a tool's output of a function."""
    if function:
        return ToolOutputGuardrail(function)
    return lambda function: ToolOutputGuardrail(function, name)


async def _said(
    value: ToolGuardrailFunctionOutput | Awaitable[ToolGuardrailFunctionOutput], name: str
) -> ToolGuardrailFunctionOutput:
    said = await value if inspect.isawaitable(value) else value
    if not isinstance(said, ToolGuardrailFunctionOutput):  # pyright: ignore[reportUnnecessaryIsInstance]: the app's
        raise UserError(f"The guardrail {name} must return a ToolGuardrailFunctionOutput.")
    return said
