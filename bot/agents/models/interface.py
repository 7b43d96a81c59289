"""What a model is to the loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from bot.agents.model_settings import ModelSettings
from bot.agents.plain import Item
from bot.agents.tool import FunctionTool
from bot.agents.turn import Response

RawEvent: TypeAlias = Mapping[str, JsonValue]
"""An event of a streamed response, as the provider sent it."""


@dataclass(frozen=True, kw_only=True)
class ModelRequest:
    """One question to the model."""

    input: Sequence[Item]
    instructions: str | None = None
    tools: Sequence[FunctionTool] = ()
    settings: ModelSettings = field(default_factory=ModelSettings)


class Model(Protocol):
    """Something that answers. Errors of the provider's client come through as they are."""

    async def get_response(self, request: ModelRequest) -> Response:
        """The whole answer."""
        ...

    def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        """The provider's events as they come, and last the whole answer."""
        ...
