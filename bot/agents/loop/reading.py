"""Read the calls out of a response, before anything comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.agents.errors import ModelBehaviorError
from bot.agents.loop.toolbox import Toolbox
from bot.agents.record.clean import encodable, keepable, too_deep
from bot.agents.record.decision import Kind
from bot.agents.record.forms import ANSWERS, FORMS, asks_for, calls_in
from bot.agents.record.message import Response
from bot.agents.record.plain import Item, text_of
from bot.agents.record.tree import Call
from bot.agents.tools.tool import CallableTool

MOST_CALLS = 20
"""Calls in one response; a card each is as much as people can look at."""

_NOT_OURS = {"computer_call", "custom_tool_call"}
"""Items that ask for something which this runtime does not carry out."""

_NOT_THE_MODELS = {
    "function_call_output",
    "custom_tool_call_output",
    "computer_call_output",
    "mcp_approval_response",
    "item_reference",
}
"""Items that only the app may add to a history."""


def read_response(response: Response) -> Response:
    """The response as it can be kept. Raises `ModelBehaviorError` when it cannot."""
    if too_deep(response.output):
        raise ModelBehaviorError("The model's answer is too deeply nested.")
    output = keepable(response.output)
    _check_own(output)
    return response.model_copy(update={"id": encodable(response.id) if response.id else None, "output": output})


def read_calls(response: Response, agent: str, tools: Toolbox, *, path: str, earlier: Mapping[str, Call]) -> list[Call]:
    """A record for each call of the response, all of them new, their paths beginning with `path`.

    `earlier` are the run's calls so far, by the provider's id. Raises `ModelBehaviorError` when an id is missing, or
    stands for another call than it did before: then nothing of the response may be carried out.
    """
    known = dict(earlier)
    calls: list[Call] = []
    if unknown := next((kind for raw in response.output if (kind := text_of(raw, "type")) in _NOT_OURS), None):
        raise ModelBehaviorError(f"The model asked for a {unknown}, which this agent has no tool for.")
    for place, asked in calls_in(response.output):
        raw = response.output[place]
        call = _call(f"{path}.c{len(calls)}", place, raw, asked, agent, tools.for_item(raw))
        first = known.setdefault(call.call_id, call)
        if first is not call:
            if first.asked_digest != call.digest:
                again = f"{_short(call.call_id)!r} of {_short(first.tool)} again for another call ({_short(call.tool)})"
                raise ModelBehaviorError(f"The model used the call id {again}.")
            call.replay_of = first.replay_of or first.path
        calls.append(call)
    return calls


def _call(path: str, place: int, raw: Item, asked: Kind, agent: str, tool: CallableTool | None) -> Call:
    form = FORMS[asked]
    if not form.call_id(raw) or not form.name(raw):
        raise ModelBehaviorError("The model asked for a call without an id or a name.")
    kind = asked
    if asked == "function":
        kind = tool.kind if tool else "unknown"
    call = Call(
        path=path,
        kind=kind,
        server=form.server(raw) or (tool.server if tool and asked == "function" else None),
        raw_tool=tool.raw_name if tool and tool.raw_name != tool.name else None,
        risk=tool.risk if tool else "low",
        item=place,
        digest="",
    )
    call.bind(agent, raw)
    call.digest = call.true_digest
    return call


def _check_own(output: Sequence[Item]) -> None:
    """Raises `ModelBehaviorError` for what a model cannot say: the words of others, and the outcome of a call.

    Of calls that the provider carried out itself it tells the outcome, once, after the call.
    """
    asked: set[tuple[Kind, str]] = set()
    for raw in output:
        type = text_of(raw, "type")
        if type in ("", "message") and raw.get("role", "assistant") != "assistant":
            raise ModelBehaviorError("The model answered with a message that is not its own.")
        if kind := asks_for(raw):
            asked.add((kind, FORMS[kind].call_id(raw)))
        answers = ANSWERS.get(type)
        told = (answers, FORMS[answers].answered(raw)) if answers else None
        if type in _NOT_THE_MODELS or (told and told not in asked):
            raise ModelBehaviorError(f"The model answered with a {type}, which is not for it to say.")
        asked -= {told}


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:100]}..."
