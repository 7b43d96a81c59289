"""Whether what tools returned is the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.agents.context import RunContextWrapper


@dataclass(frozen=True)
class FunctionToolResult:
    """A tool, by its name, and what came of its call."""

    tool: str
    output: Any


@dataclass(frozen=True, kw_only=True)
class ToolsToFinalOutputResult:
    """Whether there is an answer already, and which."""

    is_final_output: bool
    final_output: Any = None


@dataclass(frozen=True, kw_only=True)
class StopAtTools:
    """What one of these tools returns is the answer."""

    stop_at_tool_names: Sequence[str]


ToolsToFinalOutputFunction: TypeAlias = Callable[
    [RunContextWrapper[Any], list[FunctionToolResult]],
    ToolsToFinalOutputResult | Awaitable[ToolsToFinalOutputResult],
]
