"""Damaged saved runs: `python -m tests.fuzz.states 100000`.

Each is one of a run that waits with a call of every kind, that has calls which may have run, or that has ended; with a
few places changed in it, or its text cut and overwritten. Loading it gives a `UserError` that tells nothing of what was
in it, or a run that enters no body, as nobody has approved any.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, TypeAlias, get_args

from pydantic import JsonValue

from bot.agents import Agent, AgentsError, Runner, RunState, UserError
from bot.agents.record.decision import Kind, Source, Status, Verdict
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call
from bot.agents.testing import ScriptedModel, call, message
from tests.fuzz.junk import json_value
from tests.fuzz.office import Doors, Same, office, told

_Holder: TypeAlias = dict[str, JsonValue] | list[JsonValue]

_PAYLOAD = "PAYLOAD-7"
_JUNK = "JUNK-7"
_KNOWN: dict[str, Sequence[JsonValue]] = {
    "status": get_args(Status),
    "kind": get_args(Kind),
    "verdict": get_args(Verdict),
    "source": get_args(Source),
    "how": ("done", "failed", "cancelled"),
    "path": ("t0.c0", "t0.c1", "t1.c0", "t0.c0/t0.c0"),
    "replay_of": ("t0.c0", "t0.c1"),
    "agent": ("desk", "inner", "colleague"),
    "name": ("delete", "maybe", "ask", "ask_freely", "hand_over", "shelf_act"),
    "round": (0, 1, 2),
    "version": (1, 2, "1", True),
}
_NAMES = ("agent", "start_agent", "name", "tool", "server_label", "server", "raw_tool")


async def fuzz(inputs: int, seed: int) -> Counter[str]:
    """How often each thing came of the inputs; one that fails is named, and ends it."""
    came: Counter[str] = Counter()
    model = Same(ScriptedModel([]))
    agent = office(model)
    documents = [document async for document in _documents(agent, model)]
    for number in range(inputs):
        chance = random.Random(f"{seed}:{number}")
        text = _damaged(chance, chance.choice(documents))
        try:
            model.inner = ScriptedModel([[message("Done.")]] * 3)
            came[await _loaded(agent, text)] += 1
        except Exception as error:
            raise SystemExit(f"Input {number} of seed {seed}: {type(error).__name__}: {error}\n{text}") from error
    return came


async def _loaded(agent: Agent[Any], text: str) -> str:
    doors = Doors()
    try:
        state = await RunState.from_string(agent, text, context_override=doors)
    except UserError as error:
        _must_tell_nothing(error)
        return "refused when loaded"
    state.max_turns = 5
    try:
        result = await Runner.run(agent, state)
    except AgentsError as error:
        _must_tell_nothing(error)
        return "refused when gone on with"
    finally:
        assert doors.entered == [], f"entered: {doors.entered}"
    return "waits" if result.interruptions else "ended"


def _must_tell_nothing(error: AgentsError) -> None:
    words = str(error)
    names = words.startswith(("This run needs the ", "The call of "))  # a cut may run a name into something else
    assert names or not (_PAYLOAD in words or _JUNK in words), f"the error tells what was in the run: {words}"
    assert error.__cause__ is None, f"the error has a cause that may tell it: {error.__cause__!r}"


async def _documents(agent: Agent[Any], model: Same) -> AsyncIterator[JsonValue]:
    for asked in _asked():
        model.inner = ScriptedModel([*asked, [message(f"{_PAYLOAD} is done.")]])
        state = (await Runner.run(agent, f"Go {_PAYLOAD}", context=Doors())).to_state()
        yield json.loads(state.to_string(context_serializer=lambda _: {"told": _PAYLOAD}))
        for each in state.all_calls:
            _break_off(each)
        yield json.loads(state.to_string(context_serializer=lambda _: {}))


def _asked() -> list[list[list[Item]]]:
    """What the model asks for in each of the runs."""
    order: dict[str, JsonValue] = {"order": _PAYLOAD}
    inner = call("delete", order, call_id="c1")
    shell: Item = {"type": "shell_call", "call_id": "c2", "action": {"commands": [f"echo {_PAYLOAD}"]}}
    old: Item = {"type": "local_shell_call", "call_id": "c3", "action": {"type": "exec", "command": ["ls"], "env": {}}}
    patch: Item = {"type": "apply_patch_call", "call_id": "c4"}
    patch |= {"operation": {"type": "create_file", "path": _PAYLOAD, "diff": "+a"}}
    hosted: Item = {"type": "mcp_approval_request", "id": "c5", "name": "act", "server_label": "shelf"}
    hosted |= {"arguments": json.dumps(order)}
    shelf = call("shelf_act", order, call_id="c6")
    freely = call("ask_freely", {"input": _PAYLOAD}, call_id="c7")
    broken = call("delete", "{", call_id="c8")
    return [
        [[call("delete", order, call_id="c0"), call("maybe", order)]],
        [[shell, old, patch]],
        [[hosted, shelf, call("gone", order, call_id="c9")]],
        [[freely], [inner, shell]],
        [[freely, call("delete", order, call_id="c0")], [inner]],
        [[call("ask", {"input": _PAYLOAD}, call_id="c0"), call("hand_over", {}, call_id="c1")]],
        [[broken, broken, hosted]],
        [[message(_PAYLOAD)]],
    ]


def _break_off(call: Call) -> None:
    """Let a call be one that may have run, as if the process had died in it."""
    if call.status == "pending" and call.kind != "agent":
        call.status, call.round = "unknown", 2


def _damaged(chance: random.Random, document: JsonValue) -> str:
    if chance.random() < 0.1:
        text = json.dumps(document)
        at = chance.randrange(len(text))
        return text[:at] + chance.choice(["", "", _JUNK, '"', "}", "0"]) + text[at + chance.randrange(40) :]
    changed = copy.deepcopy(document)
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        _change(chance, changed)
    return json.dumps(changed)


def _change(chance: random.Random, document: JsonValue) -> None:
    """Change something at a random place: give it another value, take it away, or put something beside it."""
    holders = list(_holders(document))
    holder, other = chance.choice(holders), chance.choice(holders)
    if isinstance(holder, list):
        return _change_list(chance, holder, other)
    if not holder:
        return None
    key = chance.choice(list(holder))
    match chance.randrange(6):
        case _ if key in _NAMES:  # which errors tell
            holder[key] = chance.choice([*_KNOWN["name"], *_KNOWN["agent"], "gone", "", None])
        case 0:
            del holder[key]
        case 1:
            holder[key] = _wrong(chance)
        case 2 | 3:
            holder[key] = chance.choice(_KNOWN.get(key, [json_value(chance)]))
        case 4:
            holder[chance.choice([*Call.model_fields, _JUNK])] = json_value(chance)
        case _:
            holder[key] = _one_of(chance, other)
    return None


def _change_list(chance: random.Random, holder: list[JsonValue], other: _Holder) -> None:
    at = chance.randrange(len(holder) + 1)
    added = chance.choice([json_value(chance), _wrong(chance), _one_of(chance, other), _one_of(chance, holder)])
    holder[at : at + chance.randrange(2)] = [added] * chance.randrange(2)


def _wrong(chance: random.Random) -> JsonValue:
    return chance.choice([None, _JUNK, 7, -1, True, 1e300, [], [_JUNK], {}, {_JUNK: _JUNK}])


def _one_of(chance: random.Random, holder: _Holder) -> JsonValue:
    """A copy of something that the document has; an approval is none of it."""
    values = list(holder.values()) if isinstance(holder, dict) else holder
    return copy.deepcopy(chance.choice(values)) if values else None


def _holders(value: JsonValue) -> Iterator[_Holder]:
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)


if __name__ == "__main__":
    told(__doc__, fuzz)
