"""The record of one call: what is to be done, who let it go ahead, and what came of it."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, JsonValue, PrivateAttr

from bot.agents.content import Arguments, parse_arguments
from bot.agents.errors import UserError
from bot.agents.people import Actor, Approval
from bot.agents.plain import Item, Plain, Still

Kind = Literal[
    "function", "agent", "shell", "local_shell", "apply_patch", "mcp_hosted", "mcp_local", "handoff", "unknown"
]

Status = Literal["new", "pending", "allowed", "refused", "started", "done", "failed", "unknown"]
"""`unknown`: it was started, and whether it was carried out is not known."""

Verdict = Literal["approve", "reject", "done"]
"""Of a call that is `unknown`, "approve" means run it again, and "done" means take `message` for its output."""

Source = Literal["human", "terminal", "expiry", "grant", "earlier", "rule", "cancel"]

_NEXT: dict[Status, tuple[Status, ...]] = {
    "new": ("pending", "allowed", "refused", "failed"),
    "pending": ("allowed", "refused"),
    "allowed": ("started", "pending", "refused", "failed"),
    "refused": (),
    "started": ("done", "failed", "unknown", "allowed"),
    "done": (),
    "failed": (),
    "unknown": ("allowed", "refused", "done"),
}

Identity: TypeAlias = tuple[str, Kind, str | None, str]
"""Agent, kind, server and tool: what a grant is for."""


class Decision(Still):
    """A verdict on one call. `message` is what the model reads, or None for the usual words."""

    verdict: Verdict
    source: Source = "human"
    by: Actor | None = None
    at: AwareDatetime
    message: str | None = None


class Decided(Still):
    """A decision that was made elsewhere: for the call at `path`, in that round, with that content, and no other."""

    path: str
    round: int
    digest: str
    decision: Decision


class Call(Plain):
    """One call of one response. It stands at `item` in the response's output, and is named by its `path`.

    `round` counts how often it has needed a person. `output` is the item that the model reads; with it the call is
    over. `replay_of` names the call that this one repeats under the same id: it is not carried out, and the model never
    sees it. `repeated` counts how often it was begun again by itself. `error` is the class of what a failed or unknown
    call raised. Times are by this machine's clock.
    """

    path: str
    kind: Kind = "function"
    server: str | None = None
    item: int
    digest: str
    round: int = 0
    status: Status = "new"
    decision: Decision | None = None
    output: Item | None = None
    replay_of: str | None = None
    repeated: int = 0
    error: str = ""
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None

    _raw: Item = PrivateAttr(default_factory=dict[str, JsonValue])
    _agent: str = PrivateAttr(default="")

    def bind(self, agent: str, raw: Item) -> None:
        """Know the turn that holds this call: its agent, and the provider's item."""
        self._agent, self._raw = agent, raw

    @property
    def raw_item(self) -> Item:
        """The provider's item, as it came."""
        return self._raw

    @cached_property  # as what comes of a private attribute costs 2 us each time
    def agent(self) -> str:
        return self._agent

    @cached_property
    def tool(self) -> str:
        """The name that the model called it by."""
        return text_of(self._raw, "name")

    @cached_property
    def call_id(self) -> str:
        """The provider's id of the call: data, never an identity of ours."""
        return text_of(self._raw, "call_id")

    @cached_property
    def arguments(self) -> Arguments:
        """What the model wrote, parsed."""
        return parse_arguments(text_of(self._raw, "arguments"))

    @property
    def identity(self) -> Identity:
        return (self.agent, self.kind, self.server, self.tool)

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.output is not None or self.replay_of is not None

    @property
    def waiting(self) -> bool:
        """Whether a person must say something before it goes on."""
        return not self.over and self.status in ("pending", "unknown") and self.decision is None

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

    def answers(self, decided: Decided) -> bool:
        """Whether a decision is for this call as it stands now."""
        return self.waiting and (self.path, self.round, self.digest) == (decided.path, decided.round, decided.digest)


def text_of(item: Item, field: str) -> str:
    """A field of a provider's item that is text, or the empty text."""
    text = item.get(field)
    return text if isinstance(text, str) else ""
