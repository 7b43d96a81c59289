"""Read the calls out of a response, before anything comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.agents.agent import Agent
from bot.agents.clean import encodable, keepable, too_deep
from bot.agents.content import digest, parse_arguments
from bot.agents.errors import ModelBehaviorError
from bot.agents.message import Response
from bot.agents.plain import Item, text_of
from bot.agents.tree import Call

MOST_CALLS = 20
"""Calls in one response; a card each is as much as people can look at."""

_NOT_OURS = {
    "shell_call",
    "local_shell_call",
    "apply_patch_call",
    "computer_call",
    "custom_tool_call",
    "mcp_approval_request",
}
"""Items that ask for something which this runtime does not carry out."""


def read_response(response: Response) -> Response:
    """The response as it can be kept. Raises `ModelBehaviorError` when it cannot."""
    if too_deep(response.output):
        raise ModelBehaviorError("The model's answer is too deeply nested.")
    output = keepable(response.output)
    return response.model_copy(update={"id": encodable(response.id) if response.id else None, "output": output})


def read_calls(response: Response, agent: Agent[Any], *, turn: int, earlier: Mapping[str, Call]) -> list[Call]:
    """A record for each call of the response, all of them new.

    `earlier` are the run's calls so far, by the provider's id. Raises `ModelBehaviorError` when an id is missing, or
    stands for another call than it did before: then nothing of the response may be carried out.
    """
    known = dict(earlier)
    calls: list[Call] = []
    for place, raw in enumerate(response.output):
        if raw.get("type") in _NOT_OURS:
            raise ModelBehaviorError(f"The model asked for a {raw.get('type')}, which this agent has no tool for.")
        if raw.get("type") != "function_call":
            continue
        call = _call(f"t{turn}.c{len(calls)}", place, raw, agent)
        first = known.setdefault(call.call_id, call)
        if first is not call:
            if first.digest != call.digest:
                raise ModelBehaviorError(
                    f"The model used the call id {call.call_id!r} of {first.tool} again for another call ({call.tool})."
                )
            call.replay_of = first.replay_of or first.path
        calls.append(call)
    return calls


def _call(path: str, place: int, raw: Item, agent: Agent[Any]) -> Call:
    name, call_id = text_of(raw, "name"), text_of(raw, "call_id")
    if not call_id or not name:
        raise ModelBehaviorError("The model asked for a call without an id or a name.")
    kind = "function" if agent.tool(name) else "unknown"
    call = Call(
        path=path,
        kind=kind,
        item=place,
        digest=digest(agent.name, kind, None, name, parse_arguments(text_of(raw, "arguments"))),
    )
    call.bind(agent.name, raw)
    return call


def unaltered(call: Call) -> bool:
    """Whether the call still is what its digest says."""
    return call.digest == digest(call.agent, call.kind, call.server, call.tool, call.arguments)
