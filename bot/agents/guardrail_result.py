"""What a guardrail said, as it is kept."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from bot.agents.plain import Still


class GuardrailResult(Still):
    """One guardrail's word. `info` is what it told beside, as JSON; `tripped` is whether it objected."""

    name: str
    stage: Literal["input", "output", "tool_input", "tool_output"]
    tripped: bool = False
    behavior: str = ""
    info: JsonValue = None
