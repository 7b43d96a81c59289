"""An agent with a gated tool of every kind, which knows who was let in, and the numbers that a fuzzer tells."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from bot.agents import Agent, FunctionTool, RunContextWrapper, ToolContext, function_tool, handoff
from bot.agents.models.interface import Model
from bot.agents.tools.apply_patch import ApplyPatchOperation, ApplyPatchTool
from bot.agents.tools.hosted_tools import HostedMCPTool
from bot.agents.tools.shell_call import ShellCommandRequest
from bot.agents.tools.shell_tool import ShellTool


@dataclass
class Doors:
    """Who was approved, by path, and whose bodies were entered; the context of a run."""

    approved: set[str] = field(default_factory=set[str])
    entered: list[str] = field(default_factory=list[str])

    def enter(self, ctx: RunContextWrapper[Any] | None) -> str:
        assert isinstance(ctx, ToolContext)
        self.entered.append(ctx.path)
        return "done"

    @property
    def broken_open(self) -> list[str]:
        """Those that were entered without an approval."""
        return [path for path in self.entered if path not in self.approved]


@dataclass
class Same:
    """A model that gives way to another for each run, so that the agents need not be made anew."""

    inner: Model

    def get_response(self, request: Any) -> Any:  # Any: as the other has it
        return self.inner.get_response(request)

    def stream_response(self, request: Any) -> Any:  # Any: as above
        return self.inner.stream_response(request)


def office(model: Model) -> Agent[Any]:
    """Every tool needs approval, but `maybe`, whose rule lets orders of A1 pass."""
    inner = Agent[Any]("inner", tools=_tools(), model=model)
    colleague = Agent[Any]("colleague", tools=_tools(), model=model)
    asking = [inner.as_tool("ask", "Asks.", needs_approval=True), inner.as_tool("ask_freely", "Asks.")]
    return Agent[Any](
        "desk",
        tools=[*_tools(), *asking],
        handoffs=[handoff(colleague, on_handoff=_told, tool_name_override="hand_over", needs_approval=True)],
        model=model,
    )


def _tools() -> list[Any]:  # Any: tools of every kind
    @function_tool(needs_approval=True)
    async def delete(ctx: ToolContext[Doors], order: str) -> str:
        return ctx.context.enter(ctx) + order

    @function_tool(needs_approval=_not_a1)
    async def maybe(ctx: ToolContext[Doors], order: str) -> str:
        if order == "A1":
            ctx.context.approved.add(ctx.path)
        return ctx.context.enter(ctx)

    async def act(ctx: ToolContext[Doors], arguments: str) -> str:  # noqa: ARG001
        return ctx.context.enter(ctx)

    shelf = FunctionTool(
        name="shelf_act",
        description="",
        kind="mcp_local",
        server="shelf",
        raw_name="act",
        params_json_schema={"type": "object"},
        on_invoke_tool=act,
        needs_approval=True,
    )
    hosted = HostedMCPTool(tool_config={"type": "mcp", "server_label": "shelf"})
    return [
        delete,
        maybe,
        shelf,
        hosted,
        ShellTool(_run, needs_approval=True),
        ApplyPatchTool(_Editor(), needs_approval=True),
    ]


def _not_a1(_: object, arguments: Mapping[str, JsonValue], call_id: str) -> bool:  # noqa: ARG001
    return arguments["order"] != "A1"


async def _run(request: ShellCommandRequest) -> str:
    return request.ctx_wrapper.context.enter(request.ctx_wrapper)


def _told(ctx: ToolContext[Doors]) -> None:
    ctx.context.enter(ctx)


class _Editor:
    """Edits nothing."""

    async def create_file(self, operation: ApplyPatchOperation) -> str:
        return _entered(operation)

    async def update_file(self, operation: ApplyPatchOperation) -> str:
        return _entered(operation)

    async def delete_file(self, operation: ApplyPatchOperation) -> str:
        return _entered(operation)


def _entered(operation: ApplyPatchOperation) -> str:
    doors: Doors = operation.ctx_wrapper.context if operation.ctx_wrapper else Doors()
    return doors.enter(operation.ctx_wrapper)


def told(what: str | None, fuzz: Callable[[int, int], Coroutine[Any, Any, Counter[str]]]) -> None:
    """Run a fuzzer with the number of inputs and the seed that the command line gives, and print what came of it."""
    options = argparse.ArgumentParser(description=what)
    options.add_argument("inputs", type=int)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    begun = time.perf_counter()
    came = asyncio.run(fuzz(given.inputs, given.seed))
    seconds = time.perf_counter() - begun
    rate = given.inputs / seconds
    print(f"{given.inputs} inputs of seed {given.seed} in {seconds:.1f} s, {rate:.0f} a second: {dict(came)}")
