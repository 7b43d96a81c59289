"""What is in a saved run: every field and kind, each item once and as the provider gave it, read as it was written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, JsonValue

from bot.agents import (
    Agent,
    HandoffCallItem,
    HandoffOutputItem,
    MCPApprovalRequestItem,
    MCPApprovalResponseItem,
    MCPListToolsItem,
    MessageOutputItem,
    ReasoningItem,
    Runner,
    RunState,
    ToolCallItem,
    ToolCallOutputItem,
    UserError,
    function_tool,
    handoff,
)
from bot.agents.record.decision import Kind, Status
from bot.agents.record.plain import Item
from bot.agents.result import RunResult
from bot.agents.testing import ScriptedModel, call, message, reasoning
from tests.agents.effects import Effects, approve_all, desk, paused, stored
from tests.agents.test_saved_state import office as of_functions
from tests.agents.whole_run import offices

GOLDEN = Path(__file__).parent / "golden"
DONE = [message("Done.")]


def document(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


async def golden(name: str, agent: Agent[Any] | None = None) -> RunState:
    """The run of that file."""
    found = document(name)
    if agent is None:
        front = offices(Effects())
        desk = front.handoff_tools[0].agent
        agent = {"front": front, "desk": desk}[found["start_agent"]]
        agent = of_functions(Effects()) if name in ("v1.json", "v1_ended.json") else agent
    return await RunState.from_json(agent, found, context_override={"name": "ana"})


NAMES = sorted(path.name for path in GOLDEN.iterdir())


@pytest.mark.spec("X3", "X15")
@pytest.mark.parametrize("name", ["v1_kinds.json", "v1_answered.json", "v1_cancelled.json"])
async def test_what_version_1_wrote_of_every_kind_is_read_and_written_the_same(name: str):
    front = offices(Effects())
    start = front if name == "v1_kinds.json" else front.handoff_tools[0].agent
    state = await RunState.from_json(start, document(name))
    assert state.to_json() == document(name)
    assert list(state.to_json()) == list(document(name))


async def test_every_field_kind_and_status_of_a_run_is_in_a_golden_file():
    used: set[tuple[str, str]] = set()
    known: set[tuple[str, str]] = set()
    statuses: set[str] = set()
    kinds: set[str] = set()
    for name in NAMES:
        state = await golden(name)
        for model in _models(state):
            kind = "RunTree" if isinstance(model, RunState) else type(model).__name__
            defaults = type(model).model_fields
            known |= {(kind, each) for each in defaults}
            used |= {(kind, each) for each in model.model_dump(exclude_defaults=True)}
        statuses |= {each.status for each in state.all_calls}
        kinds |= {each.kind for each in state.all_calls}
    assert known - used == set()
    assert kinds == set(get_args(Kind))
    assert set(get_args(Status)) - statuses == {"allowed"}, "a call is saved so only when its save was the last"


def _models(value: object) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
        for _, inner in value:
            yield from _models(inner)
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]: any list
            yield from _models(inner)  # pyright: ignore[reportUnknownArgumentType]


async def test_a_run_of_every_kind_that_version_1_saved_goes_on_and_does_the_rest_once():
    effects = Effects()
    model = ScriptedModel([[message("Refunded.")], DONE])
    agent = offices(effects, model)
    state = await golden("v1_kinds.json", agent)
    waiting = [(each.tool_name, each.path, each.agent.name) for each in state.get_interruptions()]
    assert waiting == [("apply_patch", "t1.c4", "desk"), ("refund", "t1.c7/t0.c0", "expert")]
    result = await Runner.run(agent, approve_all(state))
    assert sorted(effects) == ["apply_patch", "refund C3"]
    assert (result.final_output, result.last_agent.name) == ("Done.", "desk")
    left: Item = {"role": "user", "content": "Do all of it"}
    assert model.requests[1].input[:2] == [left, reasoning("rs_9")], "what the handoff's filter left"
    assert model.requests[1].input[-1] == {"role": "user", "content": "And be quick."}


@pytest.mark.spec("X16")
async def test_the_items_of_every_kind_are_the_same_after_json_and_the_unknown_are_kept_as_they_came():
    state = await golden("v1_kinds.json")
    again = await RunState.from_json(offices(Effects()), state.to_json(), context_override={})
    kinds = [(type(item), item.raw_item) for item in RunResult(state).new_items]
    assert [(type(item), item.raw_item) for item in RunResult(again).new_items] == kinds
    assert {kind for kind, _ in kinds} == {
        *(MessageOutputItem, ReasoningItem, ToolCallItem, ToolCallOutputItem, HandoffCallItem, HandoffOutputItem),
        *(MCPListToolsItem, MCPApprovalRequestItem, MCPApprovalResponseItem),
    }
    unknown: Item = {"type": "of_tomorrow", "id": "tm_1", "someKey": {"other_key": [1, None, "Ä"]}}
    assert (ToolCallItem, unknown) in kinds
    waiting = [(each.tool_name, each.raw_item) for each in again.get_interruptions()]
    assert waiting == [(each.tool_name, each.raw_item) for each in state.get_interruptions()]


@pytest.mark.spec("X17")
async def test_each_item_is_saved_once():
    agent = offices(Effects())
    text = json.dumps(document("v1_kinds.json"))
    state = await golden("v1_kinds.json", agent)
    ids = [item["id"] for turn in state.turns for item in (turn.response.output if turn.response else [])]
    assert len(ids) == 15
    counted = Counter({str(id): text.count(f'"id": "{id}"') for id in ids})
    counted.subtract(["ls_1"])  # the answer to a call of the older shell has its id too
    counted.subtract(["fc_c1"])  # and the run within has a call of its own with that id
    assert set(counted.values()) == {1}


@pytest.mark.spec("X13")
async def test_what_a_tool_returned_is_saved_with_its_structure_and_its_defaults():
    class Line(BaseModel):
        order: str
        amount: float = 7.5

    @dataclass
    class Bill:
        lines: list[Line]
        note: str | None = None
        tags: set[str] = field(default_factory=set[str])

    @function_tool
    def bill() -> dict[str, object]:
        return {"bill": Bill([Line(order="A1")]), "text": b"bytes", "raw": b"\xff\xfe", "pair": (1, 2)}

    agent = desk(ScriptedModel([[call("bill")], DONE]), bill)
    state = await stored(agent, (await Runner.run(agent, "Go")).to_state())
    [kept] = state.calls
    assert kept.output
    assert json.loads(str(kept.output["output"])) == {
        "bill": {"lines": [{"order": "A1", "amount": 7.5}], "note": None, "tags": []},
        "text": "Ynl0ZXM=",
        "raw": "__4=",
        "pair": [1, 2],
    }


@pytest.mark.spec("X15")
async def test_no_key_of_the_provider_is_changed():
    keys: dict[str, JsonValue] = {"snake_case": 1, "camelCase": 2, "Kebab-Case": 3, "with space": {"inner_key": [None]}}
    asked: Item = {**call("count", {"order": "A1"}), "providerData": keys, "status": None}
    thought: Item = {**reasoning(), "encrypted_content": "x", "extraField": keys}
    agent = desk(ScriptedModel([[thought, asked], DONE]), Effects().tool("count", needs_approval=True))
    state = await stored(agent, await paused(agent))
    assert state.items[1:] == [thought, asked]
    assert [each.raw_item for each in state.get_interruptions()] == [asked]


@pytest.mark.spec("X19")
async def test_a_saved_run_is_trusted_so_whoever_can_write_it_decides():
    effects = Effects()
    agent = desk(ScriptedModel([[call("delete", {"order": "A1"})], DONE]), effects.tool("delete", needs_approval=True))
    found: Any = (await paused(agent)).to_json()
    found["turns"][0]["calls"][0]["decision"] = {"verdict": "approve", "at": "2026-03-01T09:30:00Z"}
    await Runner.run(agent, await RunState.from_json(agent, found))
    assert effects == ["delete A1"]
    assert "trusted" in str(RunState.__doc__), "who loads one is told"


@pytest.mark.spec("X7")
@pytest.mark.parametrize("wrapped", [False, True])
async def test_agents_are_found_over_handoffs_and_called_agents_also_in_circles(wrapped: bool):
    effects = Effects()
    tool = effects.tool("delete", needs_approval=True)
    back: list[Any] = []
    called: list[Any] = [tool]
    model = ScriptedModel(
        [
            [call("transfer_to_billing", call_id="h1")],
            [call("ask_expert", {"input": "Do it"}, call_id="a1")],
            [call("transfer_to_front", call_id="h2")],
            [call("delete", {"order": "A1"}, call_id="c1")],
            DONE,
            DONE,
        ]
    )
    front = Agent[Any]("front", tools=called, handoffs=back, model=model)
    expert = Agent[Any]("expert", tools=called, handoffs=[front], model=model)
    called.append(expert.as_tool("ask_expert", "Asks."))
    billing = Agent[Any]("billing", tools=called, handoffs=[handoff(front) if wrapped else front], model=model)
    back += [handoff(billing) if wrapped else billing, expert]
    state = await stored(front, await paused(front))
    [waiting] = state.get_interruptions()
    assert (waiting.agent, waiting.path) == (front, "t1.c0/t1.c0")
    result = await Runner.run(front, approve_all(state))
    assert (effects, result.last_agent, result.final_output) == (["delete A1"], billing, "Done.")


async def test_two_agents_of_one_name_are_refused_before_anything_is_asked():
    twin = Agent[Any]("desk")
    model = ScriptedModel([])
    with pytest.raises(UserError, match="Two agents are called 'desk'"):
        await Runner.run(Agent[Any]("desk", handoffs=[twin], model=model), "Go")
    assert model.requests == []
