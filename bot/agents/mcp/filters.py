"""Which tools of a server an agent is given at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from bot.agents.errors import UserError
from bot.agents.mcp.listed import MCPTool
from bot.agents.tools.tool import AnyContext, settled

_log = logging.getLogger(__name__)

_WITHIN = 60.0
"""Seconds that a filter may take for one tool."""


@with_config(ConfigDict(extra="forbid"))
class ToolFilterStatic(TypedDict, total=False):
    """The tools that are given, if any are named, less those that are blocked."""

    allowed_tool_names: Sequence[str]
    blocked_tool_names: Sequence[str]


@dataclass(frozen=True)
class ToolFilterContext:
    """For whom a filter looks: `run_context` and `agent` are None where a list is asked for outside of a run."""

    run_context: AnyContext | None
    agent: Any  # of the app's own type
    server_name: str


ToolFilterCallable: TypeAlias = Callable[[ToolFilterContext, MCPTool], bool | Awaitable[bool]]

ToolFilter: TypeAlias = ToolFilterCallable | ToolFilterStatic | None


def create_static_tool_filter(
    allowed_tool_names: Sequence[str] | None = None, blocked_tool_names: Sequence[str] | None = None
) -> ToolFilterStatic | None:
    """A filter by name, or None when nothing is named. Raises `UserError` for what is no list of names."""
    made = ToolFilterStatic()
    if allowed_tool_names is not None:
        made["allowed_tool_names"] = allowed_tool_names
    if blocked_tool_names is not None:
        made["blocked_tool_names"] = blocked_tool_names
    return _static(made) or None


def check_filter(chosen: ToolFilter) -> ToolFilter:
    """The filter, if it is one; raises `UserError` otherwise, as one that is misspelt would let everything through."""
    return chosen if chosen is None or callable(chosen) else _static(chosen)


def _static(chosen: ToolFilterStatic) -> ToolFilterStatic:
    try:
        return _STATIC.validate_python(chosen)
    except ValidationError as error:
        raise UserError(
            f"tool_filter must be a function, or lists of names under {' and '.join(ToolFilterStatic.__annotations__)}."
        ) from error


_STATIC = TypeAdapter(ToolFilterStatic)


async def given(tool: MCPTool, chosen: ToolFilter, *, context: ToolFilterContext) -> bool:
    """Whether the tool passes; one that a filter cannot judge does not."""
    if not callable(chosen):
        return _named(tool.name, chosen or ToolFilterStatic())
    try:
        async with asyncio.timeout(_WITHIN):
            return await settled(chosen(context, tool))
    except Exception as error:  # noqa: BLE001 - whatever it raises, the tool is left out
        _log.warning(
            "The filter of MCP server %s raised %s for %s: the tool is left out.",
            context.server_name,
            type(error).__name__,
            tool.name,
        )
        return False


def _named(name: str, chosen: ToolFilterStatic) -> bool:
    if "allowed_tool_names" in chosen and name not in chosen["allowed_tool_names"]:
        return False
    return name not in chosen.get("blocked_tool_names", ())
