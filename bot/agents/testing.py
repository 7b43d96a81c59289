"""For tests of agents: a model that answers from a script, and builders of what models say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pydantic import JsonValue

from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.record.usage import Usage

Answer: TypeAlias = Sequence[Item] | Exception | Callable[[ModelRequest], Sequence[Item]]
"""What the model says to one request: items, an error to raise, or a function of the request."""


@dataclass
class ScriptedModel:
    """Answers each request with the next of `answers`; `requests` has what it was asked.

    Raises `AssertionError` when it is asked more often than it has answers.
    """

    answers: Sequence[Answer]
    requests: list[ModelRequest] = field(default_factory=list[ModelRequest])

    async def get_response(self, request: ModelRequest) -> Response:
        self.requests.append(request)
        assert len(self.requests) <= len(self.answers), "The script has no further answer."
        answer = self.answers[len(self.requests) - 1]
        if isinstance(answer, Exception):
            raise answer
        output = answer(request) if callable(answer) else answer
        return Response(id=f"resp_{len(self.requests)}", output=list(output), usage=USAGE)

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        response = await self.get_response(request)
        yield {"type": "response.created", "sequence_number": 0}
        for place, item in enumerate(response.output):
            yield {
                "type": "response.output_item.done",
                "output_index": place,
                "item": item,
                "sequence_number": place + 1,
            }
        yield response


USAGE = Usage(requests=1, input_tokens=10, output_tokens=5)
"""What each scripted response used."""


def message(text: str) -> Item:
    """The model says something."""
    content: list[JsonValue] = [{"type": "output_text", "text": text, "annotations": []}]
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}


def call(name: str, arguments: str | dict[str, JsonValue] | None = None, *, call_id: str = "call_1") -> Item:
    """The model calls a tool; `arguments` may be any text, also broken JSON."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    item_id = f"fc_{call_id}"
    return {"type": "function_call", "id": item_id, "call_id": call_id, "name": name, "arguments": text}


def reasoning(id: str = "rs_1") -> Item:
    """The model thinks."""
    return {"type": "reasoning", "id": id, "summary": []}
