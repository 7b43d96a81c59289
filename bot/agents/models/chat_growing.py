"""Items that grow out of chunks, and the events by which the Responses API would tell it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Literal

from pydantic import JsonValue

from bot.agents.errors import ModelBehaviorError
from bot.agents.models.chat_completion import ToolCall
from bot.agents.models.chat_kept import keeping
from bot.agents.models.interface import RawEvent
from bot.agents.record.plain import Item

Status = Literal["in_progress", "completed"]
PartKind = Literal["output_text", "refusal", "reasoning_text"]


class Growing(ABC):
    """An item at its place in the output."""

    def __init__(self, id: str, place: int) -> None:
        self.id = id
        self._place = place
        self._told = False

    @abstractmethod
    def item(self, status: Status = "completed") -> Item:
        """The item as it is now."""

    @abstractmethod
    def _inner_done(self) -> Iterator[RawEvent]:
        """What is told of its content at its end."""

    def done(self) -> Iterator[RawEvent]:
        """What is told at its end."""
        yield from self._inner_done()
        yield {"type": "response.output_item.done", "output_index": self._place, "item": self.item()}

    def _added(self) -> Iterator[RawEvent]:
        """What is told when it begins, and never again."""
        if not self._told:
            self._told = True
            yield {
                "type": "response.output_item.added",
                "output_index": self._place,
                "item": self.item("in_progress"),
            }

    def _event(self, type: str, **fields: JsonValue) -> RawEvent:
        return {"type": f"response.{type}", "item_id": self.id, "output_index": self._place, **fields}


class Words(Growing):
    """A message or a thought: its parts are texts, one of each kind. `item` is what it is beside them."""

    def __init__(self, item: Item, id: str, place: int) -> None:
        super().__init__(id, place)
        self._item = item
        self._parts: dict[PartKind, list[str]] = {}

    def say(self, kind: PartKind, text: str) -> Iterator[RawEvent]:
        """Go on with the part of that kind."""
        yield from self._added()
        if kind not in self._parts:
            self._parts[kind] = []
            yield self._of_part(kind, "content_part.added", part=_part(kind, ""))
        self._parts[kind].append(text)
        yield self._of_part(kind, f"{kind}.delta", delta=text, **_LOGPROBS.get(kind, {}))

    def item(self, status: Status = "completed") -> Item:
        content: list[JsonValue] = [_part(kind, "".join(texts)) for kind, texts in self._parts.items()]
        return {**self._item, "id": self.id, "status": status, "content": content}

    def _inner_done(self) -> Iterator[RawEvent]:
        for kind, texts in self._parts.items():
            text = "".join(texts)
            yield self._of_part(kind, f"{kind}.done", **{_field(kind): text}, **_LOGPROBS.get(kind, {}))
            yield self._of_part(kind, "content_part.done", part=_part(kind, text))

    def _of_part(self, kind: PartKind, type: str, **fields: JsonValue) -> RawEvent:
        return self._event(type, content_index=list(self._parts).index(kind), **fields)


class FunctionCall(Growing):
    """A call of a function. `call_id` is one of ours until the server gives one."""

    def __init__(self, id: str, place: int, *, call_id: str) -> None:
        super().__init__(id, place)
        self._own_id = call_id
        self._name = ""
        self._arguments: list[str] = []
        self._extra: JsonValue = None
        self.given_id = ""

    def goes_on_with(self, fragment: ToolCall) -> bool:
        """Whether a fragment for this place is of this call. Some servers have all their calls at one place, and some
        give each fragment an id of its own, but then no name.
        """
        named = fragment.function is not None and fragment.function.name
        return not (named and fragment.id and self.given_id and fragment.id != self.given_id)

    def take(self, fragment: ToolCall) -> Iterator[RawEvent]:
        """Go on with a fragment."""
        if fragment.type not in (None, "", "function"):
            raise ModelBehaviorError(f"The model asked for a call of type {fragment.type!r:.80}, not of a function.")
        self.given_id = self.given_id or fragment.id or ""
        self._extra = self._extra or fragment.extra_content
        self._name_it((fragment.function and fragment.function.name) or "")
        yield from self._added()
        given = fragment.function.arguments if fragment.function else None
        arguments = json.dumps(given, ensure_ascii=False) if isinstance(given, dict) else given
        if arguments:
            self._arguments.append(arguments)
            yield self._event("function_call_arguments.delta", delta=arguments)

    def item(self, status: Status = "completed") -> Item:
        call: Item = {
            "type": "function_call",
            "id": self.id,
            "call_id": self.given_id or self._own_id,
            "name": self._name,
            "arguments": "".join(self._arguments),
            "status": status,
        }
        return keeping(call, self._extra)

    def _name_it(self, name: str) -> None:
        """Know its name. One that changes is an error, as it could become that of another tool by what is lost."""
        if name and self._name and name != self._name:
            raise ModelBehaviorError(f"The model's stream names one call {self._name!r:.80}, and then {name!r:.80}.")
        self._name = self._name or name

    def _inner_done(self) -> Iterator[RawEvent]:
        arguments = "".join(self._arguments)
        yield self._event("function_call_arguments.done", name=self._name, arguments=arguments)


_LOGPROBS: dict[PartKind, dict[str, JsonValue]] = {"output_text": {"logprobs": []}}
"""What the events of a part have beside its text."""


def _field(kind: PartKind) -> str:
    return "refusal" if kind == "refusal" else "text"


def _part(kind: PartKind, text: str) -> dict[str, JsonValue]:
    part: dict[str, JsonValue] = {"type": kind, _field(kind): text}
    return part | {"annotations": []} if kind == "output_text" else part
