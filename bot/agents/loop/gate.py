"""The one gate: whether a call goes ahead, waits for a person, or is refused."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.agents.agent import Agent
from bot.agents.context import RunContextWrapper, ToolContext
from bot.agents.errors import UserError
from bot.agents.items import approval_item
from bot.agents.loop.app_code import app_code
from bot.agents.loop.guarding import guard_input
from bot.agents.loop.journal import Journal
from bot.agents.record.clean import encodable
from bot.agents.record.decision import Decision, Source, Verdict
from bot.agents.record.forms import NOT_APPROVED
from bot.agents.record.plain import copied
from bot.agents.record.tree import Call, RunTree
from bot.agents.run_config import Allow, Ask, GatedCall, Refuse, RunConfig, ToolErrorFormatterArgs
from bot.agents.spans import Spans
from bot.agents.tools.tool import CallableTool

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AtTheGate:
    """A call that is to be let through or not, and all that is asked about it; nothing but `call` changes."""

    run: RunTree
    call: Call
    tool: CallableTool
    agent: Agent[Any]
    ctx: RunContextWrapper[Any]
    tool_ctx: Callable[[], Awaitable[ToolContext[Any]]]
    config: RunConfig
    journal: Journal
    revoked: Callable[[], Awaitable[Sequence[str]]]
    spans: Spans


async def let_through(asked: AtTheGate) -> None:
    """Decide on a call that is `new`: it is `allowed`, `pending`, or has a decision that refuses it afterwards.

    Whoever decides meanwhile wins over all rules and callbacks. An "always" answers the tool's own rule, and not the
    operator's gate. Raises what a guardrail on its input raises.
    """
    call = asked.call
    before = await _decided_before(asked) if call.decision is None else None
    if before and before.verdict == "reject":
        call.decision = call.decision or before
    if call.decision is None:
        must_ask = await _must_ask(asked) if before is None else False
        word = await _operators_word(asked)
        if call.decision is None:
            match word:
                case Refuse(reason=reason):
                    call.decision = _decision("reject", "rule", reason)
                case Allow() if before:
                    call.decision = before
                case Allow() if not must_ask:
                    return call.become("allowed")
                case Allow():
                    await _before_a_person(asked, callback_may_approve=True)
                case _:  # whatever a gate answers that is no word of ours
                    await _before_a_person(asked, callback_may_approve=False)
    if call.decision is None:
        return call.need_person("pending")
    if call.decision.verdict == "approve":
        call.become("allowed")
    return None


async def _before_a_person(asked: AtTheGate, *, callback_may_approve: bool) -> None:
    """What may still make it needless to ask: guardrails that would refuse the call anyway, and the app's callback.

    The callback stands in for a person where the tool asks for one, and not where the operator does.
    """
    call = asked.call
    if asked.config.tool_execution.pre_approval_tool_input_guardrails and asked.tool.tool_input_guardrails:
        refused = await guard_input(
            asked.tool, call, await asked.tool_ctx(), asked.agent, journal=asked.journal, spans=asked.spans
        )
        if refused and refused.behavior == "reject_content" and call.decision is None:
            call.decision = _decision("reject", "guardrail", refused.message)
        if refused and refused.behavior == "require_approval":
            callback_may_approve = False
    if call.decision is None:
        said = await _callbacks_word(asked)
        if said and (said.verdict == "reject" or callback_may_approve):
            call.decision = call.decision or said


async def _callbacks_word(asked: AtTheGate) -> Decision | None:
    """The decision of the app's `on_approval`; None means that a person is asked, also when it raises."""
    call, tool = asked.call, asked.tool
    if not tool.has_callback:
        return None
    try:
        async with app_code(f"on_approval of {tool.name}", asked.journal):
            said = await tool.answer_of_callback(asked.ctx, approval_item(call, asked.agent))
    except Exception as error:  # noqa: BLE001 - whatever it raises, the safe answer is used
        _log.warning("on_approval of %s raised %s: a person is asked.", tool.name, type(error).__name__)
        return None
    verdict = said.get("approve") if isinstance(said, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]: the app's
    if not isinstance(verdict, bool):
        _log.warning('on_approval of %s must return {"approve": bool}: a person is asked.', tool.name)
        return None
    reason: object = said.get("reason")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]: as above
    words = reason if isinstance(reason, str) and reason and not verdict else None
    return _decision("approve" if verdict else "reject", "callback", words)


