"""The agents of a scenario: their tools do nothing but leave their mark in the world that the scenario is lived in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import JsonValue

from bot.agents import (
    Agent,
    FunctionTool,
    Handoff,
    HandoffInputData,
    RunContextWrapper,
    ToolApprovalItem,
    ToolContext,
    ToolGuardrailFunctionOutput,
    function_tool,
    handoff,
)
from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.record.message import Response
from bot.agents.record.plain import Item, text_of
from bot.agents.run_config import Allow, Ask, GatedCall
from bot.agents.testing import USAGE, message, reasoning
from bot.agents.tools.apply_patch import ApplyPatchOperation, ApplyPatchTool
from bot.agents.tools.hosted_tools import HostedMCPTool, MCPToolApprovalFunctionResult, MCPToolApprovalRequest
from bot.agents.tools.shell_call import ShellActionRequest, ShellCommandRequest
from bot.agents.tools.shell_tool import ShellTool
from bot.agents.tools.tool import AnyContext, CallableTool, Tool
from bot.agents.tools.tool_guardrails import (
    ToolInputGuardrail,
    ToolInputGuardrailData,
    ToolOutputGuardrail,
    ToolOutputGuardrailData,
)
from tests.agents.scripts import Scenario, Step, steps

_LEVELS = 4
_SO_FAR = "So far "


class World(Protocol):
    """What tools find as their context."""

    @property
    def scenario(self) -> Scenario: ...

    def perform(self, path: str, key: str) -> str:
        """Begin the call at that path, and raise or tell what came of it."""
        ...

    def was_asked(self, within: str, turn: int, given: list[Item]) -> None:
        """The model was given this in a turn of the run within a call."""
        ...


def cast(scenario: Scenario) -> Agent[Any]:
    """The agent that the scenario begins with. On each level there are two, which hand over to each other."""
    called = [step for step in steps(scenario.script) if step.kind != "handoff"]
    kinds = {("shell" if step.kind == "local_shell" else step.tool): step for step in called}
    tools = [tool for step in kinds.values() if step.kind != "agent" for tool in _tools(step)]
    asking = {name: step for name, step in kinds.items() if step.kind == "agent"}
    handing = {step.tool: step for step in steps(scenario.script) if step.kind == "handoff"}
    desk = _level(tools, [], handing)
    for _ in range(_LEVELS - 1):
        desk = _level(tools, [_ask(desk, name, step) for name, step in asking.items()], handing)
    return desk


def _level(tools: Sequence[Tool], asking: Sequence[Tool], handing: Mapping[str, Step]) -> Agent[Any]:
    to_desk: list[Agent[Any] | Handoff] = []
    to_back: list[Agent[Any] | Handoff] = []
    desk = Agent[Any]("desk", tools=[*tools, *asking], handoffs=to_back)
    back = Agent[Any]("back", tools=[*tools, *asking], handoffs=to_desk)
    to_desk += [_hand_over(desk, name, step) for name, step in handing.items()]
    to_back += [_hand_over(back, name, step) for name, step in handing.items()]
    return desk


async def operator(asked: GatedCall) -> Ask | Allow:
    """The operator's gate: a call that names the operator needs a person."""
    return Ask() if "operator" in f"{asked.tool} {asked.arguments}" else Allow()


@dataclass(frozen=True)
class SaidBefore:
    """The model of a scenario: asked the same again it answers the same, as it goes by what it is given alone."""

    world: World

    async def get_response(self, request: ModelRequest) -> Response:
        within, turn = _place(request)
        self.world.was_asked(within, turn, list(request.input))
        script = self.world.scenario.within(within)
        prefix = f"{within}/" if within else ""
        if turn < len(script):
            output = [step.item(f"{prefix}t{turn}.c{place}") for place, step in enumerate(script[turn])]
        else:
            output = [message(f"All done {within}.")]
        thought = [reasoning(f"rs_{turn}")] if turn % 2 else []
        return Response(id=f"{within}|{turn}", output=[*thought, *output], usage=USAGE)

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        yield {"type": "response.created", "sequence_number": 0}
        yield await self.get_response(request)


def _place(request: ModelRequest) -> tuple[str, int]:
    """Whose run it is, by the path of the call that it is within, and which turn."""
    if request.previous_response_id:
        within, turn = request.previous_response_id.split("|")
        return within, int(turn) + 1
    said = [text_of(item, "content") for item in request.input]
    within = said[0].removesuffix(" edited").removeprefix("Go").strip()
    ids = [text_of(item, "call_id") or text_of(item, "id") for item in request.input]
    turns = [int(each[1:].split(".")[0]) for each in ids if "." in each and each.startswith("t")]
    turns += [int(each.removeprefix(_SO_FAR)) for each in said if each.startswith(_SO_FAR)]
    return within, max(turns, default=-1) + 1


def _tools(step: Step) -> list[CallableTool]:
    match step.kind:
        case "shell" | "local_shell":
            return [ShellTool(executor=_execute, needs_approval=_commands_ask)]
        case "apply_patch":
            return [ApplyPatchTool(_Editor(), needs_approval=_operation_asks)]
        case "mcp_hosted":
            asking = HostedMCPTool(tool_config={"type": "mcp", "server_label": "asking"})
            deciding = {"type": "mcp", "server_label": "deciding"}
            return [asking, HostedMCPTool(tool_config=deciding, on_approval_request=_decide_request)]
        case "mcp_local":
            return [_local_mcp(step)]
        case _:
            return [_function(step)]


