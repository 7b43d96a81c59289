"""OpenAI's Responses API, over the client's own retries, time-outs and errors."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Generator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

from openai import AsyncOpenAI, AsyncStream
from pydantic import BaseModel, ConfigDict, JsonValue, NonNegativeInt, ValidationError

from bot.agents.errors import ModelBehaviorError
from bot.agents.message import Response
from bot.agents.model_settings import ModelSettings
from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.plain import Item
from bot.agents.usage import Usage


class OpenAIResponsesModel:
    """A model of the Responses API.

    Items go and come as plain JSON: the client's typed `responses.create` walks through every prior item of the history
    in each call (0.14 ms an item), its generic `post` does not.
    """

    def __init__(self, model: str, openai_client: AsyncOpenAI) -> None:
        self.model = model
        self._client = openai_client

    async def get_response(self, request: ModelRequest) -> Response:
        with _json_told():
            answer = await self._client.post(
                "/responses",
                cast_to=object,  # plain JSON
                body=self._body(request),
                options=_options(request.settings),  # pyright: ignore[reportArgumentType]: `security` is not in its type
            )
        return _response(answer)

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        stream: AsyncStream[object] = await self._client.post(  # pyright: ignore[reportCallIssue, reportUnknownVariableType]: as above
            "/responses",
            cast_to=object,
            body=self._body(request) | {"stream": True},
            options=_options(request.settings),  # pyright: ignore[reportArgumentType]: as above
            stream=True,
            stream_cls=AsyncStream[object],
        )
        async with stream:
            async for raw in _events(stream):  # pyright: ignore[reportUnknownArgumentType]: as above
                yield raw
                if raw.get("type") in ("response.completed", "response.incomplete", "response.failed"):
                    yield _response(raw.get("response"))
                    return
        raise ModelBehaviorError("The model's answer broke off before it was complete.")

    def _body(self, request: ModelRequest) -> dict[str, Any]:  # Any: the body of a request is the provider's
        settings = request.settings
        body: dict[str, Any] = {
            "model": self.model,
            "input": request.input,
            "instructions": request.instructions,
            "tools": [tool.definition() for tool in request.tools] or None,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "tool_choice": _tool_choice(settings),
            "parallel_tool_calls": settings.parallel_tool_calls,
            "truncation": settings.truncation,
            "max_output_tokens": settings.max_tokens,
            "reasoning": settings.reasoning,
            "text": {"verbosity": settings.verbosity} if settings.verbosity else None,
            "metadata": settings.metadata,
            "store": settings.store,
            "include": settings.include,
        }
        return {name: value for name, value in body.items() if value is not None} | dict(settings.extra_args or {})


async def _events(stream: AsyncIterable[object]) -> AsyncIterator[RawEvent]:
    with _json_told():
        async for event in stream:
            if not isinstance(event, dict):
                raise ModelBehaviorError("The model's stream has an event that is no JSON object.")
            yield event  # pyright: ignore[reportUnknownVariableType]: parsed JSON


@contextmanager
def _json_told() -> Generator[None]:
    """Tell as one of our errors that an answer is no JSON; the client tells its parser's."""
    try:
        yield
    except (JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelBehaviorError("The model's answer is no JSON that can be read.") from error


def _options(settings: ModelSettings) -> dict[str, Any]:
    options: dict[str, Any] = {"security": {"bearer_auth": True}}
    if settings.extra_headers:
        options["headers"] = settings.extra_headers
    if settings.extra_query:
        options["params"] = settings.extra_query
    return options


def _tool_choice(settings: ModelSettings) -> JsonValue:
    choice = settings.tool_choice
    if choice is None or choice in ("auto", "required", "none"):
        return choice
    return {"type": "function", "name": choice}


class _Tokens(BaseModel):
    cached_tokens: NonNegativeInt = 0
    reasoning_tokens: NonNegativeInt = 0


class _Used(BaseModel):
    input_tokens: NonNegativeInt = 0
    output_tokens: NonNegativeInt = 0
    input_tokens_details: _Tokens | None = None
    output_tokens_details: _Tokens | None = None


class _Why(BaseModel):
    message: str | None = None
    reason: str | None = None


class _Answer(BaseModel):
    """What we read of a response; the rest of it is passed over."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: str | None = None
    status: str | None = None
    error: _Why | None = None
    incomplete_details: _Why | None = None
    output: list[Item]
    usage: _Used | None = None


def _response(answer: object) -> Response:
    """The answer as ours. Raises `ModelBehaviorError` for one that failed, is not complete, or is no response."""
    try:
        read = _Answer.model_validate(answer)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, each["loc"])) for each in error.errors(include_input=False)[:5])
        raise ModelBehaviorError(f"The model's answer is not in the form of the Responses API (at {wrong}).") from error
    if read.status in ("failed", "incomplete", "cancelled"):
        why = read.error or read.incomplete_details or _Why()
        raise ModelBehaviorError(
            f"The model's answer is {read.status}: {why.message or why.reason or 'it does not say why'}."
        )
    return Response(id=read.id, output=read.output, usage=_usage(read.usage or _Used()))


def _usage(used: _Used) -> Usage:
    return Usage(
        requests=1,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cached_tokens=used.input_tokens_details.cached_tokens if used.input_tokens_details else 0,
        reasoning_tokens=used.output_tokens_details.reasoning_tokens if used.output_tokens_details else 0,
    )
