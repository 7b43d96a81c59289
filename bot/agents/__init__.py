"""A runtime for agents whose tools can wait for a person, and lose nothing meanwhile."""

from __future__ import annotations

from typing import Any

from bot.agents.agent import Agent
from bot.agents.context import RunContextWrapper, ToolContext
from bot.agents.errors import (
    AgentsError,
    AgentsException,
    MaxTurnsExceeded,
    ModelBehaviorError,
    NotPerformed,
    UserError,
)
from bot.agents.function_tool import function_tool, tool
from bot.agents.gate import Allow, Ask, Gate, GatedCall, Refuse, ToolErrorFormatterArgs
from bot.agents.hooks import AgentHooks, RunHooks
from bot.agents.items import (
    ItemHelpers,
    MessageOutputItem,
    ReasoningItem,
    RunItem,
    ToolApprovalItem,
    ToolCallItem,
    ToolCallOutputItem,
    TResponseInputItem,
)
from bot.agents.message import Response as ModelResponse
from bot.agents.model_settings import ModelSettings
from bot.agents.models.default import set_default_openai_client
from bot.agents.models.interface import Model, ModelRequest
from bot.agents.models.responses import OpenAIResponsesModel
from bot.agents.people import Actor, Approval, Origin
from bot.agents.result import RunResult, RunResultStreaming
from bot.agents.run_config import RunConfig
from bot.agents.runner import Runner
from bot.agents.state import RunState
from bot.agents.stream_events import (
    AgentUpdatedStreamEvent,
    RawResponsesStreamEvent,
    RunItemStreamEvent,
    StreamEvent,
)
from bot.agents.tool import FunctionTool
from bot.agents.usage import Usage

__all__ = [
    "Actor",
    "Agent",
    "AgentHooks",
    "AgentUpdatedStreamEvent",
    "AgentsError",
    "AgentsException",
    "Allow",
    "Approval",
    "Ask",
    "FunctionTool",
    "Gate",
    "GatedCall",
    "ItemHelpers",
    "MaxTurnsExceeded",
    "MessageOutputItem",
    "Model",
    "ModelBehaviorError",
    "ModelRequest",
    "ModelResponse",
    "ModelSettings",
    "NotPerformed",
    "OpenAIResponsesModel",
    "Origin",
    "RawResponsesStreamEvent",
    "ReasoningItem",
    "Refuse",
    "RunConfig",
    "RunContextWrapper",
    "RunHooks",
    "RunItem",
    "RunItemStreamEvent",
    "RunResult",
    "RunResultStreaming",
    "RunState",
    "Runner",
    "StreamEvent",
    "TResponseInputItem",
    "ToolApprovalItem",
    "ToolCallItem",
    "ToolCallOutputItem",
    "ToolContext",
    "ToolErrorFormatterArgs",
    "Usage",
    "UserError",
    "function_tool",
    "set_default_openai_client",
    "tool",
]

_OUT_OF_SCOPE = ("Computer", "Sandbox", "Voice", "STT", "TTS")


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    why = "is out of scope" if name.startswith(_OUT_OF_SCOPE) else "is not part of this version"
    raise ImportError(f"bot.agents has no {name}: it {why}. What it has: {', '.join(__all__)}.")
