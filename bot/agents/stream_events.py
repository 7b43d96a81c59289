"""What a streamed run tells while it goes. Events are for showing: losing all of them loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, TypeAlias

from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter, ValidationError

from bot.agents.agent import Agent
from bot.agents.items import RunItem
from bot.agents.models.interface import RawEvent


@cache
def _events() -> TypeAdapter[Any]:
    """Made at its first use: it takes a tenth of a second."""
    return TypeAdapter(ResponseStreamEvent)


@dataclass(frozen=True)
class RawResponsesStreamEvent:
    """An event of the model's own stream: `raw` as it came, `data` as the `openai` package's type for it."""

    raw: RawEvent
    type: Literal["raw_response_event"] = "raw_response_event"

    @cached_property
    def data(self) -> Any:
        """The typed event, or the plain one when this `openai` package does not know its kind."""
        try:
            return _events().validate_python(self.raw)
        except ValidationError:
            return self.raw


EventName = Literal[
    "message_output_created",
    "reasoning_item_created",
    "tool_called",
    "tool_output",
    "handoff_requested",
    "handoff_occured",
    "mcp_list_tools",
    "mcp_approval_requested",
    "mcp_approval_response",
]
"""What came into the history; `handoff_occured` is spelt as the OpenAI Agents SDK does."""


@dataclass(frozen=True)
class RunItemStreamEvent:
    """An item came into the history."""

    name: EventName
    item: RunItem
    type: Literal["run_item_stream_event"] = "run_item_stream_event"


@dataclass(frozen=True)
class AgentUpdatedStreamEvent:
    """Another agent is at work now."""

    new_agent: Agent[Any]
    type: Literal["agent_updated_stream_event"] = "agent_updated_stream_event"


StreamEvent: TypeAlias = RawResponsesStreamEvent | RunItemStreamEvent | AgentUpdatedStreamEvent

_NAMES: dict[str, EventName] = {
    "message_output_item": "message_output_created",
    "reasoning_item": "reasoning_item_created",
    "tool_call_item": "tool_called",
    "tool_call_output_item": "tool_output",
    "handoff_call_item": "handoff_requested",
    "handoff_output_item": "handoff_occured",
    "mcp_list_tools_item": "mcp_list_tools",
    "mcp_approval_request_item": "mcp_approval_requested",
    "mcp_approval_response_item": "mcp_approval_response",
}


def item_event(item: RunItem) -> RunItemStreamEvent:
    """The event for an item."""
    return RunItemStreamEvent(_NAMES[item.type], item)
