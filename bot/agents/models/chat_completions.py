"""Chat Completions: the older API of OpenAI, which nearly every other server speaks too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from openai import AsyncOpenAI
from pydantic import JsonValue

from bot.agents.errors import UserError
from bot.agents.models.chat_answer import Answer
from bot.agents.models.chat_completion import Completion
from bot.agents.models.chat_messages import messages_of
from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.models.posting import json_schema, post, post_streamed, read_as
from bot.agents.record.message import Response
from bot.agents.tools.tool import Tool

_PATH = "/chat/completions"


class OpenAIChatCompletionsModel:
    """A model of any server that speaks Chat Completions: vLLM, Ollama, llama.cpp, gateways, OpenAI's own.

    Items and events are those of the Responses API, so that nobody else sees a difference. What the API cannot say
    (tools and conversations of the provider, shell calls, patches) raises `UserError` before anything is sent.
    """

    def __init__(self, model: str, openai_client: AsyncOpenAI) -> None:
        self.model = model
        self._client = openai_client

    async def get_response(self, request: ModelRequest) -> Response:
        answer = Answer()
        said = await post(self._client, _PATH, self._body(request), settings=request.settings)
        answer.take(_completion(said).whole)
        answer.end()
        return answer.response

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        answer = Answer()
        body = self._body(request)
        if request.settings.include_usage is not False:
            body["stream_options"] = {"include_usage": True}
        async with post_streamed(self._client, _PATH, body, settings=request.settings) as chunks:
            async for chunk in chunks:
                for event in answer.take(_completion(chunk)):
                    yield event
        for event in answer.end():
            yield event
        yield answer.response

    def _body(self, request: ModelRequest) -> dict[str, Any]:  # Any: the body of a request is the provider's
        settings = request.settings
        tools = [_function(tool) for tool in request.tools]
        return {
            "model": self.model,
            "messages": messages_of(request),
            "tools": tools or None,
            "tool_choice": _tool_choice(settings.tool_choice) if tools else None,
            "parallel_tool_calls": settings.parallel_tool_calls if tools else None,
            "response_format": _response_format(request),
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "frequency_penalty": settings.frequency_penalty,
            "presence_penalty": settings.presence_penalty,
            self._most_tokens: settings.max_tokens,
            "reasoning_effort": (settings.reasoning_fields or {}).get("effort"),
            "verbosity": settings.verbosity,
            "metadata": settings.metadata,
            "store": settings.store,
            "prompt_cache_retention": settings.prompt_cache_retention,
        }

    @property
    def _most_tokens(self) -> str:
        """OpenAI's own models refuse the name that other servers know."""
        return "max_completion_tokens" if self._client.base_url.host == "api.openai.com" else "max_tokens"


def _completion(said: object) -> Completion:
    return read_as(Completion, said, api="Chat Completions")


def _function(tool: Tool) -> dict[str, JsonValue]:
    definition = tool.definition()
    if definition.get("type") != "function":
        raise UserError(
            f"Chat Completions has no {definition.get('type')} tools, so {tool.name} cannot be offered. "
            "Use a function_tool or a local MCP server in its place, or an OpenAIResponsesModel."
        )
    return {"type": "function", "function": {name: value for name, value in definition.items() if name != "type"}}


def _tool_choice(choice: str | None) -> JsonValue:
    if choice is None or choice in ("auto", "required", "none"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _response_format(request: ModelRequest) -> JsonValue:
    if request.output_schema is None or request.output_schema.is_plain_text():
        return None
    return {"type": "json_schema", "json_schema": json_schema(request.output_schema)}
