"""What the model server answers: a reply as a response of the Responses API, whole or as the events of a stream."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import JsonValue

from bot.demo.conversation import FunctionCall, FunctionCallOutput, Item, Message
from bot.demo.model_request import ModelRequest
from bot.demo.script import Reply

JsonObject = dict[str, JsonValue]


@dataclass(frozen=True)
class TextItem:
    """A text in the output of a response."""

    id: str
    text: str

    def as_json(self, *, begun: bool = False) -> JsonObject:
        return {
            "id": self.id,
            "type": "message",
            "status": "in_progress" if begun else "completed",
            "role": "assistant",
            "content": [] if begun else [_text_part(self.text)],
        }


@dataclass(frozen=True)
class CallItem:
    """A function call in the output of a response."""

    id: str
    call_id: str
    name: str
    arguments: str

    def as_json(self, *, begun: bool = False) -> JsonObject:
        return {
            "id": self.id,
            "type": "function_call",
            "status": "in_progress" if begun else "completed",
            "call_id": self.call_id,
            "name": self.name,
            "arguments": "" if begun else self.arguments,
        }


OutputItem = TextItem | CallItem


@dataclass(frozen=True)
class Response:
    """One response, with the ids that it has in every form."""

    request: ModelRequest
    id: str
    created_at: int
    output: tuple[OutputItem, ...]

    @classmethod
    def to(cls, request: ModelRequest, reply: Reply, *, created_at: int) -> Self:
        """A response that says `reply`, under new ids."""
        return cls(request, _new_id("resp"), created_at, tuple(_items(reply)))

    def as_json(self, *, begun: bool = False) -> JsonObject:
        """The response object when it is complete, or as it stands when it has just begun."""
        return {
            **_echo(self.request),
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "completed_at": None if begun else self.created_at,
            "status": "in_progress" if begun else "completed",
            "error": None,
            "incomplete_details": None,
            "output": [] if begun else [item.as_json() for item in self.output],
            "usage": None if begun else _usage(self.request, self.output),
        }

    def events(self) -> Iterator[JsonObject]:
        """The events of a stream, in the order in which the real service sends them."""
        for number, event in enumerate(self._unnumbered()):
            yield {**event, "sequence_number": number}

    def _unnumbered(self) -> Iterator[JsonObject]:
        yield {"type": "response.created", "response": self.as_json(begun=True)}
        yield {"type": "response.in_progress", "response": self.as_json(begun=True)}
        for index, item in enumerate(self.output):
            at: JsonObject = {"output_index": index}
            yield {**at, "type": "response.output_item.added", "item": item.as_json(begun=True)}
            yield from _text_events(item, at) if isinstance(item, TextItem) else _call_events(item, at)
            yield {**at, "type": "response.output_item.done", "item": item.as_json()}
        yield {"type": "response.completed", "response": self.as_json()}


def _text_events(item: TextItem, at: JsonObject) -> Iterator[JsonObject]:
    at = {**at, "item_id": item.id, "content_index": 0}
    yield {**at, "type": "response.content_part.added", "part": _text_part("")}
    for piece in _WORDS.findall(item.text):
        yield {**at, "type": "response.output_text.delta", "delta": piece, "logprobs": []}
    yield {**at, "type": "response.output_text.done", "text": item.text, "logprobs": []}
    yield {**at, "type": "response.content_part.done", "part": _text_part(item.text)}


def _call_events(item: CallItem, at: JsonObject) -> Iterator[JsonObject]:
    at = {**at, "item_id": item.id}
    for piece in _SOME_LETTERS.findall(item.arguments):
        yield {**at, "type": "response.function_call_arguments.delta", "delta": piece}
    yield {**at, "type": "response.function_call_arguments.done", "arguments": item.arguments}


_WORDS = re.compile(r"\s*\S{1,40}\s*")
_SOME_LETTERS = re.compile(r".{1,12}", re.DOTALL)


def _text_part(text: str) -> JsonObject:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _items(reply: Reply) -> Iterator[OutputItem]:
    if reply.text:
        yield TextItem(_new_id("msg"), reply.text)
    for call in reply.calls:
        yield CallItem(_new_id("fc"), _new_id("call"), call.tool, call.arguments)


def _new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(16)}"


def _echo(request: ModelRequest) -> JsonObject:
    """What a response repeats of its request, and the values of what this server does not know."""
    return {
        **request.model_dump(mode="json", exclude={"input", "stream", "conversation"}),
        "max_tool_calls": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "top_logprobs": 0,
        "truncation": "disabled",
    }


def _usage(request: ModelRequest, output: tuple[OutputItem, ...]) -> JsonObject:
    read = _tokens(request.instructions or "") + sum(_tokens(_wording(item)) for item in request.input)
    written = sum(_tokens(item.text if isinstance(item, TextItem) else item.name + item.arguments) for item in output)
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def _wording(item: Item) -> str:
    match item:
        case Message() | FunctionCallOutput():
            return item.text
        case FunctionCall():
            return item.name + item.arguments
        case _:
            return ""


def _tokens(text: str) -> int:
    """About as many as a model would count: one for four letters, and the few that every item costs."""
    return 3 + (len(text) + 3) // 4
