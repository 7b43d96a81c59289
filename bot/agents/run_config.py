"""What holds for one run, whichever agents take part."""

from __future__ import annotations

from dataclasses import dataclass

from openai import AsyncOpenAI

from bot.agents.gate import Gate, ToolErrorFormatter
from bot.agents.model_settings import ModelSettings
from bot.agents.models.interface import Model


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """`model` wins over the agents' own; `openai_client` is for models that are only named.

    `gate` is the operator's word on each call, beside the tool's own rule; `tool_error_formatter` words rejections.
    """

    model: str | Model | None = None
    model_settings: ModelSettings | None = None
    openai_client: AsyncOpenAI | None = None
    gate: Gate | None = None
    tool_error_formatter: ToolErrorFormatter | None = None
