"""Tools of MCP servers that run beside the agent; the `mcp` package is imported when the first server is made."""

from typing import NoReturn

from bot.agents.absent import refuse
from bot.agents.mcp.approval import LocalMCPApprovalCallable, RequireApproval
from bot.agents.mcp.filters import (
    ToolFilter,
    ToolFilterCallable,
    ToolFilterContext,
    ToolFilterStatic,
    create_static_tool_filter,
)
from bot.agents.mcp.listed import MCPPrompts, MCPPromptText, MCPResult, MCPTool, MCPToolAnnotations
from bot.agents.mcp.opened import opened
from bot.agents.mcp.protocol import MCPConfig, MCPServer
from bot.agents.mcp.servers import (
    MCPServerSse,
    MCPServerSseParams,
    MCPServerStdio,
    MCPServerStdioParams,
    MCPServerStreamableHttp,
    MCPServerStreamableHttpParams,
)
from bot.agents.mcp.tools import load_mcp_tools, tools_of

__all__ = [
    "LocalMCPApprovalCallable",
    "MCPConfig",
    "MCPPromptText",
    "MCPPrompts",
    "MCPResult",
    "MCPServer",
    "MCPServerSse",
    "MCPServerSseParams",
    "MCPServerStdio",
    "MCPServerStdioParams",
    "MCPServerStreamableHttp",
    "MCPServerStreamableHttpParams",
    "MCPTool",
    "MCPToolAnnotations",
    "RequireApproval",
    "ToolFilter",
    "ToolFilterCallable",
    "ToolFilterContext",
    "ToolFilterStatic",
    "create_static_tool_filter",
    "load_mcp_tools",
    "opened",
    "tools_of",
]


def __getattr__(name: str) -> NoReturn:
    refuse(__name__, name)
