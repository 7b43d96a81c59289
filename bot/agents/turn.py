"""One reply of the model, with what came before it and the calls that it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from bot.agents.call import Call
from bot.agents.people import Origin
from bot.agents.plain import Item, Plain, Still
from bot.agents.usage import Usage


class Message(Still):
    """What somebody tells a run. `id` is unique among the messages of a conversation."""

    id: str
    items: list[Item]
    origin: Origin | None = None
    at: AwareDatetime | None = None


def in_order(messages: Iterable[Message]) -> list[Message]:
    """As they were said, whatever the order in which they arrived."""
    return sorted(messages, key=lambda message: message.at.timestamp() if message.at else 0.0)


class Response(Still):
    """A whole answer of the model; `output` has the provider's items as they came."""

    id: str | None = None
    output: list[Item]
    usage: Usage = Usage()


class Turn(Plain):
    """A turn of `agent`: what people said before it, the response, and a record of each call in it, in order.

    Without a response the model is still to be asked.
    """

    agent: str
    input: list[Message] = Field(default_factory=list[Message])
    response: Response | None = None
    calls: list[Call] = Field(default_factory=list[Call])

    @model_validator(mode="after")
    def _calls_know_their_items(self) -> Self:
        output = self.response.output if self.response else []
        for call in self.calls:
            if not 0 <= call.item < len(output):
                raise ValueError("a call stands at no item of its response")
            call.bind(self.agent, output[call.item])
        return self

    @property
    def finished(self) -> bool:
        """Whether the turn will never change again."""
        return self.response is not None and all(call.over for call in self.calls)

    def copied(self) -> Turn:
        """A copy whose calls may go on otherwise than these."""
        return self.model_copy(update={"input": list(self.input), "calls": [call.model_copy() for call in self.calls]})

    @property
    def items(self) -> Iterator[Item]:
        """The turn as the model reads it: what people said, its response, and the outputs in the order of the calls."""
        for message in self.input:
            yield from message.items
        if self.response is None:
            return
        yield from self.shown
        for call in self.calls:
            if call.output is not None:
                yield call.output

    @property
    def shown(self) -> list[Item]:
        """The items of the response, but calls that repeat an earlier one and the reasoning that is tied to them."""
        output = self.response.output if self.response else []
        hidden = {call.item for call in self.calls if call.replay_of}
        if not hidden:
            return output
        for place in sorted(hidden):
            while place > 0 and output[place - 1].get("type") == "reasoning":
                place -= 1
                hidden.add(place)
        return [item for place, item in enumerate(output) if place not in hidden]


def text_message(id: str, text: str, *, origin: Origin | None = None, at: AwareDatetime | None = None) -> Message:
    """A message of a user that is only text."""
    return Message(id=id, items=[{"role": "user", "content": text}], origin=origin, at=at)
