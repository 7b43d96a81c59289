"""What to ask of the model beside the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Settings of a request; None leaves the choice to the provider. `extra_args` go into the body as they are."""

    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    tool_choice: Literal["auto", "required", "none"] | str | None = None
    parallel_tool_calls: bool | None = None
    truncation: Literal["auto", "disabled"] | None = None
    max_tokens: int | None = None
    reasoning: Mapping[str, Any] | None = None  # Any: the provider's own fields
    verbosity: Literal["low", "medium", "high"] | None = None
    metadata: Mapping[str, str] | None = None
    store: bool | None = None
    include: tuple[str, ...] | None = None
    extra_headers: Mapping[str, str] | None = None
    extra_query: Mapping[str, str] | None = None
    extra_args: Mapping[str, Any] | None = None

    def resolve(self, override: ModelSettings | None) -> ModelSettings:
        """These settings, with those of `override` that are set."""
        if override is None:
            return self
        given = {field.name: getattr(override, field.name) for field in fields(override)}
        return replace(self, **{name: value for name, value in given.items() if value is not None})
