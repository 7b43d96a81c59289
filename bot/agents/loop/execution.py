"""Carry out one call, and say how it ended."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import JsonValue

from bot.agents.context import ToolContext
from bot.agents.errors import NotPerformed
from bot.agents.record.forms import FORMS, Told
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call, Turn
from bot.agents.tools.text_output import WITHHELD, output_as_text
from bot.agents.tools.tool import CallableTool
from bot.agents.tools.tool_output import content_of, with_note

_WORDS_WITHIN = 60.0


@dataclass(frozen=True)
class Outcome:
    """How the body of a call ended: `text` is what the model reads.

    `unknown` when it did not end well and may have done something; `paused` for a run within that waits for a person.
    `error` is what to raise through the run, and `within` what ended the run within. `content` is what a tool gave that
    is more than a text. `next_turn` is that of the agent that takes over.
    """

    status: Literal["done", "failed", "unknown", "paused"]
    text: str = ""
    error_class: str = ""
    error: Exception | None = None
    within: Exception | None = None
    content: JsonValue = None
    next_turn: Turn | None = None


async def invoke(tool: CallableTool, call: Call, ctx: ToolContext[Any]) -> Outcome:
    """Run the body within the tool's time limit. Raises nothing but its own cancellation, and `KeyboardInterrupt`."""
    limit = asyncio.timeout(tool.timeout)
    try:
        async with limit:
            returned = await tool.carry_out(ctx, call.runs)
    except NotPerformed as error:
        return Outcome("failed", str(error) or "Nothing was done.", "NotPerformed")
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        return await _broken_off(tool, call, ctx, RuntimeError(f"{tool.name} was cancelled from within"))
    except KeyboardInterrupt:
        raise
    except SystemExit:
        return await _broken_off(tool, call, ctx, RuntimeError(f"{tool.name} would have ended the process (sys.exit)"))
    except BaseException as error:  # noqa: BLE001 - whatever a tool raises becomes a record
        late = TimeoutError(f"{tool.name} did not end within {tool.timeout:g} seconds") if limit.expired() else error
        known = late if isinstance(late, Exception) else RuntimeError(f"{tool.name} raised {type(late).__name__}")
        return await _broken_off(tool, call, ctx, known)
    if tool.sensitive_output:
        return Outcome("done", WITHHELD)
    return Outcome("done", output_as_text(returned), content=structured(call, returned))


async def _broken_off(tool: CallableTool, call: Call, ctx: ToolContext[Any], error: Exception) -> Outcome:
    """It may have been carried out, in part or whole: that matters when somebody had to approve it."""
    if tool.uncertain_when_broken_off or call.decision:
        return Outcome("unknown", "", type(error).__name__)
    return await failed(tool, ctx, error)


async def failed(tool: CallableTool, ctx: ToolContext[Any], error: Exception) -> Outcome:
    """A call that did not work, in the words that its tool has for the error."""
    name = type(error).__name__
    try:
        if tool.failure_error_function is None:
            raise error
        async with asyncio.timeout(_WORDS_WITHIN):
            told = tool.failure_error_function(ctx, error)
            return Outcome("failed", output_as_text(await told if inspect.isawaitable(told) else told), name)
    except Exception as fatal:  # noqa: BLE001 - raised through the run once the record is kept
        return Outcome("failed", f"The tool failed: {name}.", name, fatal)


def structured(call: Call, returned: object) -> JsonValue:
    """What a shell returns is JSON in the provider's form; of functions the model reads a text, or texts and images."""
    if call.kind in ("shell", "local_shell") and isinstance(returned, dict):
        return returned  # pyright: ignore[reportUnknownVariableType]: the tool's own form
    return content_of(returned) if call.kind == "function" else None


def answer(call: Call, outcome: Outcome) -> Item:
    """What the model is given for a call; where a person changed the arguments it is told so."""
    note = _note(call)
    content = with_note(note, outcome.content) if note else outcome.content
    told = Told(note + outcome.text, made=outcome.status == "done", content=content)
    return FORMS[call.kind].answer(call.raw_item, told)


def _note(call: Call) -> str:
    if call.run_with is None or call.started_at is None:
        return ""
    return f"(A person changed the arguments of this call. It ran with {call.runs.text}.)\n"


def not_made(call: Call, text: str) -> Item:
    """What the model is given for a call that was not made."""
    return FORMS[call.kind].answer(call.raw_item, Told(text, made=False))


def objection(tool: CallableTool | None, call: Call) -> str | None:
    """Why a call cannot be carried out at all, for the model to read, or None."""
    return tool.unfit(call.runs) if tool else f"There is no tool named {call.tool}."
