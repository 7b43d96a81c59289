"""An answer of Chat Completions, put together from its chunks and told in the events of the Responses API."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from pydantic import JsonValue

from bot.agents.errors import ModelBehaviorError
from bot.agents.models.chat_completion import Completion, Said, ToolCall
from bot.agents.models.chat_growing import FunctionCall, Growing, PartKind, Words
from bot.agents.models.chat_kept import keeping
from bot.agents.models.interface import RawEvent
from bot.agents.models.posting import BROKE_OFF
from bot.agents.record.message import Response
from bot.agents.record.usage import Usage

_NOT_WHOLE = {
    "length": "was cut off at its limit of tokens. Raise max_tokens, or give it less to read",
    "content_filter": "was held back by the provider's content filter. Ask in other words",
    "function_call": "calls a function in the form before tool_calls. Use a server that knows tools",
    "error": "broke off with an error of the provider. Try again",
}
"""Why an answer ended that nothing may come of."""


class Answer:
    """What came until now. A whole answer is taken as the one chunk of a stream."""

    def __init__(self) -> None:
        self._token = secrets.token_hex(12)  # for ids of ours: the servers' own may come again in the next answer
        self._chunk: Completion | None = None
        self._items: list[Growing] = []
        self._calls: list[FunctionCall] = []
        self._at: dict[int, FunctionCall] = {}
        self._usage: Usage | None = None
        self._ended_by = ""
        self._events = 0

    def take(self, chunk: Completion) -> list[RawEvent]:
        """Go on with a chunk; what there is to tell. Raises `ModelBehaviorError` when nothing may come of it all."""
        return self._numbered(self._grow(chunk))

    def end(self) -> list[RawEvent]:
        """What there is to tell when nothing more comes. Raises `ModelBehaviorError` when the answer is not whole."""
        if not self._ended_by:
            raise ModelBehaviorError(BROKE_OFF)
        if self._ended_by == "tool_calls" and not self._calls:
            raise ModelBehaviorError("The model's answer says that it calls tools, and names none.")
        return self._numbered(self._finish())

    @property
    def response(self) -> Response:
        """The answer. It has no id, as nothing that comes later can refer to it."""
        model = self._chunk.model if self._chunk else None
        output = [each.item() for each in self._items]
        return Response(output=output, usage=self._usage or Usage(requests=1), model=model or "")

    def _grow(self, chunk: Completion) -> Iterator[RawEvent]:
        choice = chunk.first
        if self._chunk is None:
            self._chunk = chunk
            yield {"type": "response.created", "response": self._told("in_progress")}
        self._usage = chunk.usage or self._usage
        if choice is None:
            return
        yield from self._say(choice.said or Said())
        self._ended_by = choice.finish_reason or self._ended_by
        if self._ended_by in _NOT_WHOLE:
            raise ModelBehaviorError(f"The model's answer {_NOT_WHOLE[self._ended_by]} ({self._ended_by}).")

    def _say(self, said: Said) -> Iterator[RawEvent]:
        if said.reasoning_content or said.reasoning:
            field = "reasoning_content" if said.reasoning_content else "reasoning"
            thought = self._words("rs", keeping({"type": "reasoning", "summary": []}, field))
            yield from thought.say("reasoning_text", said.reasoning_content or said.reasoning or "")
        parts: list[tuple[PartKind, str | None]] = [("output_text", said.content), ("refusal", said.refusal)]
        for kind, text in parts:
            if text:
                yield from self._words("msg", {"type": "message", "role": "assistant"}).say(kind, text)
        for fragment in said.tool_calls or ():
            yield from self._call(fragment).take(fragment)

    def _words(self, prefix: str, item: dict[str, JsonValue]) -> Words:
        """The one message, or the one thought, of the answer."""
        id = f"{prefix}_{self._token}"
        for each in self._items:
            if isinstance(each, Words) and each.id == id:
                return each
        words = Words(item, id, len(self._items))
        self._items.append(words)
        return words

    def _call(self, fragment: ToolCall) -> FunctionCall:
        """The call that a fragment is of; without a place it is that of its id, else the last one."""
        if fragment.index is not None:
            found = self._at.get(fragment.index)
        else:
            same = (call for call in self._calls if call.given_id == fragment.id)
            found = next(same, self._calls[-1] if self._calls else None)
        if found is None or not found.goes_on_with(fragment):
            number = len(self._calls)
            found = FunctionCall(f"fc_{self._token}_{number}", len(self._items), call_id=f"call_{self._token}_{number}")
            self._items.append(found)
            self._calls.append(found)
        if fragment.index is not None:
            self._at[fragment.index] = found
        return found

    def _finish(self) -> Iterator[RawEvent]:
        for each in self._items:
            yield from each.done()
        yield {"type": "response.completed", "response": self._told("completed")}

    def _numbered(self, events: Iterator[RawEvent]) -> list[RawEvent]:
        numbered: list[RawEvent] = [
            {**event, "sequence_number": number} for number, event in enumerate(events, start=self._events)
        ]
        self._events += len(numbered)
        return numbered

    def _told(self, status: str) -> dict[str, JsonValue]:
        """The answer as the Responses API would show it."""
        chunk, usage = self._chunk or Completion(), self._usage or Usage()
        return {
            "id": chunk.id or f"resp_{self._token}",
            "object": "response",
            "created_at": chunk.created or 0,
            "model": chunk.model or "",
            "status": status,
            "error": None,
            "incomplete_details": None,
            "output": [each.item() for each in self._items],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": usage.input_tokens,
                "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
                "output_tokens": usage.output_tokens,
                "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
                "total_tokens": usage.total_tokens,
            },
        }
