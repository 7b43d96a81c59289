"""The history as messages of Chat Completions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from pydantic import JsonValue

from bot.agents.errors import UserError
from bot.agents.models.chat_kept import kept
from bot.agents.models.chat_parts import refusals_in, texts_in, user_content
from bot.agents.models.interface import ModelRequest
from bot.agents.record.content import parse_arguments
from bot.agents.record.plain import Item, text_of

ChatMessage: TypeAlias = dict[str, JsonValue]


def messages_of(request: ModelRequest) -> list[ChatMessage]:
    """The instructions and the history. Raises `UserError` for what Chat Completions has no message for."""
    if request.previous_response_id or request.conversation_id:
        raise UserError(
            "A server of Chat Completions keeps no conversation, so that it knows no conversation_id and no "
            "previous_response_id. Use a session instead, or an OpenAIResponsesModel."
        )
    instructions: list[ChatMessage] = []
    if request.instructions:
        instructions.append({"role": "system", "content": request.instructions})
    return [*instructions, *_messages(request.input)]


def _messages(items: Sequence[Item]) -> Iterator[ChatMessage]:
    said = _Said()
    for item in items:
        match text_of(item, "type") or "message", item.get("role"):
            case "message", "assistant":
                if said.is_a_message_of_its_own:
                    yield from said.message()
                    said = _Said()
                said.say(item)
            case "function_call", _:
                said.call(item)
            case "reasoning", _:
                said.think(item)
            case type, _:
                yield from said.message()
                said = _Said()
                yield _heard(item, type)
    yield from said.message()


class _Said:
    """What the model said in one go: its texts and calls are one message, which the outputs must follow."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._calls: list[JsonValue] = []
        self._thoughts: dict[str, str] = {}

    @property
    def is_a_message_of_its_own(self) -> bool:
        """Whether a further text belongs to another message."""
        return bool(self._texts or self._refusals) and not self._calls

    def say(self, item: Item) -> None:
        self._texts.append("".join(texts_in(item.get("content"), of="a message of the assistant")))
        self._refusals.extend(refusals_in(item.get("content")))

    def call(self, item: Item) -> None:
        function: JsonValue = {"name": text_of(item, "name"), "arguments": _arguments(text_of(item, "arguments"))}
        call: dict[str, JsonValue] = {"id": text_of(item, "call_id"), "type": "function", "function": function}
        extra = kept(item)
        self._calls.append(call if extra is None else call | {"extra_content": extra})

    def think(self, item: Item) -> None:
        """Note a thought that such a server had; those of other providers mean nothing to it."""
        field = kept(item)
        if isinstance(field, str):
            texts = texts_in(item.get("content"), of="a thought")
            self._thoughts[field] = self._thoughts.get(field, "") + "".join(texts)

    def message(self) -> Iterator[ChatMessage]:
        """The message, if anything was said. Thoughts go with calls only: without them some servers refuse the first,
        and others the second.
        """
        texts = [text for text in self._texts if text]
        if not (texts or self._refusals or self._calls):
            return
        message: ChatMessage = {"role": "assistant", "content": "\n\n".join(texts) or None}
        if self._refusals:
            message["refusal"] = "".join(self._refusals)
        if self._calls:
            message |= {**self._thoughts, "tool_calls": self._calls}
        yield message


def _arguments(text: str) -> str:
    """Arguments as a server may want to parse them: what is no JSON object is told within one."""
    parsed = parse_arguments(text or "{}")
    return parsed.text if parsed.value is not None else json.dumps({"not_valid": text}, ensure_ascii=False)


def _heard(item: Item, type: str) -> ChatMessage:
    """What the model was told, by people or by tools."""
    match type, item.get("role"):
        case "message", "user":
            return {"role": "user", "content": user_content(item.get("content"))}
        case "message", ("system" | "developer") as role:
            return {"role": role, "content": "\n".join(texts_in(item.get("content"), of=f"a message of {role}"))}
        case "function_call_output", _:
            content = "\n".join(texts_in(item.get("output"), of="the output of a tool"))
            return {"role": "tool", "tool_call_id": text_of(item, "call_id"), "content": content}
        case "message", role:
            raise UserError(f"A message has the role {role!r}; the roles are user, assistant, system and developer.")
        case _:
            raise UserError(
                f"Chat Completions has no message for a {type}. Give the agent an OpenAIResponsesModel, or leave such "
                "items out of its history, at a handoff with input_filter."
            )
