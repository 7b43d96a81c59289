"""Tools that the model may call."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from pydantic import JsonValue

from bot.agents.context import RunContextWrapper, ToolContext
from bot.agents.errors import UserError
from bot.agents.record.content import Arguments
from bot.agents.record.decision import Kind, Risk
from bot.agents.record.plain import copied
from bot.agents.tools.tool_guardrails import ToolInputGuardrail, ToolOutputGuardrail

AnyContext: TypeAlias = RunContextWrapper[Any]  # Any: the app's own type, which only the app knows
AnyToolContext: TypeAlias = ToolContext[Any]

Rule: TypeAlias = Callable[[AnyContext, dict[str, JsonValue], str], bool | Awaitable[bool]]
"""Whether one call needs approval, from the run's context, the parsed arguments and the call's id."""

AnyRule: TypeAlias = Callable[[AnyContext, Any, str], bool | Awaitable[bool]]
"""The same for any kind of tool: what it is shown of the call is the kind's own."""

OnApproval: TypeAlias = Callable[[AnyContext, Any], Any]
"""May decide a call that needs approval: given the context and the `ToolApprovalItem`, it answers
`{"approve": bool, "reason": str}`, the reason if it has one; with any other answer a person is asked."""

Enabled: TypeAlias = Callable[[AnyContext, Any], bool | Awaitable[bool]]
"""Whether a tool is offered, from the run's context and the agent."""

Body: TypeAlias = Callable[[AnyToolContext, str], Awaitable[object]]
"""What a tool does with the context and its arguments, which are JSON."""

FailureFunction: TypeAlias = Callable[[AnyContext, Exception], str | Awaitable[str]]
"""What the model reads when a tool failed."""


def default_tool_error_function(_: AnyContext, error: Exception) -> str:
    """What the model reads of an error: its class and its words."""
    return f"The tool failed: {type(error).__name__}: {error}"


def no_objection(_: dict[str, JsonValue]) -> str | None:
    """Any arguments will do."""
    return None


@dataclass(frozen=True, kw_only=True)
class Tool(ABC):
    """Something that is offered to the model under a name."""

    name: str

    @abstractmethod
    def definition(self) -> dict[str, JsonValue]:
        """The tool as the Responses API has it."""

    @property
    def includes(self) -> Sequence[str]:
        """What answers must hold beside the usual for it, in the words of the Responses API."""
        return ()


