"""A runtime for agents whose tools can wait for a person, and lose nothing meanwhile."""

from __future__ import annotations

from typing import NoReturn

from bot.agents import handoff_filters
from bot.agents.absent import refuse
from bot.agents.agent import Agent, AgentTool, Handoff, handoff
from bot.agents.context import AgentHookContext, RunContextWrapper, TContext, ToolContext
from bot.agents.error_handlers import (
    RunErrorHandler,
    RunErrorHandlerInput,
    RunErrorHandlerResult,
    RunErrorHandlers,
)
from bot.agents.errors import (
    AgentsError,
    AgentsException,
    MaxTurnsExceeded,
    ModelBehaviorError,
    ModelRefusalError,
    NotPerformed,
    PatchRefused,
    UserError,
)
from bot.agents.guardrail import (
    InputGuardrail,
    InputGuardrailResult,
    InputGuardrailTripwireTriggered,
    OutputGuardrail,
    OutputGuardrailResult,
    OutputGuardrailTripwireTriggered,
    input_guardrail,
    output_guardrail,
)
from bot.agents.hooks import AgentHooks, RunHooks
from bot.agents.item_helpers import ItemHelpers
from bot.agents.items import (
    HandoffCallItem,
    HandoffOutputItem,
    InputItem,
    MCPApprovalRequestItem,
    MCPApprovalResponseItem,
    MCPListToolsItem,
    MessageOutputItem,
    ReasoningItem,
    RunItem,
    ToolApprovalItem,
    ToolCallItem,
    ToolCallOutputItem,
    TResponseInputItem,
)
from bot.agents.loop.handing_over import HandoffInputData, HandoffInputFilter
from bot.agents.mcp import (
    MCPConfig,
    MCPServer,
    MCPServerSse,
    MCPServerSseParams,
    MCPServerStdio,
    MCPServerStdioParams,
    MCPServerStreamableHttp,
    MCPServerStreamableHttpParams,
    ToolFilterContext,
    create_static_tool_filter,
)
from bot.agents.model_settings import ModelSettings
from bot.agents.models.chat_completions import OpenAIChatCompletionsModel
from bot.agents.models.default import set_default_openai_api, set_default_openai_client, set_default_openai_key
from bot.agents.models.interface import Model, ModelProvider, ModelRequest
from bot.agents.models.provider import OpenAIProvider
from bot.agents.models.responses import OpenAIResponsesModel
from bot.agents.output_schema import AgentOutputSchema, AgentOutputSchemaBase
from bot.agents.record.guardrail_result import GuardrailFunctionOutput
from bot.agents.record.message import Response as ModelResponse
from bot.agents.record.people import Actor, Approval, Origin
from bot.agents.record.usage import Usage
from bot.agents.result import RunResult, RunResultStreaming
from bot.agents.run_config import (
    Allow,
    Ask,
    Gate,
    GatedCall,
    Refuse,
    RunConfig,
    ToolErrorFormatter,
    ToolErrorFormatterArgs,
    ToolExecutionConfig,
)
from bot.agents.runner import Runner
from bot.agents.sessions.conversations import OpenAIConversationsSession
from bot.agents.sessions.file import FileSession
from bot.agents.sessions.interface import Session, SessionABC, SessionSettings
from bot.agents.sessions.memory import MemorySession
from bot.agents.sessions.sqlite import SQLiteSession
from bot.agents.state import RunState
from bot.agents.stream_events import (
    AgentUpdatedStreamEvent,
    RawResponsesStreamEvent,
    RunItemStreamEvent,
    StreamEvent,
)
from bot.agents.tools.apply_diff import apply_diff
from bot.agents.tools.apply_patch import (
    ApplyPatchEditor,
    ApplyPatchOnApprovalFunctionResult,
    ApplyPatchOperation,
    ApplyPatchResult,
    ApplyPatchTool,
)
from bot.agents.tools.function_tool import function_tool, tool
from bot.agents.tools.hosted_tools import (
    CodeInterpreterTool,
    FileSearchTool,
    HostedMCPTool,
    ImageGenerationTool,
    MCPToolApprovalFunction,
    MCPToolApprovalFunctionResult,
    MCPToolApprovalRequest,
    WebSearchTool,
)
from bot.agents.tools.local_shell import LocalShell
from bot.agents.tools.shell_call import (
    ShellActionRequest,
    ShellCallData,
    ShellCallOutcome,
    ShellCommandOutput,
    ShellCommandRequest,
    ShellResult,
)
from bot.agents.tools.shell_tool import (
    ShellApprovalFunction,
    ShellExecutor,
    ShellOnApprovalFunctionResult,
    ShellTool,
)
from bot.agents.tools.tool import CallableTool, FunctionTool, Tool, default_tool_error_function
from bot.agents.tools.tool_behavior import (
    FunctionToolResult,
    StopAtTools,
    ToolsToFinalOutputFunction,
    ToolsToFinalOutputResult,
)
from bot.agents.tools.tool_guardrails import (
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailData,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrail,
    ToolOutputGuardrailData,
    ToolOutputGuardrailTripwireTriggered,
    tool_input_guardrail,
    tool_output_guardrail,
)
from bot.agents.tools.tool_output import (
    ToolOutputFileContent,
    ToolOutputFileContentDict,
    ToolOutputImage,
    ToolOutputImageDict,
    ToolOutputText,
    ToolOutputTextDict,
)
from bot.agents.tools.workspace_editor import WorkspaceEditor
from bot.agents.tracing import custom_span, gen_trace_id, set_tracing_disabled, trace
from bot.agents.verbose import enable_verbose_stdout_logging

