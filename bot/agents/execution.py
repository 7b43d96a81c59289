"""Carry out one call, and say how it ended."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from typing import Any, Literal

from bot.agents.clean import encodable
from bot.agents.context import ToolContext
from bot.agents.errors import NotPerformed
from bot.agents.plain import Item
from bot.agents.text_output import WITHHELD, output_as_text
from bot.agents.tool import FunctionTool
from bot.agents.tree import Call

_WORDS_WITHIN = 60.0


@dataclass(frozen=True)
class Outcome:
    """How the body of a call ended: `text` is what the model reads.

    `unknown` when it did not end well and may have done something. `error` is what to raise through the run.
    """

    status: Literal["done", "failed", "unknown"]
    text: str = ""
    error_class: str = ""
    error: Exception | None = None


async def invoke(tool: FunctionTool, call: Call, ctx: ToolContext[Any]) -> Outcome:
    """Run the body within the tool's time limit. Raises nothing but its own cancellation."""
    limit = asyncio.timeout(tool.timeout)
    try:
        async with limit:
            returned = await tool.on_invoke_tool(ctx, call.arguments.text)
    except NotPerformed as error:
        return Outcome("failed", str(error) or "Nothing was done.", "NotPerformed")
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        return await _broken_off(tool, call, ctx, RuntimeError(f"{tool.name} was cancelled from within"))
    except SystemExit:
        return await _broken_off(tool, call, ctx, RuntimeError(f"{tool.name} would have ended the process (sys.exit)"))
    except Exception as error:  # noqa: BLE001 - whatever a tool raises becomes a record
        late = TimeoutError(f"{tool.name} did not end within {tool.timeout:g} seconds") if limit.expired() else error
        return await _broken_off(tool, call, ctx, late)
    return Outcome("done", WITHHELD if tool.sensitive_output else output_as_text(returned))


async def _broken_off(tool: FunctionTool, call: Call, ctx: ToolContext[Any], error: Exception) -> Outcome:
    """It may have been carried out, in part or whole: that matters when somebody had to approve it."""
    name = type(error).__name__
    if tool.uncertain_when_broken_off or call.decision:
        return Outcome("unknown", "", name)
    try:
        if tool.failure_error_function is None:
            raise error
        async with asyncio.timeout(_WORDS_WITHIN):
            told = tool.failure_error_function(ctx, error)
            return Outcome("failed", output_as_text(await told if inspect.isawaitable(told) else told), name)
    except Exception as fatal:  # noqa: BLE001 - raised through the run once the record is kept
        return Outcome("failed", f"The tool failed: {name}.", name, fatal)


def output_item(call: Call, text: str) -> Item:
    """What the model is given for a call."""
    return {"type": "function_call_output", "call_id": call.call_id, "output": encodable(text)}


def objection(tool: FunctionTool | None, call: Call) -> str | None:
    """Why a call cannot be carried out at all, for the model to read, or None."""
    if tool is None:
        return f"There is no tool named {call.tool}."
    if call.arguments.text.strip() and call.arguments.value is None:
        return f"{call.tool} was not called. {call.arguments.error}"
    return tool.objection(call.arguments.value or {})
