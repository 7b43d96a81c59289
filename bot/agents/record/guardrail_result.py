"""What a guardrail said, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import JsonValue

from bot.agents.record.plain import Still


@dataclass(frozen=True)
class GuardrailFunctionOutput:
    """What a guardrail says: `output_info` is kept with the run, and `tripwire_triggered` ends it."""

    output_info: Any
    tripwire_triggered: bool


class GuardrailResult(Still):
    """One guardrail's word. `info` is what it told beside, as JSON; `tripped` is whether it objected."""

    name: str
    stage: Literal["input", "output", "tool_input", "tool_output"]
    tripped: bool = False
    behavior: str = ""
    info: JsonValue = None

    @property
    def output(self) -> GuardrailFunctionOutput:
        """The same as the guardrail said it, as far as that was kept."""
        return GuardrailFunctionOutput(self.info, self.tripped)
