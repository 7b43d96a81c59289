"""What to ask of the model beside the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from openai.types.shared import Reasoning
from pydantic import JsonValue


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Settings of a request; None leaves the choice to the provider.

    `extra_args` and `extra_body` go into the body as they are. `timeout` is in seconds and for one try of the client.
    `include_usage` says whether a stream of Chat Completions is asked what it used: it is, unless this is False.
    What Chat Completions has no field for is left out there.
    """

    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    tool_choice: Literal["auto", "required", "none"] | str | None = None
    parallel_tool_calls: bool | None = None
    truncation: Literal["auto", "disabled"] | None = None
    max_tokens: int | None = None
    reasoning: Reasoning | Mapping[str, Any] | None = None  # Any: the provider's own fields
    verbosity: Literal["low", "medium", "high"] | None = None
    metadata: Mapping[str, str] | None = None
    store: bool | None = None
    prompt_cache_retention: Literal["in_memory", "24h"] | None = None
    prompt_cache_options: Mapping[str, Any] | None = None
    context_management: Sequence[Mapping[str, Any]] | None = None
    response_include: Sequence[str] | None = None
    top_logprobs: int | None = None
    include_usage: bool | None = None
    timeout: float | None = None
    extra_headers: Mapping[str, str] | None = None
    extra_query: Mapping[str, str] | None = None
    extra_body: Mapping[str, Any] | None = None
    extra_args: Mapping[str, Any] | None = None

    def resolve(self, override: ModelSettings | None) -> ModelSettings:
        """These settings, with those of `override` that are set; `extra_args` of both, one by one."""
        if override is None:
            return self
        given = {field.name: getattr(override, field.name) for field in fields(override)}
        if self.extra_args and override.extra_args:
            given["extra_args"] = {**self.extra_args, **override.extra_args}
        return replace(self, **{name: value for name, value in given.items() if value is not None})

    @property
    def reasoning_fields(self) -> dict[str, JsonValue] | None:
        """`reasoning` as the provider's API has it."""
        if isinstance(self.reasoning, Reasoning):
            return self.reasoning.model_dump(mode="json", exclude_unset=True)
        return None if self.reasoning is None else dict(self.reasoning)
