"""OpenAI's Responses API, over the client's own retries, time-outs and errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from openai import AsyncOpenAI
from pydantic import BaseModel, ConfigDict, JsonValue, NonNegativeInt

from bot.agents.errors import ModelBehaviorError
from bot.agents.models.chat_kept import without_chat
from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.models.posting import BROKE_OFF, json_schema, post, post_streamed, read_as
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.record.usage import Usage


class OpenAIResponsesModel:
    """A model of the Responses API.

    Items go and come as plain JSON: the client's typed `responses.create` walks through every prior item of the history
    in each call (0.14 ms an item), its generic `post` does not.
    """

    def __init__(self, model: str, openai_client: AsyncOpenAI) -> None:
        self.model = model
        self._client = openai_client

    async def get_response(self, request: ModelRequest) -> Response:
        return _response(await post(self._client, "/responses", self._body(request), settings=request.settings))

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        body, last = self._body(request), None
        async with post_streamed(self._client, "/responses", body, settings=request.settings) as events:
            async for raw in events:
                yield raw
                if raw.get("type") in ("response.completed", "response.incomplete", "response.failed"):
                    last = raw
                    break
                if raw.get("type") == "error":
                    raise ModelBehaviorError(f"The model's answer is an error: {raw.get('message')!s:.500}")
        if last is None:
            raise ModelBehaviorError(BROKE_OFF)
        yield _response(last.get("response"))

    def _body(self, request: ModelRequest) -> dict[str, Any]:  # Any: the body of a request is the provider's
        settings = request.settings
        tools = [tool.definition() for tool in request.tools]
        return {
            "model": self.model,
            "input": without_chat(request.input),
            "instructions": request.instructions,
            "previous_response_id": request.previous_response_id,
            "conversation": request.conversation_id,
            "tools": tools or None,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "tool_choice": _tool_choice(settings.tool_choice, tools),
            "parallel_tool_calls": settings.parallel_tool_calls,
            "truncation": settings.truncation,
            "max_output_tokens": settings.max_tokens,
            "reasoning": settings.reasoning_fields,
            "text": _text(request) or None,
            "metadata": settings.metadata,
            "store": settings.store,
            "include": _include(request),
            "top_logprobs": settings.top_logprobs,
            "prompt_cache_retention": settings.prompt_cache_retention,
            "prompt_cache_options": settings.prompt_cache_options,
            "context_management": settings.context_management,
        }


def _text(request: ModelRequest) -> dict[str, JsonValue]:
    text: dict[str, JsonValue] = {}
    if request.output_schema and not request.output_schema.is_plain_text():
        text["format"] = {"type": "json_schema", **json_schema(request.output_schema)}
    if request.settings.verbosity:
        text["verbosity"] = request.settings.verbosity
    return text


def _include(request: ModelRequest) -> list[str] | None:
    """What the answer is to hold beside the usual, each once: what the settings say, and what they and tools need."""
    include = [*(request.settings.response_include or ()), *(name for tool in request.tools for name in tool.includes)]
    if request.settings.top_logprobs is not None:
        include.append("message.output_text.logprobs")
    return list(dict.fromkeys(include)) or None


def _tool_choice(choice: str | None, tools: list[dict[str, JsonValue]]) -> JsonValue:
    """A function is chosen by its name, a tool of the provider by its type, or an MCP server by its label."""
    if choice is None or choice in ("auto", "required", "none"):
        return choice
    if any(tool.get("type") == "function" and tool.get("name") == choice for tool in tools):
        return {"type": "function", "name": choice}
    for tool in tools:
        if tool.get("type") == "mcp" and choice in ("mcp", tool.get("server_label")):
            return {"type": "mcp", "server_label": tool.get("server_label")}
        if tool.get("type") == choice:
            return {"type": choice}
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
    model: str | None = None
    status: str | None = None
    error: _Why | None = None
    incomplete_details: _Why | None = None
    output: list[Item]
    usage: _Used | None = None


def _response(answer: object) -> Response:
    """The answer as ours. Raises `ModelBehaviorError` for one that failed, is not complete, or is no response."""
    read = read_as(_Answer, answer, api="the Responses API")
    if read.status in ("failed", "incomplete", "cancelled"):
        why = read.error or read.incomplete_details or _Why()
        raise ModelBehaviorError(
            f"The model's answer is {read.status}: {why.message or why.reason or 'it does not say why'}."
        )
    return Response(id=read.id, output=read.output, usage=_usage(read.usage or _Used()), model=read.model or "")


def _usage(used: _Used) -> Usage:
    return Usage(
        requests=1,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cached_tokens=used.input_tokens_details.cached_tokens if used.input_tokens_details else 0,
        reasoning_tokens=used.output_tokens_details.reasoning_tokens if used.output_tokens_details else 0,
    )