@dataclass(frozen=True, kw_only=True)
class CallableTool(Tool):
    """A tool whose calls are ours to let through and to record.

    `kind`, `server` and `raw_name` say which one it is beside its name. `timeout` is in seconds. With `idempotent` a
    call that was broken off is repeated without asking, with the same key. With `sensitive_output` nothing keeps or
    shows what it returns, and neither does the model see it. `on_approval` may decide in place of a person.
    With `failure_error_function` None an error ends the run. Whether it is offered says `is_enabled`.
    """

    kind: Kind = "function"
    server: str | None = None
    raw_name: str | None = None
    needs_approval: bool | AnyRule = False
    on_approval: OnApproval | None = None
    risk: Risk = "low"
    timeout: float | None = None
    idempotent: bool = False
    sensitive_output: bool = False
    failure_error_function: FailureFunction | None = default_tool_error_function
    is_enabled: bool | Enabled = True
    tool_input_guardrails: Sequence[ToolInputGuardrail] = ()
    tool_output_guardrails: Sequence[ToolOutputGuardrail] = ()

    def __post_init__(self) -> None:
        if not (isinstance(self.needs_approval, bool) or callable(self.needs_approval)):
            raise UserError(f"needs_approval of {self.name} must be True, False or a callable.")
        if self.risk not in get_args(Risk):
            raise UserError(f'risk of {self.name} must be "low", "medium" or "high".')
        if self.timeout is not None and self.timeout <= 0:
            raise UserError(f"timeout of {self.name} must be a number of seconds above 0.")

    @abstractmethod
    def unfit(self, arguments: Arguments) -> str | None:
        """Why these arguments cannot be carried out at all, for the model to read, before anything is started."""

    @abstractmethod
    async def carry_out(self, ctx: AnyToolContext, arguments: Arguments) -> object:
        """Do it, and return what came of it. Whatever it raises but `NotPerformed` may have done something."""

    @property
    def uncertain_when_broken_off(self) -> bool:
        """Whether a call that did not end well may have done something that a person must look at."""
        return self.risk != "low" or self.needs_approval is not False

    @property
    def decides_last(self) -> bool:
        """Whether `on_approval` is asked only when nothing beside it waits for a person."""
        return False

    @property
    def has_callback(self) -> bool:
        """Whether the app has something that may decide in place of a person."""
        return self.on_approval is not None

    async def must_ask(self, ctx: AnyContext, arguments: Arguments, call_id: str) -> bool:
        """The tool's own rule: whether a person must look. A rule cannot look at arguments that are no JSON object."""
        rule = self.needs_approval
        if isinstance(rule, bool):
            return rule
        return arguments.value is None or await settled(rule(ctx, self.subject(ctx, arguments.value, call_id), call_id))

    def subject(self, ctx: AnyContext, arguments: dict[str, JsonValue], call_id: str) -> Any:  # noqa: ARG002
        """What a rule is shown of a call; Any, as each kind of tool has its own."""
        return copied(arguments)

    async def answer_of_callback(self, ctx: AnyContext, item: Any) -> Any:  # Any: as the app gives it
        """What `on_approval` says of a call that needs a person; None when there is no callback."""
        if self.on_approval is None:
            return None
        said = self.on_approval(ctx, item)
        return await said if inspect.isawaitable(said) else said


@dataclass(frozen=True, kw_only=True)
class FunctionTool(CallableTool):
    """A tool that runs here. `objection` says before anything is started why arguments do not fit."""

    description: str
    params_json_schema: Mapping[str, JsonValue]
    on_invoke_tool: Body
    strict_json_schema: bool = True
    needs_approval: bool | Rule = False
    objection: Callable[[dict[str, JsonValue]], str | None] = no_objection

    def definition(self) -> dict[str, JsonValue]:
        return function_definition(self.name, self.description, self.params_json_schema, strict=self.strict_json_schema)

    def unfit(self, arguments: Arguments) -> str | None:
        if arguments.text.strip() and arguments.value is None:
            return f"{self.name} was not called. {arguments.error}"
        return self.objection(arguments.value or {})

    async def carry_out(self, ctx: AnyToolContext, arguments: Arguments) -> object:
        return await self.on_invoke_tool(ctx, arguments.text)


def function_definition(
    name: str, description: str, parameters: Mapping[str, JsonValue], *, strict: bool
) -> dict[str, JsonValue]:
    """Whatever is a function to the model, as the Responses API has it."""
    return {
        "type": "function",
        "name": name,
        "description": description,
        "parameters": dict(parameters),
        "strict": strict,
    }


def check_labels(agent: str, tools: Sequence[Tool]) -> None:
    """Raises `UserError` for two hosted MCP servers with one label, as a request names its server by that alone."""
    labels = [tool.server for tool in tools if isinstance(tool, CallableTool) and tool.kind == "mcp_hosted"]
    if twice := sorted({str(label) for label in labels if labels.count(label) > 1}):
        raise UserError(f"Agent {agent} has several hosted MCP servers labelled {', '.join(twice)}. Label one anew.")


async def offered(tool: Tool, ctx: AnyContext, agent: Any) -> bool:
    """Whether the model may call it now; Any, as the agent is of the app's own type."""
    if not isinstance(tool, CallableTool) or isinstance(tool.is_enabled, bool):
        return not isinstance(tool, CallableTool) or bool(tool.is_enabled)
    return await settled(tool.is_enabled(ctx, agent))


async def settled(value: bool | Awaitable[bool]) -> bool:
    """What a rule says, whether it is async or not."""
    return bool(await value) if inspect.isawaitable(value) else bool(value)
