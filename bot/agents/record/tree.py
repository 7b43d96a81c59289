"""A run, from question to answer, as it is saved: its turns, their calls, and the runs within those."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, Self

from pydantic import AwareDatetime, Field, JsonValue, PrivateAttr, model_validator

from bot.agents.errors import UserError
from bot.agents.record.content import Arguments, canonical, digest
from bot.agents.record.decision import Decided, Decision, Grant, Identity, Kind, Risk, Status
from bot.agents.record.forms import FORMS
from bot.agents.record.guardrail_result import GuardrailResult
from bot.agents.record.kept import Conversation, Ended, Kept, KeptTrace
from bot.agents.record.message import Message, Response, output_text
from bot.agents.record.people import Approval, Origin
from bot.agents.record.plain import Item, Plain
from bot.agents.record.usage import Usage

DEFAULT_MAX_TURNS = 20

_NEXT: dict[Status, tuple[Status, ...]] = {
    "new": ("pending", "allowed", "refused", "failed"),
    "pending": ("allowed", "refused"),
    "allowed": ("started", "pending", "refused", "failed", "new"),
    "refused": (),
    "started": ("done", "failed", "unknown", "allowed", "refused"),
    "done": (),
    "failed": (),
    "unknown": ("allowed", "refused", "done"),
}


class Call(Plain):
    """One call of one response. It stands at `item` in the response's output, and is named by its `path`.

    `round` counts how often it has needed a person. `run_with` is what runs where a person changed the arguments, and
    `digest` is about what runs. `output` is the item that the model reads; with it the call is over, unless it is
    `unchecked`. `replay_of` names the call that this one repeats under the same id: it is not carried out, and the
    model never sees it. `repeated` counts how often it was begun again by itself. `error` is the class of what a failed
    or unknown call raised. `child` is the run of an agent that was called. `asked_at` is when it came to need a person
    last. Times are by this machine's clock.
    """

    path: str
    kind: Kind = "function"
    server: str | None = None
    raw_tool: str | None = None
    risk: Risk = "low"
    item: int
    digest: str
    run_with: dict[str, JsonValue] | None = None
    round: int = 0
    status: Status = "new"
    decision: Decision | None = None
    output: Item | None = None
    unchecked: bool = False
    replay_of: str | None = None
    repeated: int = 0
    error: str = ""
    guardrails: list[GuardrailResult] = Field(default_factory=list[GuardrailResult])
    child: RunTree | None = None
    asked_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None

    _raw: Item = PrivateAttr(default_factory=dict[str, JsonValue])
    _agent: str = PrivateAttr(default="")

    def bind(self, agent: str, raw: Item) -> None:
        """Know the turn that holds this call: its agent, and the provider's item."""
        self._agent, self._raw = agent, raw

    @cached_property  # as what comes of a private attribute costs 2 us each time
    def raw_item(self) -> Item:
        """The provider's item, as it came."""
        return self._raw

    @cached_property
    def agent(self) -> str:
        return self._agent

    @cached_property
    def tool(self) -> str:
        """The name that the model called it by."""
        return FORMS[self.kind].name(self.raw_item)

    @cached_property
    def call_id(self) -> str:
        """The provider's id of the call: data, never an identity of ours."""
        return FORMS[self.kind].call_id(self.raw_item)

    @cached_property
    def arguments(self) -> Arguments:
        """What the model wrote, parsed."""
        return FORMS[self.kind].arguments(self.raw_item)

    @property
    def runs(self) -> Arguments:
        """What is carried out: what the model wrote, unless a person changed it."""
        return self.arguments if self.run_with is None else Arguments(canonical(self.run_with), self.run_with)

    @property
    def true_digest(self) -> str:
        """What `digest` is, as long as nobody altered the record."""
        return digest(self.agent, self.kind, self.server, self.raw_tool or self.tool, self.runs)

    @property
    def asked_digest(self) -> str:
        """The same of what the model wrote."""
        if self.run_with is None:
            return self.digest
        return digest(self.agent, self.kind, self.server, self.raw_tool or self.tool, self.arguments)

    @property
    def identity(self) -> Identity:
        return (self.agent, self.kind, self.server, self.tool, self.raw_tool)

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return (self.output is not None and not self.unchecked) or self.replay_of is not None

    @property
    def waiting(self) -> bool:
        """Whether a person must say something before it goes on."""
        return not self.over and self.status in ("pending", "unknown") and self.decision is None

    @property
    def decided(self) -> bool:
        """Whether somebody has said what is to become of it, and nothing has come of that yet."""
        if self.over or self.decision is None:
            return False
        dropped = self.status == "started" and self.decision.verdict == "reject"
        return dropped or self.status in ("pending", "unknown")

    @property
    def approval(self) -> Approval | None:
        """Who let it go ahead, if anybody had to."""
        if self.decision is None or self.decision.verdict != "approve":
            return None
        return Approval(by=self.decision.by, at=self.decision.at, reason=self.decision.message or "")

    def become(self, status: Status) -> None:
        """Change the status: the only place that does. Raises `UserError` for a step that there is not."""
        if status not in _NEXT[self.status] or self.over:
            raise UserError(f"Call {self.path} ({self.tool}) is {self.status} and cannot become {status}.")
        self.status = status

    def need_person(self, status: Literal["pending", "unknown"]) -> None:
        """Wait for a person: no earlier decision is valid for this."""
        self.become(status)
        self.round += 1
        self.decision = None
        self.asked_at = datetime.now(UTC)

    def answers(self, decided: Decided) -> bool:
        """Whether a decision is for this call as it stands now."""
        return self.waiting and (self.path, self.round, self.digest) == (decided.path, decided.round, decided.digest)


