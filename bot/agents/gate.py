"""The one gate: whether a call goes ahead, waits for a person, or is refused."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from pydantic import JsonValue

from bot.agents.app_code import app_code
from bot.agents.context import RunContextWrapper
from bot.agents.decision import Decision, Grant, Kind, Risk
from bot.agents.errors import UserError
from bot.agents.forms import NOT_APPROVED
from bot.agents.journal import Journal
from bot.agents.people import Origin
from bot.agents.plain import copied
from bot.agents.tool import FunctionTool, settled
from bot.agents.tree import Call, RunTree

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GatedCall:
    """A call as the operator's gate sees it; `arguments` is None when they are no JSON object."""

    run_id: str
    path: str
    agent: str
    kind: Kind
    server: str | None
    tool: str
    risk: Risk
    arguments: dict[str, JsonValue] | None
    digest: str
    origin: Origin | None


@dataclass(frozen=True)
class Ask:
    """A person must decide."""


@dataclass(frozen=True)
class Allow:
    """Nothing against it."""


@dataclass(frozen=True)
class Refuse:
    """It is not made, and the model reads why."""

    reason: str


Gate: TypeAlias = Callable[[GatedCall], Awaitable[Ask | Allow | Refuse]]
"""The operator's word on a call, beside the tool's own rule: the stricter one wins, and raising means ask."""


async def let_through(
    run: RunTree, call: Call, tool: FunctionTool, ctx: RunContextWrapper[Any], *, gate: Gate | None, journal: Journal
) -> None:
    """Decide on a call that is `new`: it is `allowed`, `pending`, or has a decision that refuses it afterwards."""
    if call.decision is None:
        call.decision = _decided_before(run, call)
    if call.decision is None:
        asked = await _must_ask(call, tool, ctx, journal)
        word = await _operators_word(run, call, tool, gate, journal) if gate else Allow()
        if call.decision is None:  # it may have been decided while the rules were thinking
            match word:
                case Refuse(reason=reason):
                    call.decision = Decision(verdict="reject", source="rule", at=datetime.now(UTC), message=reason)
                case Allow() if not asked:
                    return call.become("allowed")
                case _:  # whatever a gate answers that is no word of ours
                    return call.need_person("pending")
    if call.decision.verdict == "approve":
        call.become("allowed")
    return None


def _decided_before(run: RunTree, call: Call) -> Decision | None:
    """What an earlier "always", or the rejection of the very same call in this run, says; the newer one wins."""
    granted = next((grant for grant in reversed(run.grants) if grant.identity == call.identity), None)
    rejected = next((each for each in run.calls if _was_rejected(each) and each.digest == call.digest), None)
    if rejected and rejected.decision and not (granted and granted.decision.at > rejected.decision.at):
        return rejected.decision.model_copy(update={"source": "earlier"})
    return _granted(granted) if granted else None


def _granted(grant: Grant) -> Decision:
    return grant.decision.model_copy(update={"source": "grant"})


def _was_rejected(call: Call) -> bool:
    decision = call.decision
    return decision is not None and decision.verdict == "reject" and decision.source in ("human", "terminal")


async def _must_ask(call: Call, tool: FunctionTool, ctx: RunContextWrapper[Any], journal: Journal) -> bool:
    """The tool's own rule. A rule that cannot look at the arguments, or raises, means that a person must."""
    rule = tool.needs_approval
    if isinstance(rule, bool):
        return rule
    if call.arguments.value is None:
        return True
    try:
        async with app_code(f"The rule of {tool.name}", journal):
            return await settled(rule(ctx, copied(call.arguments.value), call.call_id))
    except Exception as error:  # noqa: BLE001 - whatever it raises, the safe answer is used
        _log.warning("The rule of %s raised %s: a person is asked.", tool.name, type(error).__name__)
        return True


async def _operators_word(
    run: RunTree, call: Call, tool: FunctionTool, gate: Gate, journal: Journal
) -> Ask | Allow | Refuse:
    gated = GatedCall(
        run_id=run.run_id,
        path=call.path,
        agent=call.agent,
        kind=call.kind,
        server=call.server,
        tool=call.tool,
        risk=tool.risk,
        arguments=None if call.arguments.value is None else copied(call.arguments.value),
        digest=call.digest,
        origin=run.origin_of(call),
    )
    try:
        async with app_code("The gate", journal):
            return await gate(gated)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the safe answer is used
        _log.warning("The gate raised %s for %s: a person is asked.", type(error).__name__, tool.name)
        return Ask()


@dataclass(frozen=True)
class ToolErrorFormatterArgs:
    """What `RunConfig.tool_error_formatter` is given to word a rejection."""

    kind: str
    tool_type: str
    tool_name: str
    call_id: str
    default_message: str
    run_context: RunContextWrapper[Any]


ToolErrorFormatter: TypeAlias = Callable[[ToolErrorFormatterArgs], str | Awaitable[str | None] | None]

EXPIRED = "Nobody decided on this call in time, so it was not made."
LEFT_OPEN = "This call broke off. Whether it was carried out is not known, and it is not made again."


async def rejection_text(
    call: Call, ctx: RunContextWrapper[Any], *, formatter: ToolErrorFormatter | None, journal: Journal
) -> str:
    """What the model reads of a call that is not made: the person's words, else the app's, else the usual ones."""
    if call.decision is None:
        raise UserError(f"Call {call.path} is not decided.")
    if call.decision.message is not None:
        return call.decision.message
    not_made = EXPIRED if call.decision.source == "expiry" else NOT_APPROVED
    usual = LEFT_OPEN if call.status == "unknown" else not_made
    if formatter is None:
        return usual
    asked = ToolErrorFormatterArgs("approval_rejected", call.kind, call.tool, call.call_id, usual, ctx)
    try:
        async with app_code("tool_error_formatter", journal):
            told = formatter(asked)
            text = await told if inspect.isawaitable(told) else told
    except Exception as error:  # noqa: BLE001 - whatever it raises, the safe answer is used
        _log.warning("tool_error_formatter raised %s: the usual words are used.", type(error).__name__)
        return usual
    return text if isinstance(text, str) else usual
