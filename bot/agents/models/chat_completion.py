"""What a server of Chat Completions says, whole or in chunks, read into types."""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue, NonNegativeInt

from bot.agents.errors import ModelBehaviorError
from bot.agents.record.usage import Usage


class _Read(BaseModel):
    """Part of an answer; what we do not know of it is passed over."""

    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)


class Function(_Read):
    name: str | None = None
    arguments: str | dict[str, JsonValue] | None = None
    """JSON, or for some servers what the JSON would be of."""


class ToolCall(_Read):
    """A call, or a fragment of one; `index` says of which one, if the server says so."""

    index: NonNegativeInt | None = None
    id: str | None = None
    type: str | None = None
    function: Function | None = None
    extra_content: JsonValue = None
    """What Gemini must be given back with the call."""


class Said(_Read):
    """A message, or what came to it; thoughts come under either of two names."""

    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[ToolCall] | None = None


class Choice(_Read):
    index: int = 0
    said: Said | None = Field(default=None, validation_alias=AliasChoices("delta", "message"))
    finish_reason: str | None = None


class _Tokens(_Read):
    cached_tokens: NonNegativeInt | None = None
    reasoning_tokens: NonNegativeInt | None = None


class _Used(_Read):
    prompt_tokens: NonNegativeInt | None = None
    completion_tokens: NonNegativeInt | None = None
    prompt_tokens_details: _Tokens | None = None
    completion_tokens_details: _Tokens | None = None


class Completion(_Read):
    """An answer, or a chunk of one."""

    id: str | None = None
    model: str | None = None
    created: float | None = None
    choices: list[Choice] | None = None
    used: _Used | None = Field(default=None, validation_alias="usage")
    error: JsonValue = None

    @property
    def whole(self) -> Completion:
        """The answer as if it were the one chunk of a stream. Raises `ModelBehaviorError` when it says nothing."""
        first = self.first
        if first is None or first.said is None:
            raise ModelBehaviorError("The model's answer holds no message.")
        calls = [call.model_copy(update={"index": place}) for place, call in enumerate(first.said.tool_calls or ())]
        said = first.said.model_copy(update={"tool_calls": calls})
        choice = first.model_copy(update={"said": said, "finish_reason": first.finish_reason or "stop"})
        return self.model_copy(update={"choices": [choice]})

    @property
    def first(self) -> Choice | None:
        """The one choice that is asked for. Raises `ModelBehaviorError` when there is an error in its place."""
        if self.error:
            message = self.error.get("message") if isinstance(self.error, dict) else self.error
            raise ModelBehaviorError(f"The model's answer is an error: {message!s:.500}")
        return next((choice for choice in self.choices or () if choice.index == 0), None)

    @property
    def usage(self) -> Usage | None:
        """What was used until now, if the server says so."""
        if self.used is None:
            return None
        given, made = self.used.prompt_tokens_details, self.used.completion_tokens_details
        return Usage(
            requests=1,
            input_tokens=self.used.prompt_tokens or 0,
            output_tokens=self.used.completion_tokens or 0,
            cached_tokens=(given and given.cached_tokens) or 0,
            reasoning_tokens=(made and made.reasoning_tokens) or 0,
        )
