"""Agents: who answers, who can be called as a tool, and who can be handed over to."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, Literal, TypeAlias

from pydantic import JsonValue, TypeAdapter, ValidationError

from bot.agents.context import RunContextWrapper, TContext
from bot.agents.errors import UserError
from bot.agents.guardrail import InputGuardrail, OutputGuardrail
from bot.agents.hooks import AgentHooks, RunHooks
from bot.agents.mcp.protocol import MCPConfig, MCPServer
from bot.agents.mcp.tools import load_mcp_tools
from bot.agents.model_settings import ModelSettings
from bot.agents.models.interface import Model
from bot.agents.output_schema import AgentOutputSchema, AgentOutputSchemaBase
from bot.agents.record.content import Arguments
from bot.agents.record.decision import Kind, Risk
from bot.agents.record.tree import DEFAULT_MAX_TURNS
from bot.agents.run_config import RunConfig
from bot.agents.tools.tool import (
    AnyRule,
    AnyToolContext,
    CallableTool,
    Enabled,
    FailureFunction,
    FunctionTool,
    OnApproval,
    Tool,
    check_labels,
    default_tool_error_function,
    function_definition,
    offered,
)
from bot.agents.tools.tool_behavior import StopAtTools, ToolsToFinalOutputFunction

Instructions = str | Callable[[RunContextWrapper[Any], "Agent[Any]"], str | Awaitable[str]]

ToolUseBehavior: TypeAlias = Literal["run_llm_again", "stop_on_first_tool"] | StopAtTools | ToolsToFinalOutputFunction

_INPUT_SCHEMA: Mapping[str, JsonValue] = {
    "type": "object",
    "properties": {"input": {"type": "string"}},
    "required": ["input"],
    "additionalProperties": False,
}
_NO_INPUT_SCHEMA: Mapping[str, JsonValue] = {
    "type": "object",
    "properties": {},
    "required": [],
    "additionalProperties": False,
}


@dataclass(frozen=True, eq=False)
class Agent(Generic[TContext]):
    """Who answers. `instructions` may be a function of the context and the agent; tools have names of their own.

    `Agent[MyContext]` says what type `ctx.context` has in its tools and hooks. `output_type` is the form of the answer.
    `tool_use_behavior` says whether what tools return can be the answer. Raises `UserError` when it cannot work.
    """

    name: str
    _: KW_ONLY
    instructions: Instructions | None = None
    handoff_description: str | None = None
    tools: Sequence[Tool] = field(default_factory=list[Tool])
    handoffs: Sequence[Agent[Any] | Handoff] = field(default_factory=list["Agent[Any] | Handoff"])
    mcp_servers: Sequence[MCPServer] = field(default_factory=list[MCPServer])
    mcp_config: MCPConfig = field(default_factory=MCPConfig)
    model: str | Model | None = None
    model_settings: ModelSettings = field(default_factory=ModelSettings)
    input_guardrails: Sequence[InputGuardrail] = field(default_factory=list[InputGuardrail])
    output_guardrails: Sequence[OutputGuardrail] = field(default_factory=list[OutputGuardrail])
    output_type: Any = None
    hooks: AgentHooks[TContext] | None = None
    tool_use_behavior: ToolUseBehavior = "run_llm_again"
    reset_tool_choice: bool = True

    def __post_init__(self) -> None:
        if not self.name:
            raise UserError("An agent needs a name.")
        names = [tool.name for tool in [*self.tools, *self.handoff_tools] if isinstance(tool, CallableTool)]
        if twice := sorted({name for name in names if names.count(name) > 1 and name != "hosted_mcp"}):
            raise UserError(f"Agent {self.name} has several tools called {', '.join(twice)}. Rename one of them.")
        check_labels(self.name, self.tools)
        instructions = self.instructions
        if not (instructions is None or isinstance(instructions, str) or callable(instructions)):
            raise UserError(f"The instructions of {self.name} must be text, or a function that gives text.")

    def clone(self, **changes: Any) -> Agent[TContext]:
        """The same agent with these fields changed."""
        return replace(self, **changes)

    @property
    def handoff_tools(self) -> list[Handoff]:
        """Its handoffs, as the model is offered them."""
        return [each if isinstance(each, Handoff) else handoff(each) for each in self.handoffs]

    @cached_property
    def output_schema(self) -> AgentOutputSchemaBase | None:
        """The form that the answer is to have, or None for text."""
        kind = self.output_type
        if kind is None or kind is str:
            return None
        return kind if isinstance(kind, AgentOutputSchemaBase) else AgentOutputSchema(kind)

    async def get_system_prompt(self, ctx: RunContextWrapper[TContext]) -> str | None:
        """The instructions for this context."""
        if not callable(self.instructions):
            return self.instructions
        told = self.instructions(ctx, self)
        return await told if inspect.isawaitable(told) else told

    async def get_mcp_tools(self, run_context: RunContextWrapper[TContext]) -> list[FunctionTool]:
        """The tools of its MCP servers. Raises `UserError` when one of these cannot be reached."""
        return list(await load_mcp_tools(self, run_context)) if self.mcp_servers else []

    async def get_all_tools(self, run_context: RunContextWrapper[TContext]) -> list[Tool]:
        """What it is offered now but for its handoffs: the tools that are enabled, and those of its MCP servers."""
        tools = [*self.tools, *await self.get_mcp_tools(run_context)]
        return [tool for tool in tools if await offered(tool, run_context, self)]

    def as_tool(
        self,
        tool_name: str | None = None,
        tool_description: str | None = None,
        *,
        custom_output_extractor: Callable[[Any], Awaitable[str]] | None = None,
        is_enabled: bool | Enabled = True,
        needs_approval: bool | AnyRule = False,
        on_approval: OnApproval | None = None,
        risk: Risk = "low",
        max_turns: int | None = DEFAULT_MAX_TURNS,
        run_config: RunConfig | None = None,
        hooks: RunHooks[Any] | None = None,
        parameters: type[Any] | None = None,
        failure_error_function: FailureFunction | None = default_tool_error_function,
    ) -> AgentTool:
        """This agent as a tool of another: it is given a text, or with `parameters` (a pydantic model, a dataclass)
        their JSON, and what it answers is the output.

        `custom_output_extractor` makes the output of the inner `RunResult`. Calls within that need a person show on
        the outer result. `needs_approval` is for the call of the agent; its own tools ask beside that.
        """
        return AgentTool(
            name=tool_name or as_function_name(self.name),
            description=tool_description or self.handoff_description or "",
            raw_name=self.name,
            agent=self,
            custom_output_extractor=custom_output_extractor,
            is_enabled=is_enabled,
            needs_approval=needs_approval,
            on_approval=on_approval,
            risk=risk,
            max_turns=max_turns,
            run_config=run_config,
            hooks=hooks,
            parameters=TypeAdapter(parameters) if parameters else None,
            failure_error_function=failure_error_function,
        )


@dataclass(frozen=True, kw_only=True)
class AgentTool(CallableTool):
    """An agent that is called as a tool: the call's record holds its run."""

    agent: Agent[Any]
    description: str
    kind: Kind = "agent"
    custom_output_extractor: Callable[[Any], Awaitable[str]] | None = None
    max_turns: int | None = DEFAULT_MAX_TURNS
    run_config: RunConfig | None = None
    hooks: RunHooks[Any] | None = None
    parameters: TypeAdapter[Any] | None = None

    def definition(self) -> dict[str, JsonValue]:
        schema = self.parameters.json_schema() if self.parameters else _INPUT_SCHEMA
        return function_definition(self.name, self.description, schema, strict=self.parameters is None)

    def unfit(self, arguments: Arguments) -> str | None:
        if arguments.value is None:
            return f"{self.name} was not called. {arguments.error}"
        if self.parameters:
            return misfit(self.name, self.parameters, arguments.value)
        if set(arguments.value) != {"input"} or not isinstance(arguments.value["input"], str):
            return f"{self.name} takes one argument, which is the text `input`."
        return None

    async def carry_out(self, ctx: AnyToolContext, arguments: Arguments) -> object:  # noqa: ARG002
        raise UserError(f"{self.name} is an agent: the loop drives it.")

    def input_of(self, arguments: Arguments) -> str:
        """What the agent is told."""
        given = (arguments.value or {}).get("input")
        return json.dumps(arguments.value, ensure_ascii=False) if self.parameters else str(given)


