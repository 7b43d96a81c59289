"""What holds for one run, whichever agents take part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

from openai import AsyncOpenAI
from pydantic import JsonValue

from bot.agents.context import RunContextWrapper
from bot.agents.errors import UserError
from bot.agents.guardrail import InputGuardrail, OutputGuardrail
from bot.agents.model_settings import ModelSettings
from bot.agents.models.interface import Model, ModelProvider
from bot.agents.record.decision import Kind, Risk
from bot.agents.record.people import Origin
from bot.agents.sessions.interface import SessionSettings

DEFAULT_WORKFLOW = "Agent workflow"
"""What a run is of that does not say it."""


@dataclass(frozen=True)
class GatedCall:
    """A call as the operator's gate sees it; `arguments` is None when they are no JSON object."""

    run_id: str
    path: str
    agent: str
    kind: Kind
    server: str | None
    tool: str
    risk: Risk
    arguments: dict[str, JsonValue] | None
    digest: str
    origin: Origin | None


@dataclass(frozen=True)
class Ask:
    """A person must decide."""


@dataclass(frozen=True)
class Allow:
    """Nothing against it."""


@dataclass(frozen=True)
class Refuse:
    """It is not made, and the model reads why."""

    reason: str


Gate: TypeAlias = Callable[[GatedCall], Awaitable[Ask | Allow | Refuse]]
"""The operator's word on a call, beside the tool's own rule: the stricter one wins, and raising means ask."""


@dataclass(frozen=True)
class ToolErrorFormatterArgs:
    """What `RunConfig.tool_error_formatter` is given to word a rejection."""

    kind: str
    tool_type: str
    tool_name: str
    call_id: str
    default_message: str
    run_context: RunContextWrapper[Any]


ToolErrorFormatter: TypeAlias = Callable[[ToolErrorFormatterArgs], str | Awaitable[str | None] | None]


@dataclass(frozen=True, kw_only=True)
class ToolExecutionConfig:
    """How calls are carried out. `max_function_tool_concurrency` is how many may run at once.

    With `pre_approval_tool_input_guardrails` guardrails on a tool's input also look before a person is asked.
    """

    max_function_tool_concurrency: int | None = None
    pre_approval_tool_input_guardrails: bool = False

    def __post_init__(self) -> None:
        if self.max_function_tool_concurrency is not None and self.max_function_tool_concurrency < 1:
            raise UserError("max_function_tool_concurrency must be at least 1, or None for no limit.")


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """`model` wins over the agents' own. Models that are only named come from `model_provider`, or use `openai_client`.

    `gate` is the operator's word on each call, beside the tool's own rule; `tool_error_formatter` words rejections.
    The guardrails are added to those of the agents. `handoff_input_filter` is for handoffs that have none of their own.
    `session_settings` win over those of the session.

    The spans of a run tell `workflow_name`, `group_id` and `trace_metadata`, and belong to the trace `trace_id`, or
    else to the one that is current. A run that is gone on with keeps all four; where another of them is given, a new
    trace begins. Arguments, outputs and messages are in spans only with `trace_include_sensitive_data`, which is off
    here; in the OpenAI Agents SDK it is on.
    """

    model: str | Model | None = None
    model_provider: ModelProvider | None = None
    model_settings: ModelSettings | None = None
    openai_client: AsyncOpenAI | None = None
    gate: Gate | None = None
    tool_error_formatter: ToolErrorFormatter | None = None
    input_guardrails: Sequence[InputGuardrail] = ()
    output_guardrails: Sequence[OutputGuardrail] = ()
    handoff_input_filter: Callable[[Any], Any] | None = None
    tool_execution: ToolExecutionConfig = ToolExecutionConfig()
    session_settings: SessionSettings | None = None
    workflow_name: str = DEFAULT_WORKFLOW
    trace_id: str | None = None
    group_id: str | None = None
    trace_metadata: Mapping[str, str] | None = None
    tracing_disabled: bool = False
    trace_include_sensitive_data: bool = False

    def __post_init__(self) -> None:
        if self.model_provider and self.openai_client:
            raise UserError("Give a run a model_provider or an openai_client, not both: the provider has the client.")

    def within(self, inner: RunConfig | None) -> RunConfig:
        """What holds for an agent that is called as a tool: this, but for what `inner` sets."""
        if inner is None:
            return self
        plain = RunConfig()
        given = {field.name: getattr(inner, field.name) for field in fields(inner)}
        return replace(self, **{name: value for name, value in given.items() if value != getattr(plain, name)})