class Turn(Plain):
    """A turn of `agent`: what people said before it, the response, and a record of each call in it, in order.

    Without a response the model is still to be asked. `view` is what the model reads in place of all that came before
    this turn, where a handoff changed it.
    """

    agent: str
    view: list[Item] | None = None
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
        return self.model_copy(update={"input": list(self.input), "calls": [_copied(call) for call in self.calls]})

    @property
    def items(self) -> Iterator[Item]:
        """The turn as the model reads it: what people said, its response, and the outputs in the order of the calls."""
        for message in self.input:
            yield from message.items
        yield from self.brought

    @property
    def brought(self) -> Iterator[Item]:
        """What the model said in it, and the outputs in the order of the calls."""
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


class RunTree(Plain):
    """One run: its turns, and what holds for all of them.

    `earlier` are those whose messages are in the conversation before it. `queued` is what was added while it waits.
    `conversation` is where the provider keeps the history, if it does, and `kept` what its session has of it.
    `context_type` is the class of the app's object where that was more than plain JSON. `trace` joins its spans.

    Whatever can be worked out from the turns (what waits, usage, history, the answer) is a property.
    """

    run_id: str
    start_agent: str
    agent: str
    max_turns: int | None = DEFAULT_MAX_TURNS
    context: JsonValue = None
    context_type: str = ""
    trace: KeptTrace | None = None
    earlier: list[Origin] = Field(default_factory=list[Origin])
    grants: list[Grant] = Field(default_factory=list[Grant])
    queued: list[Message] = Field(default_factory=list[Message])
    conversation: Conversation | None = None
    kept: Kept | None = None
    guardrails: list[GuardrailResult] = Field(default_factory=list[GuardrailResult])
    ended: Ended | None = None
    turns: list[Turn] = Field(default_factory=list[Turn])

    @property
    def trace_id(self) -> str | None:
        """The trace of its spans, as 32 hex digits."""
        return self.trace.trace_id if self.trace else None

    @property
    def calls(self) -> Iterator[Call]:
        """Every call of this run itself, the oldest first."""
        return (call for turn in self.turns for call in turn.calls)

    @property
    def owned(self) -> Iterator[tuple[RunTree, Call]]:
        """Every call, also of the runs within, each with the run that made it; outer ones come first."""
        for call in self.calls:
            yield self, call
            if call.child:
                yield from call.child.owned

    @property
    def all_calls(self) -> Iterator[Call]:
        """Every call, also of the runs within."""
        return (call for _, call in self.owned)

    @property
    def trees(self) -> Iterator[RunTree]:
        """This run and all within."""
        yield self
        for call in self.calls:
            if call.child:
                yield from call.child.trees

    @property
    def last_calls(self) -> list[Call]:
        """The calls of the last turn, the only ones that may still change."""
        return self.turns[-1].calls if self.turns else []

    @property
    def recent_calls(self) -> Iterator[Call]:
        """The calls that may have changed of late, also within: of the last turn, and the one that a handoff ended."""
        for turn in self.turns[-2:]:
            for call in turn.calls:
                yield call
                if call.child:
                    yield from call.child.all_calls

    @property
    def open_calls(self) -> list[Call]:
        """The calls of this run itself that are not over."""
        return [call for call in self.last_calls if not call.over]

    @property
    def waiting(self) -> list[Call]:
        """The calls that a person must decide, also of the runs within."""
        return list(self._waiting())

    @property
    def decided(self) -> bool:
        """Whether a decision was made, here or within, that nothing has come of yet."""
        return any(call.decided or (call.child and call.child.decided) for call in self.open_calls)

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
        """What all responses together used, also those of the runs within."""
        own = sum((turn.response.usage for turn in self.turns if turn.response), Usage())
        return sum((call.child.usage for call in self.calls if call.child), own)

    @property
    def usage_by_model(self) -> dict[str, Usage]:
        """The same by who answered; "" has what nobody said of."""
        used: dict[str, Usage] = {}
        for tree in self.trees:
            for response in (turn.response for turn in tree.turns if turn.response):
                used[response.model] = used.get(response.model, Usage()) + response.usage
        return used

    @property
    def items(self) -> list[Item]:
        """All of the run, as it is kept."""
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
        """The call at that path, also within."""
        return next((call for call in self.all_calls if call.path == path), None)

    def copied(self) -> Self:
        """An independent copy; it shares what never changes any more."""
        turns = [turn if turn.finished else turn.copied() for turn in self.turns]
        lists = {"grants": list(self.grants), "queued": list(self.queued), "guardrails": list(self.guardrails)}
        return self.model_copy(update={"turns": turns, **lists})

    def _waiting(self) -> Iterator[Call]:
        for call in self.open_calls:
            if call.waiting:
                yield call
            elif call.child:
                yield from call.child._waiting()


def each_once(people: Iterable[Origin]) -> list[Origin]:
    """The people, each once, where they come first."""
    return list({(origin.id, origin.team): origin for origin in reversed(list(people))}.values())[::-1]


def new_run_id() -> str:
    """A short id that no other run has."""
    return f"r_{secrets.token_hex(8)}"


def _copied(call: Call) -> Call:
    within = {"guardrails": list(call.guardrails), "child": call.child.copied() if call.child else None}
    return call.model_copy(update=within)


Call.model_rebuild()