@dataclass(frozen=True, kw_only=True)
class Handoff(CallableTool):
    """Gives the run to another agent; see `handoff`."""

    agent: Agent[Any]
    description: str
    kind: Kind = "handoff"
    on_handoff: Callable[..., Any] | None = None
    input: TypeAdapter[Any] | None = None
    input_filter: Callable[[Any], Any] | None = None

    @property
    def agent_name(self) -> str:
        return self.agent.name

    @property
    def tool_name(self) -> str:
        return self.name

    @property
    def tool_description(self) -> str:
        return self.description

    @property
    def input_json_schema(self) -> dict[str, JsonValue]:
        """What the model gives with it."""
        return self.input.json_schema() if self.input else dict(_NO_INPUT_SCHEMA)

    def definition(self) -> dict[str, JsonValue]:
        return function_definition(self.name, self.description, self.input_json_schema, strict=self.input is None)

    def unfit(self, arguments: Arguments) -> str | None:
        if arguments.text.strip() and arguments.value is None:
            return f"{self.name} was not called. {arguments.error}"
        return misfit(self.name, self.input, arguments.value or {}) if self.input else None

    async def carry_out(self, ctx: AnyToolContext, arguments: Arguments) -> object:
        """Call `on_handoff`, with what the model gave where an input type is set."""
        if self.on_handoff:
            given = [self.input.validate_python(arguments.value or {})] if self.input else []
            told = self.on_handoff(ctx, *given)
            if inspect.isawaitable(told):
                await told
        return json.dumps({"assistant": self.agent.name})