def _function(step: Step) -> FunctionTool:
    @function_tool(
        name_override=step.tool,
        needs_approval=_needs(step, _rule) or step.asks == "callback",
        idempotent=step.repeatable,
    )
    async def body(ctx: ToolContext[World], order: str) -> str:
        return f"{order}: {ctx.context.perform(ctx.path, ctx.idempotency_key)}"

    return replace(
        body,
        on_approval=_decide if step.asks == "callback" else None,
        tool_input_guardrails=[ToolInputGuardrail(_ask_first)] if step.asks == "guardrail" else [],
        tool_output_guardrails=[ToolOutputGuardrail(_withhold)] if step.checked else [],
    )


def _local_mcp(step: Step) -> FunctionTool:
    async def invoke(ctx: ToolContext[World], arguments: str) -> str:
        return f"{arguments}: {ctx.context.perform(ctx.path, ctx.idempotency_key)}"

    return FunctionTool(
        name=step.tool,
        description="",
        kind="mcp_local",
        server="shelf",
        raw_name="act",
        params_json_schema={"type": "object"},
        on_invoke_tool=invoke,
        needs_approval=_needs(step, _rule),
        idempotent=step.repeatable,
    )


def _ask(agent: Agent[Any], name: str, step: Step) -> Tool:
    return agent.as_tool(
        name, "Asks.", needs_approval=_needs(step, _input_rule), max_turns=1 if step.ends == "raising" else None
    )


def _hand_over(agent: Agent[Any], name: str, step: Step) -> Handoff:
    def told(ctx: ToolContext[World]) -> None:
        ctx.context.perform(ctx.path, ctx.idempotency_key)

    cut = _leave_behind if step.cut else None
    return handoff(
        agent, tool_name_override=name, on_handoff=told, input_filter=cut, needs_approval=_needs(step, _rule)
    )


def _needs(step: Step, rule: Any) -> Any:  # Any: each kind has its own type of rule
    return rule if step.asks in ("rule", "rule says no") else step.asks == "gated"


def _rule(ctx: AnyContext, arguments: Mapping[str, JsonValue], call_id: str) -> bool:  # noqa: ARG001
    return "rule says no" not in str(arguments["order"])


def _input_rule(ctx: RunContextWrapper[World], arguments: Mapping[str, JsonValue], call_id: str) -> bool:  # noqa: ARG001
    path = str(arguments["input"]).split()[1]
    return ctx.context.scenario.step(path).asks == "rule"


def _commands_ask(ctx: AnyContext, action: ShellActionRequest, call_id: str) -> bool:  # noqa: ARG001
    return "rule" in action.commands[0]


def _operation_asks(ctx: AnyContext, operation: ApplyPatchOperation, call_id: str) -> bool:  # noqa: ARG001
    return "rule" in operation.path


async def _execute(request: ShellCommandRequest) -> str:
    return _performed(request.ctx_wrapper)


class _Editor:
    """Edits nothing."""

    async def create_file(self, operation: ApplyPatchOperation) -> str:
        return _performed(operation.ctx_wrapper)

    async def update_file(self, operation: ApplyPatchOperation) -> str:
        return _performed(operation.ctx_wrapper)

    async def delete_file(self, operation: ApplyPatchOperation) -> str:
        return _performed(operation.ctx_wrapper)


def _performed(ctx: RunContextWrapper[Any] | None) -> str:
    assert isinstance(ctx, ToolContext)
    world: World = ctx.context
    return world.perform(ctx.path, ctx.idempotency_key)


def _decide(ctx: RunContextWrapper[World], item: ToolApprovalItem) -> Mapping[str, object]:
    refused = ctx.context.scenario.step(item.path or "").refused
    return {"approve": not refused, "reason": "The app says no." if refused else ""}


def _decide_request(request: MCPToolApprovalRequest) -> MCPToolApprovalFunctionResult:
    world: World = request.ctx_wrapper.context
    return {"approve": not world.scenario.step(request.item.path or "").refused}


def _ask_first(data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:  # noqa: ARG001
    return ToolGuardrailFunctionOutput.require_approval()


def _withhold(data: ToolOutputGuardrailData) -> ToolGuardrailFunctionOutput:
    return ToolGuardrailFunctionOutput.reject_content(f"Withheld: {len(str(data.output))} letters.")


def _leave_behind(data: HandoffInputData) -> HandoffInputData:
    """Who takes over reads what was said first, and how far the run is."""
    first, *_ = data.input_history
    ids = [text_of(item.raw_item, "call_id") for item in [*data.pre_handoff_items, *data.new_items]]
    turn = max(int(each[1:].split(".")[0]) for each in ids if each.startswith("t"))
    so_far: Item = {"role": "user", "content": f"{_SO_FAR}{turn}"}
    return data.clone(input_history=(first, so_far), pre_handoff_items=(), new_items=())
