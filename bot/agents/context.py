"""What tools, rules, hooks and instructions are given of the run that they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic

from typing_extensions import TypeVar

from bot.agents import decisions
from bot.agents.decisions import Names
from bot.agents.people import Approval, Origin
from bot.agents.tree import RunTree
from bot.agents.usage import Usage

TContext = TypeVar("TContext", default=Any)
"""The type of the app's own object; whoever does not say it has any."""


@dataclass(frozen=True, kw_only=True)
class RunContextWrapper(Generic[TContext]):
    """The app's own object in `context`, and who asked in `origin`, where that is known."""

    context: TContext
    origin: Origin | None = None
    run: RunTree = field(repr=False)

    @property
    def usage(self) -> Usage:
        """What the run has used so far."""
        return self.run.usage

    def approve_tool(self, item: Names, always_approve: bool = False) -> None:
        """Decide a call of this run from within; it counts even while the call's own rule is still thinking."""
        decisions.approve(self.run, item, always=always_approve)

    def reject_tool(self, item: Names, always_reject: bool = False, rejection_message: str | None = None) -> None:
        decisions.reject(self.run, item, always=always_reject, message=rejection_message)


@dataclass(frozen=True, kw_only=True)
class ToolContext(RunContextWrapper[TContext]):
    """What the body of a tool is given: also its call, who approved it, and a key for whatever it changes.

    `idempotency_key` is the same over retries and resumes, and another for every call: hand it to APIs that take one.
    """

    tool_name: str
    tool_call_id: str
    tool_arguments: str
    path: str
    agent: Any = None
    approval: Approval | None = None
    changed_to: str = ""

    @property
    def idempotency_key(self) -> str:
        """Also another after a person changed the arguments."""
        return f"{self.run.run_id}/{self.path}" + (f"#{self.changed_to}" if self.changed_to else "")