def _decision(verdict: Verdict, source: Source, message: str | None) -> Decision:
    words = None if message is None else encodable(message)
    return Decision(verdict=verdict, source=source, at=datetime.now(UTC), message=words)


async def _decided_before(asked: AtTheGate) -> Decision | None:
    """What an earlier "always", or the rejection of the very same call in this run, says; the newer one wins."""
    run, call = asked.run, asked.call
    granted = next((grant for grant in reversed(run.grants) if grant.identity == call.identity), None)
    if granted and granted.path in await asked.revoked():
        granted = None
    rejected = next((each for each in run.calls if _was_rejected(each) and each.digest == call.digest), None)
    if rejected and rejected.decision and not (granted and granted.decision.at > rejected.decision.at):
        return rejected.decision.model_copy(update={"source": "earlier"})
    return granted.decision.model_copy(update={"source": "grant"}) if granted else None


def _was_rejected(call: Call) -> bool:
    decision = call.decision
    return decision is not None and decision.verdict == "reject" and decision.source in ("human", "terminal")


async def _must_ask(asked: AtTheGate) -> bool:
    """The tool's own rule; one that raises means that a person must look."""
    call, tool = asked.call, asked.tool
    if isinstance(tool.needs_approval, bool):
        return tool.needs_approval
    try:
        async with app_code(f"The rule of {tool.name}", asked.journal):
            return await tool.must_ask(asked.ctx, call.arguments, call.call_id)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the safe answer is used
        _log.warning("The rule of %s raised %s: a person is asked.", tool.name, type(error).__name__)
        return True


async def _operators_word(asked: AtTheGate) -> Ask | Allow | Refuse:
    gate, call = asked.config.gate, asked.call
    if gate is None:
        return Allow()
    gated = GatedCall(
        run_id=asked.run.run_id,
        path=call.path,
        agent=call.agent,
        kind=call.kind,
        server=call.server,
        tool=call.tool,
        risk=asked.tool.risk,
        arguments=None if call.arguments.value is None else copied(call.arguments.value),
        digest=call.digest,
        origin=asked.run.origin_of(call),
    )
    try:
        async with app_code("The gate", asked.journal):
            return await gate(gated)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the safe answer is used
        _log.warning("The gate raised %s for %s: a person is asked.", type(error).__name__, call.tool)
        return Ask()


EXPIRED = "Nobody decided on this call in time, so it was not made."
LEFT_OPEN = "This call broke off. Whether it was carried out is not known, and it is not made again."


async def rejection_text(call: Call, ctx: RunContextWrapper[Any], *, config: RunConfig, journal: Journal) -> str:
    """What the model reads of a call that is not made: the person's words, else the app's, else the usual ones."""
    if call.decision is None:
        raise UserError(f"Call {call.path} is not decided.")
    if call.decision.message is not None:
        return f"{LEFT_OPEN} {call.decision.message}".rstrip() if call.status == "unknown" else call.decision.message
    not_made = EXPIRED if call.decision.source == "expiry" else NOT_APPROVED
    usual = LEFT_OPEN if call.status == "unknown" else not_made
    if config.tool_error_formatter is None:
        return usual
    kind = _TOOL_TYPES.get(call.kind, call.kind)
    asked = ToolErrorFormatterArgs("approval_rejected", kind, call.tool, call.call_id, usual, ctx)
    try:
        async with app_code("tool_error_formatter", journal):
            told = config.tool_error_formatter(asked)
            text = await told if inspect.isawaitable(told) else told
    except Exception as error:  # noqa: BLE001 - whatever it raises, the safe answer is used
        _log.warning("tool_error_formatter raised %s: the usual words are used.", type(error).__name__)
        return usual
    return text if isinstance(text, str) else usual


_TOOL_TYPES = {"agent": "function", "local_shell": "shell", "mcp_hosted": "mcp", "mcp_local": "mcp"}
"""What a formatter is told where it is not the kind itself."""
