"""A run, from question to answer: all of it that is saved."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import AwareDatetime, Field, JsonValue

from bot.agents.call import Call, Decided, Decision, Identity, Kind
from bot.agents.people import Actor, Origin
from bot.agents.plain import Item, Plain, Still
from bot.agents.turn import Message, Turn
from bot.agents.usage import Usage

DEFAULT_MAX_TURNS = 20


class Grant(Still):
    """An "always": what a decision on one call says for all later calls of the same tool in this run."""

    agent: str
    kind: Kind
    server: str | None = None
    tool: str
    decision: Decision

    @property
    def identity(self) -> Identity:
        return (self.agent, self.kind, self.server, self.tool)


class Ended(Still):
    """How a run ended. `error` is the class of what went wrong; `by` is who cancelled it."""

    how: Literal["done", "failed", "cancelled"]
    error: str = ""
    by: Actor | None = None
    at: AwareDatetime | None = None


class Incoming(Still):
    """What came for a run from outside: messages it has not taken, decisions made elsewhere, and who cancelled it."""

    messages: Sequence[Message] = ()
    decisions: Sequence[Decided] = ()
    cancelled_by: Actor | None = None


class RunTree(Plain):
    """One run: its turns, and what holds for all of them.

    `earlier` are those whose messages are in the conversation before it.

    Whatever can be worked out from the turns (what waits, usage, history, the answer) is a property.
    """

    run_id: str
    start_agent: str
    agent: str
    max_turns: int | None = DEFAULT_MAX_TURNS
    context: JsonValue = None
    earlier: list[Origin] = Field(default_factory=list[Origin])
    grants: list[Grant] = Field(default_factory=list[Grant])
    ended: Ended | None = None
    turns: list[Turn] = Field(default_factory=list[Turn])

    @property
    def calls(self) -> Iterator[Call]:
        """Every call of the run, the oldest first."""
        return (call for turn in self.turns for call in turn.calls)

    @property
    def waiting(self) -> list[Call]:
        """The calls that a person must decide."""
        return [call for call in self._last_calls if call.waiting]

    @property
    def current_turn(self) -> int:
        """How many responses there have been."""
        return sum(1 for turn in self.turns[-1:] if turn.response) + len(self.turns[:-1])

    @property
    def at_limit(self) -> bool:
        """Whether the model would have to be asked, and may not be."""
        return self.max_turns is not None and self.current_turn >= self.max_turns

    @property
    def usage(self) -> Usage:
        """What all responses together used."""
        return sum((turn.response.usage for turn in self.turns if turn.response), Usage())

    @property
    def items(self) -> list[Item]:
        """The run as the model reads it."""
        return [item for turn in self.turns for item in turn.items]

    @property
    def origins(self) -> list[Origin]:
        """Everybody whose message is in the run, each once, in order."""
        return each_once(message.origin for turn in self.turns for message in turn.input if message.origin)

    def origin_of(self, call: Call | None = None) -> Origin | None:
        """Who asked last before the call, or last of all."""
        turns = list(self.turns)
        while call and turns and all(each is not call for each in turns[-1].calls):
            turns.pop()
        asked = (message.origin for turn in reversed(turns) for message in reversed(turn.input) if message.origin)
        return next(asked, None)

    @property
    def final_text(self) -> str | None:
        """What the model said last, or None when its last response asks for calls or has not come."""
        last = self.turns[-1] if self.turns else None
        if last is None or last.response is None or last.calls:
            return None
        return output_text(last.response.output)

    @property
    def last_response_id(self) -> str | None:
        """The id of the last response that had one."""
        ids = (turn.response.id for turn in reversed(self.turns) if turn.response and turn.response.id)
        return next(ids, None)

    def find(self, path: str) -> Call | None:
        """The call at that path."""
        return next((call for call in self.calls if call.path == path), None)

    @property
    def _last_calls(self) -> list[Call]:
        return self.turns[-1].calls if self.turns else []


def each_once(people: Iterable[Origin]) -> list[Origin]:
    """The people, each once, where they come first."""
    return list({(origin.id, origin.team): origin for origin in reversed(list(people))}.values())[::-1]


def output_text(output: Sequence[Item]) -> str:
    """The text of the messages in a response; what the model refused to say is said too."""
    texts: list[str] = []
    for item in output:
        content = item.get("content")
        if item.get("type") != "message" or not isinstance(content, list):
            continue
        for part in content:
            if isinstance(part, dict):
                said = part.get("text") if part.get("type") == "output_text" else part.get("refusal")
                texts.extend([said] if isinstance(said, str) else [])
    return "".join(texts)


def new_run_id() -> str:
    """A short id that no other run has."""
    return f"r_{secrets.token_hex(8)}"
