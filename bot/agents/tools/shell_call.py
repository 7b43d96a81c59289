"""What a shell call asks for, and what came of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from bot.agents.context import RunContextWrapper
from bot.agents.record.clean import encodable
from bot.agents.tools.kept_output import KeptOutput, shared

MOST_COMMANDS = 50
"""Commands in one call; people are to read all of them."""


@dataclass(frozen=True)
class ShellActionRequest:
    """The commands, in order, and how much the model wants to wait for and to read of each."""

    commands: list[str]
    timeout_ms: int | None = None
    max_output_length: int | None = None


@dataclass(frozen=True)
class ShellCallData:
    """One shell call; `call_id` is the provider's."""

    call_id: str
    action: ShellActionRequest


@dataclass(frozen=True)
class ShellCommandRequest:
    """What an executor is given: the call, and the context of its run."""

    ctx_wrapper: RunContextWrapper[Any]
    data: ShellCallData


@dataclass(frozen=True)
class ShellCallOutcome:
    """How a command ended; one that was stopped when its time was over has no exit code."""

    type: Literal["exit", "timeout"]
    exit_code: int | None = None


@dataclass(frozen=True)
class ShellCommandOutput:
    """What one command wrote, and how it ended."""

    stdout: str = ""
    stderr: str = ""
    outcome: ShellCallOutcome = field(default_factory=lambda: ShellCallOutcome("exit"))
    command: str | None = None
    provider_data: Mapping[str, Any] | None = None

    @property
    def exit_code(self) -> int | None:
        return self.outcome.exit_code

    @property
    def status(self) -> Literal["completed", "timeout"]:
        return "timeout" if self.outcome.type == "timeout" else "completed"


@dataclass(frozen=True)
class ShellResult:
    """What an executor returns; `provider_data`, of the command too, is the executor's own and goes nowhere."""

    output: Sequence[ShellCommandOutput]
    max_output_length: int | None = None
    provider_data: Mapping[str, Any] | None = None


def read_action(action: Mapping[str, JsonValue]) -> ShellActionRequest:
    """What the model asks for, with the directory and the variables that it may name written before the command.

    Raises pydantic's `ValidationError` for what cannot be carried out.
    """
    asked = _Action.model_validate(action)
    prefix = f"cd -- {shlex.quote(asked.working_directory)} || exit; " if asked.working_directory else ""
    prefix += "".join(f"export {name}={shlex.quote(value)}; " for name, value in (asked.env or {}).items())
    return ShellActionRequest([prefix + each for each in asked.commands], asked.timeout_ms, asked.max_output_length)


def as_answer(result: ShellResult, action: ShellActionRequest) -> dict[str, JsonValue]:
    """What the model is told: an entry for each command, none longer than the call and the executor allow."""
    limits = [each for each in (action.max_output_length, result.max_output_length) if each is not None]
    within = min(limits, default=None)
    limit: dict[str, JsonValue] = {} if within is None else {"max_output_length": within}
    return {"output": [_entry(output, within) for output in result.output], **limit}


def _entry(output: ShellCommandOutput, within: int | None) -> dict[str, JsonValue]:
    stdout, stderr = encodable(output.stdout), encodable(output.stderr)
    if within is not None:
        of_stdout, of_stderr = shared(len(stdout), len(stderr), within=max(0, within))
        stdout, stderr = _cut(stdout, of_stdout), _cut(stderr, of_stderr)
    ended: dict[str, JsonValue] = (
        {"type": "timeout"}
        if output.outcome.type == "timeout"
        else {"type": "exit", "exit_code": output.outcome.exit_code or 0}
    )
    return {"stdout": stdout, "stderr": stderr, "outcome": ended}


def _cut(text: str, within: int) -> str:
    kept = KeptOutput(within)
    kept.add(text)
    return kept.text(within)


def _fit_for_a_process(text: str) -> str:
    if "\0" in text or encodable(text) != text:
        raise ValueError("It holds a character that no command can hold")
    return text


_Text = Annotated[str, AfterValidator(_fit_for_a_process)]
_Name = Annotated[str, Field(pattern=r"\A[A-Za-z_][A-Za-z0-9_]*\z")]


class _Action(BaseModel):
    """An action as the provider has it. Commands are never run as another `user`."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    commands: Annotated[list[_Text], Field(min_length=1, max_length=MOST_COMMANDS)]
    timeout_ms: Annotated[int, Field(gt=0)] | None = None
    max_output_length: Annotated[int, Field(ge=0)] | None = None
    env: dict[_Name, _Text] | None = None
    working_directory: _Text | None = None
    user: None = None
