"""Tools that leave a mark on disk before and after what they do, so that whoever looks can count what happened."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from bot.agents import Agent, FunctionTool, ToolContext, function_tool

REPEATABLE = "list_services"
"""The tool that may run any number of times."""

GATED = frozenset({"restart_service", "rotate_secret"})
"""The tools that nobody may carry out unasked."""


class Mark(BaseModel):
    """One line: the body of a call began to do something, or had done it. `key` names the call over all its rounds."""

    what: Literal["begun", "done"]
    tool: str
    service: str
    key: str
    approved_by: str | None
    pid: int


class Effects:
    """What happened in the world, whoever died meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, mark: Mark) -> None:
        """Write a mark, which is on disk when this returns."""
        with self._path.open("a") as file:
            file.write(mark.model_dump_json() + "\n")
            file.flush()
            os.fsync(file.fileno())

    def marks(self) -> list[Mark]:
        """All marks, the oldest first."""
        if not self._path.exists():
            return []
        return [Mark.model_validate_json(line) for line in self._path.read_text().splitlines()]

    def done(self, tool: str, service: str) -> bool:
        """What a person finds who goes and looks."""
        return any((mark.what, mark.tool, mark.service) == ("done", tool, service) for mark in self.marks())


def make_agent(effects: Effects, *, slow_for: float) -> Agent[None]:
    """An agent with one tool of each kind, under the names that the offline model knows; rotating takes `slow_for`."""

    @function_tool(name_override=REPEATABLE, idempotent=True)
    async def repeatable(ctx: ToolContext[Any]) -> str:
        return await _act(effects, ctx, service="all")

    @function_tool(name_override="scale_service")
    async def free(ctx: ToolContext[Any], service: str, replicas: int) -> str:
        return await _act(effects, ctx, service=service, words=f" to {replicas}")

    tools = [repeatable, free, _gated(effects, "restart_service"), _gated(effects, "rotate_secret", takes=slow_for)]
    return Agent("Operations", tools=tools)


def _gated(effects: Effects, name: str, *, takes: float = 0.0) -> FunctionTool:
    @function_tool(name_override=name, needs_approval=True)
    async def gated(ctx: ToolContext[Any], service: str) -> str:
        return await _act(effects, ctx, service=service, takes=takes)

    return gated


async def _act(effects: Effects, ctx: ToolContext[Any], *, service: str, words: str = "", takes: float = 0.0) -> str:
    by = ctx.approval.by.id if ctx.approval and ctx.approval.by else None
    begun = Mark(
        what="begun",
        tool=ctx.tool_name,
        service=service,
        key=ctx.idempotency_key,
        approved_by=by,
        pid=os.getpid(),
    )
    effects.note(begun)
    await asyncio.sleep(takes)
    effects.note(begun.model_copy(update={"what": "done"}))
    return outcome_of(ctx.tool_name, service) + words


def outcome_of(tool: str, service: str) -> str:
    """What a call says when it is done, and a person who saw that it was."""
    return f"{tool} of {service} is done"
