"""The items of a run as an app sees them: what was said, called, answered, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from bot.agents.agent import Agent
from bot.agents.loop.within import Agents, agent_of
from bot.agents.record.forms import answer_as_text
from bot.agents.record.plain import Item, copied, text_of
from bot.agents.record.tree import Call, RunTree, Turn

TResponseInputItem: TypeAlias = dict[str, Any]  # Any: the provider's item
"""An item of the history, as the provider's API has it."""


@dataclass(frozen=True)
class RunItem:
    """Something in the history; `raw_item` is the provider's."""

    agent: Agent[Any]
    raw_item: Item
    type: ClassVar[str]

    def to_input_item(self) -> Item:
        """As the model is given it."""
        return self.raw_item


@dataclass(frozen=True)
class MessageOutputItem(RunItem):
    """What the model said."""

    type: ClassVar[str] = "message_output_item"


@dataclass(frozen=True)
class ReasoningItem(RunItem):
    """What the model thought."""

    type: ClassVar[str] = "reasoning_item"


@dataclass(frozen=True)
class ToolCallItem(RunItem):
    """A call that the model asked for."""

    type: ClassVar[str] = "tool_call_item"

    @property
    def tool_name(self) -> str | None:
        """The function, or the provider's type for what is none."""
        return text_of(self.raw_item, "name") or text_of(self.raw_item, "type").removesuffix("_call") or None

    @property
    def call_id(self) -> str | None:
        return text_of(self.raw_item, "call_id") or text_of(self.raw_item, "id") or None


@dataclass(frozen=True)
class ToolCallOutputItem(RunItem):
    """What came of a call, as the model reads it in `output`."""

    output: str
    type: ClassVar[str] = "tool_call_output_item"

    @property
    def call_id(self) -> str | None:
        return text_of(self.raw_item, "call_id") or text_of(self.raw_item, "id") or None


@dataclass(frozen=True)
class HandoffCallItem(RunItem):
    """The model gives the run to another agent."""

    type: ClassVar[str] = "handoff_call_item"


@dataclass(frozen=True)
class HandoffOutputItem(RunItem):
    """The run was given by one agent to another."""

    output: str
    target_agent: Agent[Any]
    type: ClassVar[str] = "handoff_output_item"

    @property
    def source_agent(self) -> Agent[Any]:
        return self.agent


@dataclass(frozen=True)
class MCPListToolsItem(RunItem):
    """The tools that a server has, as the provider lists them."""

    type: ClassVar[str] = "mcp_list_tools_item"


@dataclass(frozen=True)
class MCPApprovalRequestItem(RunItem):
    """The provider asks whether it may call a server's tool."""

    type: ClassVar[str] = "mcp_approval_request_item"


@dataclass(frozen=True)
class MCPApprovalResponseItem(RunItem):
    """What it was told."""

    type: ClassVar[str] = "mcp_approval_response_item"


@dataclass(frozen=True)
class InputItem(RunItem):
    """What somebody said while the run went on; handoff filters see it."""

    type: ClassVar[str] = "input_item"


@dataclass(frozen=True)
class ToolApprovalItem:
    """A call that waits for a person: `arguments` is JSON as the model wrote it, `raw_item` the provider's item.

    `path` is our own name of the call, as `call_id` may come twice. `server` is the label or name of an MCP server.
    With `may_have_run` the call was started, and whether it was carried out is not known: to approve it runs it again.
    """

    agent: Agent[Any]
    raw_item: Item
    tool_name: str | None = None
    path: str | None = None
    server: str | None = None
    digest: str = ""
    round: int = 0
    may_have_run: bool = False
    type: ClassVar[str] = "tool_approval_item"

    @property
    def name(self) -> str | None:
        return self.tool_name or text_of(self.raw_item, "name") or None

    @property
    def call_id(self) -> str | None:
        return text_of(self.raw_item, "call_id") or text_of(self.raw_item, "id") or None

    @property
    def arguments(self) -> str:
        return text_of(self.raw_item, "arguments")


def approval_item(call: Call, agent: Agent[Any]) -> ToolApprovalItem:
    """The call as something for a person to decide. It is a copy: changing it changes nothing."""
    return ToolApprovalItem(
        agent=agent,
        raw_item=copied(call.raw_item),
        tool_name=call.tool,
        path=call.path,
        server=call.server,
        digest=call.digest,
        round=call.round,
        may_have_run=call.status == "unknown",
    )


def run_items(run: RunTree, agents: Agents, *, since: int = 0) -> list[RunItem]:
    """All that the turns from `since` on brought, in order."""
    return [item for turn in run.turns[since:] for item in items_of_turn(turn, agents)]


def items_of_turn(turn: Turn, agents: Agents) -> Iterator[RunItem]:
    agent = agent_of(turn.agent, agents)
    yield from (response_item(raw, agent, turn) for raw in turn.shown)
    for call in turn.calls:
        if call.output is not None:
            yield output_item_of(call, agent)


def output_item_of(call: Call, agent: Agent[Any]) -> RunItem:
    """What came of a call that is over."""
    output = copied(call.output or {})
    match call.kind:
        case "handoff" if call.status == "done":
            target = next((way.agent for way in agent.handoff_tools if way.name == call.tool), agent)
            return HandoffOutputItem(agent, output, answer_as_text(output), target)
        case "mcp_hosted":
            return MCPApprovalResponseItem(agent, output)
        case _:
            return ToolCallOutputItem(agent, output, answer_as_text(output))


def response_item(raw: Item, agent: Agent[Any], turn: Turn) -> RunItem:
    """An item of a response, by its kind; what is none of the known ones is something that was called."""
    match raw.get("type"):
        case "message":
            return MessageOutputItem(agent, copied(raw))
        case "reasoning":
            return ReasoningItem(agent, copied(raw))
        case "mcp_approval_request":
            return MCPApprovalRequestItem(agent, copied(raw))
        case "mcp_list_tools":
            return MCPListToolsItem(agent, copied(raw))
        case "function_call" if any(call.raw_item is raw and call.kind == "handoff" for call in turn.calls):
            return HandoffCallItem(agent, copied(raw))
        case _:
            return ToolCallItem(agent, copied(raw))
