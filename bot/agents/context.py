"""What tools, rules, hooks and instructions are given of the run that they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic

from typing_extensions import TypeVar

from bot.agents.record import decisions
from bot.agents.record.decision import Decision
from bot.agents.record.decisions import Names
from bot.agents.record.people import Approval, Origin
from bot.agents.record.tree import RunTree
from bot.agents.record.usage import Usage

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

    def approve_tool(self, approval_item: Names, always_approve: bool = False) -> None:
        """Decide a call of this run from within; it counts even while the call's own rule is still thinking."""
        decisions.approve(self.run, approval_item, always=always_approve)

    def reject_tool(
        self, approval_item: Names, always_reject: bool = False, rejection_message: str | None = None
    ) -> None:
        decisions.reject(self.run, approval_item, always=always_reject, message=rejection_message)

    def is_tool_approved(self, tool_name: str, call_id: str) -> bool | None:
        """Whether a call of this run was approved or rejected; None when nobody has decided it."""
        decision = self._decision(tool_name, call_id)
        return None if decision is None else decision.verdict != "reject"

    def get_rejection_message(self, tool_name: str, call_id: str) -> str | None:
        """What was said when a call was rejected, where anything was."""
        decision = self._decision(tool_name, call_id)
        return decision.message if decision and decision.verdict == "reject" else None

    def _decision(self, tool_name: str, call_id: str) -> Decision | None:
        named = (call for call in reversed(list(self.run.calls)) if (call.tool, call.call_id) == (tool_name, call_id))
        return next((call.decision for call in named), None)


AgentHookContext = RunContextWrapper
"""The name that the OpenAI Agents SDK has for what hooks are given."""


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
