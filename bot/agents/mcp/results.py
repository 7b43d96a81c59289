"""What the model reads of an MCP result."""

from __future__ import annotations

import json

from pydantic import JsonValue

from bot.agents.mcp.listed import MCPResult

MOST_CHARACTERS = 200_000
"""Of what a tool answered; more would fill the history, and the model could not read it."""


def output_of(result: MCPResult, *, structured: bool) -> str:
    """One text as it is, several things as a JSON list; what is too long is cut, and says so."""
    output = within_limit(_written(result, structured=structured))
    return f"The tool failed: {output}" if result.is_error else output


def within_limit(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text, cut with a note of what is missing."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n[Cut here: the first {most:,} of {len(text):,} characters.]"


def _written(result: MCPResult, *, structured: bool) -> str:
    if result.structured_content is not None and (structured or not result.content):
        return _json(result.structured_content)
    match list(result.content):
        case []:
            return ""
        case [{"type": "text", "text": str(text)}]:
            return text
        case [only]:
            return _json(only)
        case several:
            return _json([*several])


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