__all__ = [
    "Actor",
    "Agent",
    "AgentHookContext",
    "AgentHooks",
    "AgentOutputSchema",
    "AgentOutputSchemaBase",
    "AgentTool",
    "AgentUpdatedStreamEvent",
    "AgentsError",
    "AgentsException",
    "Allow",
    "ApplyPatchEditor",
    "ApplyPatchOnApprovalFunctionResult",
    "ApplyPatchOperation",
    "ApplyPatchResult",
    "ApplyPatchTool",
    "Approval",
    "Ask",
    "CallableTool",
    "CodeInterpreterTool",
    "FileSearchTool",
    "FileSession",
    "FunctionTool",
    "FunctionToolResult",
    "Gate",
    "GatedCall",
    "GuardrailFunctionOutput",
    "Handoff",
    "HandoffCallItem",
    "HandoffInputData",
    "HandoffInputFilter",
    "HandoffOutputItem",
    "HostedMCPTool",
    "ImageGenerationTool",
    "InputGuardrail",
    "InputGuardrailResult",
    "InputGuardrailTripwireTriggered",
    "InputItem",
    "ItemHelpers",
    "LocalShell",
    "MCPApprovalRequestItem",
    "MCPApprovalResponseItem",
    "MCPConfig",
    "MCPListToolsItem",
    "MCPServer",
    "MCPServerSse",
    "MCPServerSseParams",
    "MCPServerStdio",
    "MCPServerStdioParams",
    "MCPServerStreamableHttp",
    "MCPServerStreamableHttpParams",
    "MCPToolApprovalFunction",
    "MCPToolApprovalFunctionResult",
    "MCPToolApprovalRequest",
    "MaxTurnsExceeded",
    "MemorySession",
    "MessageOutputItem",
    "Model",
    "ModelBehaviorError",
    "ModelProvider",
    "ModelRefusalError",
    "ModelRequest",
    "ModelResponse",
    "ModelSettings",
    "NotPerformed",
    "OpenAIChatCompletionsModel",
    "OpenAIConversationsSession",
    "OpenAIProvider",
    "OpenAIResponsesModel",
    "Origin",
    "OutputGuardrail",
    "OutputGuardrailResult",
    "OutputGuardrailTripwireTriggered",
    "PatchRefused",
    "RawResponsesStreamEvent",
    "ReasoningItem",
    "Refuse",
    "RunConfig",
    "RunContextWrapper",
    "RunErrorHandler",
    "RunErrorHandlerInput",
    "RunErrorHandlerResult",
    "RunErrorHandlers",
    "RunHooks",
    "RunItem",
    "RunItemStreamEvent",
    "RunResult",
    "RunResultStreaming",
    "RunState",
    "Runner",
    "SQLiteSession",
    "Session",
    "SessionABC",
    "SessionSettings",
    "ShellActionRequest",
    "ShellApprovalFunction",
    "ShellCallData",
    "ShellCallOutcome",
    "ShellCommandOutput",
    "ShellCommandRequest",
    "ShellExecutor",
    "ShellOnApprovalFunctionResult",
    "ShellResult",
    "ShellTool",
    "StopAtTools",
    "StreamEvent",
    "TContext",
    "TResponseInputItem",
    "Tool",
    "ToolApprovalItem",
    "ToolCallItem",
    "ToolCallOutputItem",
    "ToolContext",
    "ToolErrorFormatter",
    "ToolErrorFormatterArgs",
    "ToolExecutionConfig",
    "ToolFilterContext",
    "ToolGuardrailFunctionOutput",
    "ToolInputGuardrail",
    "ToolInputGuardrailData",
    "ToolInputGuardrailTripwireTriggered",
    "ToolOutputFileContent",
    "ToolOutputFileContentDict",
    "ToolOutputGuardrail",
    "ToolOutputGuardrailData",
    "ToolOutputGuardrailTripwireTriggered",
    "ToolOutputImage",
    "ToolOutputImageDict",
    "ToolOutputText",
    "ToolOutputTextDict",
    "ToolsToFinalOutputFunction",
    "ToolsToFinalOutputResult",
    "Usage",
    "UserError",
    "WebSearchTool",
    "WorkspaceEditor",
    "apply_diff",
    "create_static_tool_filter",
    "custom_span",
    "default_tool_error_function",
    "enable_verbose_stdout_logging",
    "function_tool",
    "gen_trace_id",
    "handoff",
    "handoff_filters",
    "input_guardrail",
    "output_guardrail",
    "set_default_openai_api",
    "set_default_openai_client",
    "set_default_openai_key",
    "set_tracing_disabled",
    "tool",
    "tool_input_guardrail",
    "tool_output_guardrail",
    "trace",
]


def __getattr__(name: str) -> NoReturn:
    refuse(__name__, name)
