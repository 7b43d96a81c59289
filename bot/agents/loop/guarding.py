"""Ask the guardrails of a tool, and keep what they say."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from bot.agents.agent import Agent
from bot.agents.context import ToolContext
from bot.agents.loop.app_code import app_code
from bot.agents.loop.journal import Journal
from bot.agents.record.clean import keepable
from bot.agents.record.guardrail_result import GuardrailResult
from bot.agents.record.tree import Call
from bot.agents.spans import Spans
from bot.agents.tools.tool import CallableTool
from bot.agents.tools.tool_guardrails import (
    ToolGuardrailFunctionOutput,
    ToolInputGuardrailData,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrailData,
    ToolOutputGuardrailTripwireTriggered,
)


async def guard_input(
    tool: CallableTool, call: Call, ctx: ToolContext[Any], agent: Agent[Any], *, journal: Journal, spans: Spans
) -> ToolGuardrailFunctionOutput | None:
    """The first word against a call, or None. Each word is kept with the call.

    Raises `ToolInputGuardrailTripwireTriggered` when a guardrail says so, and what guardrails raise.
    """
    for guardrail in tool.tool_input_guardrails:
        async with app_code(f"The guardrail {guardrail.get_name()}", journal):
            asked = guardrail.run(ToolInputGuardrailData(context=ctx, agent=agent))
            said = await spans.guardrail(guardrail.get_name(), "tool_input", asked)
        asked_before = any(
            each.behavior == "require_approval" and each.name == guardrail.get_name() for each in call.guardrails
        )
        call.guardrails.append(_word(guardrail.get_name(), "tool_input", said))
        if said.behavior == "raise_exception":
            raise ToolInputGuardrailTripwireTriggered(guardrail, said, tool=tool.name)
        if said.behavior == "reject_content" or (said.behavior == "require_approval" and not asked_before):
            return said
    return None


async def guard_output(
    tool: CallableTool,
    call: Call,
    ctx: ToolContext[Any],
    agent: Agent[Any],
    *,
    output: str,
    journal: Journal,
    spans: Spans,
) -> str | None:
    """What the model is to read in place of `output`, or None. Raises as `guard_input` does."""
    call.guardrails = [each for each in call.guardrails if each.stage != "tool_output"]  # of a check that failed
    for guardrail in tool.tool_output_guardrails:
        async with app_code(f"The guardrail {guardrail.get_name()}", journal):
            asked = guardrail.run(ToolOutputGuardrailData(context=ctx, agent=agent, output=output))
            said = await spans.guardrail(guardrail.get_name(), "tool_output", asked)
        call.guardrails.append(_word(guardrail.get_name(), "tool_output", said))
        if said.behavior == "raise_exception":
            raise ToolOutputGuardrailTripwireTriggered(guardrail, said, tool=tool.name)
        if said.behavior != "allow":
            return said.message
    return None


def _word(name: str, stage: Literal["tool_input", "tool_output"], said: ToolGuardrailFunctionOutput) -> GuardrailResult:
    """What a guardrail said, as it is kept with the call."""
    tripped = said.behavior != "allow"
    return GuardrailResult(
        name=name, stage=stage, tripped=tripped, behavior=said.behavior, info=as_json(said.output_info)
    )


def as_json(value: object) -> JsonValue:
    """What the app told, as JSON that can be kept; what cannot be written is told by its class."""
    try:
        return keepable([{"told": to_jsonable_python(value)}])[0]["told"]
    except Exception:  # noqa: BLE001 - it may run code of the value's class
        return f"({type(value).__name__})"
