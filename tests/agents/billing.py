"""An agent that asks another, which refunds with approval."""

from __future__ import annotations

from typing import Any

from bot.agents import Agent
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, desk

ASK = [call("ask_billing", {"input": "Refund A1"}, call_id="o1")]
REFUND = [call("refund", {"order": "A1"}, call_id="i1")]
REFUNDED = [message("A1 is refunded.")]
DONE = [message("Done.")]


def office(
    effects: Effects,
    inner: ScriptedModel | None = None,
    outer: ScriptedModel | None = None,
    **as_tool: Any,
) -> Agent[Any]:
    """An agent that asks another, which refunds with approval."""
    billing = desk(
        inner or ScriptedModel([REFUND, REFUNDED]), effects.tool("refund", needs_approval=True), name="billing"
    )
    tool = billing.as_tool("ask_billing", "Asks billing.", **as_tool)
    return Agent[Any]("support", tools=[tool], model=outer or ScriptedModel([ASK, DONE]))
