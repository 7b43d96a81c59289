"""A verdict on one call, and what it is about."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import AwareDatetime, JsonValue

from bot.agents.record.people import Actor
from bot.agents.record.plain import Still

Kind = Literal[
    "function", "agent", "shell", "local_shell", "apply_patch", "mcp_hosted", "mcp_local", "handoff", "unknown"
]

Risk = Literal["low", "medium", "high"]

Status = Literal["new", "pending", "allowed", "refused", "started", "done", "failed", "unknown"]
"""`unknown`: it was started, and whether it was carried out is not known."""

Verdict = Literal["approve", "reject", "done"]
"""Of a call that is `unknown`, "approve" means run it again, and "done" means take `message` for its output."""

Source = Literal["human", "terminal", "expiry", "grant", "earlier", "rule", "callback", "guardrail", "cancel"]

Identity: TypeAlias = tuple[str, Kind, str | None, str, str | None]
"""Agent, kind, server, tool, and what stands behind that name: what a grant is for."""


class Decision(Still):
    """A verdict on one call. `message` is what the model reads, or None for the usual words."""

    verdict: Verdict
    source: Source = "human"
    by: Actor | None = None
    at: AwareDatetime
    message: str | None = None


class Decided(Still):
    """A decision that was made elsewhere: for the call at `path`, in that round, with that content, and no other.

    With `always` it also holds for the later calls of the same tool. `arguments` is what is to run instead of what the
    model wrote.
    """

    path: str
    round: int
    digest: str
    decision: Decision
    always: bool = False
    arguments: dict[str, JsonValue] | None = None


class Grant(Still):
    """An "always": what the decision on the call at `path` says for all later calls of the same tool in this run."""

    agent: str
    kind: Kind
    server: str | None = None
    tool: str
    raw_tool: str | None = None
    path: str = ""
    decision: Decision

    @property
    def identity(self) -> Identity:
        return (self.agent, self.kind, self.server, self.tool, self.raw_tool)
