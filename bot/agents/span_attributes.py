"""What spans say: by the conventions for generative AI where these have a name for it, else as `assent.`.

Arguments, outputs and messages are `sensitive`: they are said only where the app wants that.
"""

from __future__ import annotations

import json

from bot.agents.agent import Handoff
from bot.agents.models.choice import name_of, provider_of
from bot.agents.models.interface import Model, ModelRequest
from bot.agents.record.message import Response
from bot.agents.record.tree import Call, RunTree
from bot.agents.record.usage import Usage
from bot.agents.tools.tool import CallableTool
from bot.agents.tracing import Attributes, labels


def of_run(run: RunTree, *, path: str, session: str | None) -> Attributes:
    """What a leg is of; `path` is that of the call which the run is within."""
    told: Attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": run.agent,
        "gen_ai.conversation.id": _conversation(run, session),
        "assent.run.id": run.run_id,
        "assent.call.path": path or None,
    }
    kept = run.trace
    return {**told, **labels(kept.workflow_name, kept.group_id, kept.metadata)} if kept else told


def of_leg_end(run: RunTree, used: Usage) -> Attributes:
    """How a run stands at the end of a leg, and what the leg used."""
    status = run.ended.how if run.ended else "waiting" if run.waiting else "open"
    return {"assent.run.status": status, **_of_usage(used)}


def of_turn(run: RunTree, number: int) -> Attributes:
    return {"assent.turn": number, "assent.run.id": run.run_id, "gen_ai.agent.name": run.agent}


def of_request(run: RunTree, request: ModelRequest, *, model: Model, sensitive: bool) -> Attributes:
    told: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider_of(model),
        "gen_ai.request.model": name_of(model),
        "gen_ai.request.temperature": request.settings.temperature,
        "gen_ai.request.top_p": request.settings.top_p,
        "gen_ai.request.max_tokens": request.settings.max_tokens,
        "gen_ai.agent.name": run.agent,
        "assent.run.id": run.run_id,
    }
    if not sensitive:
        return told
    return {**told, "assent.model.instructions": request.instructions, "assent.model.input": _json([*request.input])}


def of_response(response: Response, *, sensitive: bool) -> Attributes:
    return {
        "gen_ai.response.id": response.id,
        "gen_ai.response.model": response.model or None,
        "assent.model.output": _json(response.output) if sensitive else None,
        **_of_usage(response.usage),
    }


def of_call(run: RunTree, call: Call) -> Attributes:
    """Which call it is."""
    return {
        "gen_ai.tool.name": call.tool,
        "gen_ai.tool.call.id": call.call_id,
        "gen_ai.agent.name": call.agent,
        "assent.run.id": run.run_id,
        "assent.call.path": call.path,
        "assent.call.kind": call.kind,
        "assent.call.server": call.server,
        "assent.call.risk": call.risk,
        "assent.call.round": call.round,
    }


def of_body(run: RunTree, call: Call, tool: CallableTool, *, sensitive: bool) -> Attributes:
    """The same where it is carried out."""
    return {
        **of_call(run, call),
        "gen_ai.operation.name": None if isinstance(tool, Handoff) else "execute_tool",
        "gen_ai.tool.call.arguments": call.runs.text if sensitive else None,
        "assent.handoff.to": tool.agent.name if isinstance(tool, Handoff) else None,
    }


def of_wait(run: RunTree, call: Call, *, sensitive: bool) -> Attributes:
    """How long a call has waited for a person, and who decided; people go by their ids."""
    decision = call.decision
    if decision is None:
        return of_call(run, call)
    return {
        **of_call(run, call),
        "assent.call.status": call.status,
        "assent.decision.verdict": decision.verdict,
        "assent.decision.source": decision.source,
        "assent.decision.by": decision.by.id if decision.by else None,
        "assent.decision.message": decision.message if sensitive else None,
    }


def of_guardrail(run: RunTree, name: str, stage: str) -> Attributes:
    return {"assent.guardrail.name": name, "assent.guardrail.stage": stage, "assent.run.id": run.run_id}


def _of_usage(used: Usage) -> Attributes:
    return {
        "assent.usage.requests": used.requests,
        "gen_ai.usage.input_tokens": used.input_tokens,
        "gen_ai.usage.cache_read.input_tokens": used.cached_tokens,
        "gen_ai.usage.output_tokens": used.output_tokens,
        "gen_ai.usage.reasoning.output_tokens": used.reasoning_tokens,
    }


def _conversation(run: RunTree, session: str | None) -> str | None:
    """Which conversation the run is of: the provider's, that of its session, or the thread that it was asked in."""
    if run.conversation and run.conversation.conversation_id:
        return run.conversation.conversation_id
    origin = run.origin_of()
    return session or (f"{origin.channel}:{origin.thread}" if origin and origin.thread else None)


def _json(items: object) -> str:
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))