def handoff(
    agent: Agent[Any],
    *,
    tool_name_override: str | None = None,
    tool_description_override: str | None = None,
    on_handoff: Callable[..., Any] | None = None,
    input_type: type[Any] | None = None,
    input_filter: Callable[[Any], Any] | None = None,
    is_enabled: bool | Enabled = True,
    needs_approval: bool | AnyRule = False,
    on_approval: OnApproval | None = None,
    risk: Risk = "low",
) -> Handoff:
    """A handoff to `agent`.

    `on_handoff` is called with the context when it happens, and with what the model gave where `input_type` is set;
    without it nothing can happen twice, so a handoff that was broken off is repeated without asking.
    `input_filter` gets `HandoffInputData` and returns what the next agent reads of the history. Raises `UserError`.
    """
    if input_type is not None and on_handoff is None:
        raise UserError(f"The handoff to {agent.name} has an input_type and no on_handoff that takes it.")
    described = f"Handoff to the {agent.name} agent to handle the request. {agent.handoff_description or ''}"
    return Handoff(
        name=tool_name_override or f"transfer_to_{as_function_name(agent.name)}",
        description=described.strip() if tool_description_override is None else tool_description_override,
        raw_name=agent.name,
        agent=agent,
        on_handoff=on_handoff,
        input=TypeAdapter(input_type) if input_type is not None else None,
        input_filter=input_filter,
        is_enabled=is_enabled,
        needs_approval=needs_approval,
        on_approval=on_approval,
        risk=risk,
        idempotent=on_handoff is None,
    )


def registry(start: Agent[Any]) -> Mapping[str, Agent[Any]]:
    """Every agent that a run beginning with `start` may be handed to, by name. Raises `UserError` for a name twice."""
    found: dict[str, Agent[Any]] = {}
    to_visit = [start]
    while to_visit:
        agent = to_visit.pop()
        known = found.setdefault(agent.name, agent)
        if known is not agent:
            raise UserError(f"Two agents are called {agent.name!r}. A saved run names its agents: rename one.")
        to_visit += [way.agent for way in agent.handoff_tools if found.get(way.agent.name) is not way.agent]
    return found


def as_function_name(name: str) -> str:
    """A name that the model can call."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", name).lower()


def misfit(name: str, adapter: TypeAdapter[Any], value: dict[str, JsonValue]) -> str | None:
    """Why arguments do not fit a type, for the model to read."""
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        return f"Invalid arguments for {name}: {in_words(error)}."
    return None


def in_words(error: ValidationError) -> str:
    """What is wrong, where, without the values."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False)[:10]
    )
