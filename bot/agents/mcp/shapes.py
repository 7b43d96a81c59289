"""The values of the `mcp` package as ours."""

from __future__ import annotations

from typing import Any

from mcp_types import CallToolResult, ContentBlock, GetPromptResult, Prompt, TextContent, Tool

from bot.agents.mcp.fit import objection_of
from bot.agents.mcp.listed import (
    MCPPrompt,
    MCPPromptArgument,
    MCPPromptContent,
    MCPPromptMessage,
    MCPPromptText,
    MCPResult,
    MCPTool,
    MCPToolAnnotations,
)
from bot.agents.record.plain import Item


def tool_of(tool: Tool) -> MCPTool:
    hints = tool.annotations
    return MCPTool(
        name=tool.name,
        input_schema=tool.input_schema,
        title=tool.title,
        description=tool.description or "",
        annotations=MCPToolAnnotations(**hints.model_dump(include=_HINTS)) if hints else MCPToolAnnotations(),
        objection=objection_of(tool.name, tool.input_schema),
    )


_HINTS = set(MCPToolAnnotations.__dataclass_fields__)


def result_of(result: CallToolResult) -> MCPResult:
    return MCPResult(
        content=[_as_item(each) for each in result.content],
        structured_content=result.structured_content,
        is_error=bool(result.is_error),
    )


def prompt_of(prompt: Prompt) -> MCPPrompt:
    arguments = [
        MCPPromptArgument(name=each.name, description=each.description or "", required=bool(each.required))
        for each in prompt.arguments or ()
    ]
    return MCPPrompt(name=prompt.name, title=prompt.title, description=prompt.description or "", arguments=arguments)


def prompt_text_of(result: GetPromptResult) -> MCPPromptText:
    messages = [
        MCPPromptMessage(
            role=each.role,
            content=MCPPromptContent(
                type=each.content.type,
                text=each.content.text if isinstance(each.content, TextContent) else "",
                raw=_as_item(each.content),
            ),
        )
        for each in result.messages
    ]
    return MCPPromptText(messages=messages, description=result.description or "")


def _as_item(content: ContentBlock) -> Item:
    made: dict[str, Any] = content.model_dump(mode="json", by_alias=True, exclude_none=True)
    return made
