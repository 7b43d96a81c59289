"""What a model is to the loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from bot.agents.model_settings import ModelSettings
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.tools.tool import Tool

RawEvent: TypeAlias = Mapping[str, JsonValue]
"""An event of a streamed response, as the provider sent it."""


class OutputSchema(Protocol):
    """The form that the final answer is to have; see `AgentOutputSchema`."""

    def is_plain_text(self) -> bool: ...

    def name(self) -> str: ...

    def json_schema(self) -> dict[str, JsonValue]: ...

    def is_strict_json_schema(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class ModelRequest:
    """One question to the model. With one of the ids the provider has the rest of the history."""

    input: Sequence[Item]
    instructions: str | None = None
    tools: Sequence[Tool] = ()
    output_schema: OutputSchema | None = None
    previous_response_id: str | None = None
    conversation_id: str | None = None
    settings: ModelSettings = field(default_factory=ModelSettings)


class ModelProvider(Protocol):
    """Has the models that agents and runs only name."""

    def get_model(self, model_name: str | None) -> Model:
        """The model of that name; without one, whichever it has for those who name none."""
        ...


class Model(Protocol):
    """Something that answers. Errors of the provider's client come through as they are."""

    async def get_response(self, request: ModelRequest) -> Response:
        """The whole answer."""
        ...

    def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        """The provider's events as they come, and last the whole answer."""
        ...
