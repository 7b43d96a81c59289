"""Guardrails of agents: on what people say, and on the answer; and the errors when one of them objects."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, overload

from bot.agents.context import RunContextWrapper
from bot.agents.errors import TripwireTriggered, UserError
from bot.agents.record.guardrail_result import GuardrailFunctionOutput
from bot.agents.record.message import text_or_items
from bot.agents.record.plain import Item

Said: TypeAlias = GuardrailFunctionOutput | Awaitable[GuardrailFunctionOutput]
InputFunction: TypeAlias = Callable[[RunContextWrapper[Any], Any, str | list[Item]], Said]
OutputFunction: TypeAlias = Callable[[RunContextWrapper[Any], Any, Any], Said]


@dataclass(frozen=True)
class InputGuardrail:
    """Looks at what people say, beside the model or, without `run_in_parallel`, before it is asked."""

    guardrail_function: InputFunction
    name: str | None = None
    run_in_parallel: bool = True

    def get_name(self) -> str:
        return self.name or getattr(self.guardrail_function, "__name__", "guardrail")

    async def run(self, ctx: RunContextWrapper[Any], agent: Any, input: Sequence[Item]) -> GuardrailFunctionOutput:
        """`agent` is the `Agent`; a text alone is given as a text."""
        return await _said(self.guardrail_function(ctx, agent, text_or_items(input)), self.get_name())


@dataclass(frozen=True)
class OutputGuardrail:
    """Looks at the answer before anybody else does."""

    guardrail_function: OutputFunction
    name: str | None = None

    def get_name(self) -> str:
        return self.name or getattr(self.guardrail_function, "__name__", "guardrail")

    async def run(self, ctx: RunContextWrapper[Any], agent: Any, output: Any) -> GuardrailFunctionOutput:
        return await _said(self.guardrail_function(ctx, agent, output), self.get_name())


@dataclass(frozen=True)
class InputGuardrailResult:
    """What a guardrail said of what people said."""

    guardrail: InputGuardrail
    output: GuardrailFunctionOutput


@dataclass(frozen=True)
class OutputGuardrailResult:
    """What a guardrail said of an answer; `agent` is the `Agent` that gave it."""

    guardrail: OutputGuardrail
    agent_output: Any
    agent: Any
    output: GuardrailFunctionOutput


class InputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to what people said."""

    def __init__(self, guardrail_result: InputGuardrailResult) -> None:
        super().__init__(f"The guardrail {guardrail_result.guardrail.get_name()} objected to what was said.")
        self.guardrail_result = guardrail_result


class OutputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to the answer."""

    def __init__(self, guardrail_result: OutputGuardrailResult) -> None:
        super().__init__(f"The guardrail {guardrail_result.guardrail.get_name()} objected to the answer.")
        self.guardrail_result = guardrail_result


@overload
def input_guardrail(function: InputFunction, /) -> InputGuardrail: ...
@overload
def input_guardrail(
    function: None = None, /, *, name: str | None = None, run_in_parallel: bool = True
) -> Callable[[InputFunction], InputGuardrail]: ...
def input_guardrail(
    function: InputFunction | None = None, /, *, name: str | None = None, run_in_parallel: bool = True
) -> InputGuardrail | Callable[[InputFunction], InputGuardrail]:
    """Make a guardrail on what people say of a function of context, agent and input."""
    if function:
        return InputGuardrail(function)
    return lambda function: InputGuardrail(function, name, run_in_parallel)


@overload
def output_guardrail(function: OutputFunction, /) -> OutputGuardrail: ...
@overload
def output_guardrail(
    function: None = None, /, *, name: str | None = None
) -> Callable[[OutputFunction], OutputGuardrail]: ...
def output_guardrail(
    function: OutputFunction | None = None, /, *, name: str | None = None
) -> OutputGuardrail | Callable[[OutputFunction], OutputGuardrail]:
    """Make a guardrail on the answer of a function of context, agent and output."""
    if function:
        return OutputGuardrail(function)
    return lambda function: OutputGuardrail(function, name)


async def _said(value: Said, name: str) -> GuardrailFunctionOutput:
    said = await value if inspect.isawaitable(value) else value
    if not isinstance(said, GuardrailFunctionOutput):  # pyright: ignore[reportUnnecessaryIsInstance]: the app's
        raise UserError(f"The guardrail {name} must return a GuardrailFunctionOutput.")
    return said
