"""Ask a provider through its client: plain JSON there and back, with the client's own retries, time-outs and errors."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from json import JSONDecodeError
from typing import Any, TypeVar

from openai import AsyncOpenAI, AsyncStream
from pydantic import BaseModel, JsonValue, ValidationError

from bot.agents.errors import ModelBehaviorError
from bot.agents.model_settings import ModelSettings
from bot.agents.models.interface import OutputSchema, RawEvent

Read = TypeVar("Read", bound=BaseModel)

BROKE_OFF = "The model's answer broke off before it was complete."


async def post(client: AsyncOpenAI, path: str, body: Mapping[str, Any], *, settings: ModelSettings) -> object:
    """The whole answer, as JSON."""
    with _json_told():
        return await client.post(
            path,
            cast_to=object,  # plain JSON
            body=_given(body, settings),
            options=_options(settings),  # pyright: ignore[reportArgumentType]: `security` is not in its type
        )


@asynccontextmanager
async def post_streamed(
    client: AsyncOpenAI, path: str, body: Mapping[str, Any], *, settings: ModelSettings
) -> AsyncGenerator[AsyncIterator[RawEvent]]:
    """The answer as a stream of JSON objects, which is closed with the block."""
    stream: AsyncStream[object] = await client.post(  # pyright: ignore[reportCallIssue, reportUnknownVariableType]: as above
        path,
        cast_to=object,
        body=_given(body, settings) | {"stream": True},
        options=_options(settings),  # pyright: ignore[reportArgumentType]: as above
        stream=True,
        stream_cls=AsyncStream[object],
    )
    async with stream:
        yield _events(stream)  # pyright: ignore[reportUnknownArgumentType]: as above


async def _events(stream: AsyncIterable[object]) -> AsyncIterator[RawEvent]:
    with _json_told():
        async for event in stream:
            if not isinstance(event, dict):
                raise ModelBehaviorError("The model's stream has an event that is no JSON object.")
            yield event  # pyright: ignore[reportUnknownVariableType]: parsed JSON


def _given(body: Mapping[str, Any], settings: ModelSettings) -> dict[str, Any]:
    """What is set of a body, and over it what the app wants to have in it as it is."""
    wanted = {**(settings.extra_args or {}), **(settings.extra_body or {})}
    return {name: value for name, value in body.items() if value is not None} | wanted


def _options(settings: ModelSettings) -> dict[str, Any]:
    options: dict[str, Any] = {"security": {"bearer_auth": True}}
    if settings.extra_headers:
        options["headers"] = settings.extra_headers
    if settings.extra_query:
        options["params"] = settings.extra_query
    if settings.timeout is not None:
        options["timeout"] = settings.timeout
    return options


@contextmanager
def _json_told() -> Generator[None]:
    """Tell as one of our errors that an answer is no JSON; the client tells its parser's."""
    try:
        yield
    except (JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelBehaviorError("The model's answer is no JSON that can be read.") from error


def json_schema(form: OutputSchema) -> dict[str, JsonValue]:
    """The form of the answer, as providers are told of it."""
    return {"name": "final_output", "schema": form.json_schema(), "strict": form.is_strict_json_schema()}


def read_as(form: type[Read], answer: object, *, api: str) -> Read:
    """What we know of an answer. Raises `ModelBehaviorError` where it is not in the form of the API."""
    try:
        return form.model_validate(answer)
    except ValidationError as error:
        places = [".".join(map(str, each["loc"])) for each in error.errors(include_input=False)[:5]]
        wrong = ", ".join(place or "its top" for place in places)
        raise ModelBehaviorError(f"The model's answer is not in the form of {api} (at {wrong}).") from error
