"""How many tokens were used."""

from __future__ import annotations

from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails
from pydantic import Field

from bot.agents.record.plain import Still


class Usage(Still):
    """Tokens of one response or of a whole run; `requests` counts the responses."""

    requests: int = Field(default=0, ge=0)
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cached_tokens: int = Field(default=0, ge=0)
    reasoning_tokens: int = Field(default=0, ge=0)

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def input_tokens_details(self) -> InputTokensDetails:
        return InputTokensDetails(cached_tokens=self.cached_tokens, cache_write_tokens=0)

    @property
    def output_tokens_details(self) -> OutputTokensDetails:
        return OutputTokensDetails(reasoning_tokens=self.reasoning_tokens)

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
        )

    def __sub__(self, other: Usage) -> Usage:
        """What was used since it was `other`."""
        return Usage(
            requests=max(0, self.requests - other.requests),
            input_tokens=max(0, self.input_tokens - other.input_tokens),
            output_tokens=max(0, self.output_tokens - other.output_tokens),
            cached_tokens=max(0, self.cached_tokens - other.cached_tokens),
            reasoning_tokens=max(0, self.reasoning_tokens - other.reasoning_tokens),
        )
