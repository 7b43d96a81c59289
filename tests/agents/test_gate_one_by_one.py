"""The gate as a live session drives it: calls come one by one, nothing stops for them, and agents change meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.agents import Agent, CallableTool, ModelBehaviorError, RunConfig, RunContextWrapper, ToolContext, UserError
from bot.agents.agent import registry
from bot.agents.items import approval_item
from bot.agents.loop.ending import end
from bot.agents.loop.execution import invoke, not_made
from bot.agents.loop.gate import AtTheGate, let_through, rejection_text
from bot.agents.loop.journal import Journal
from bot.agents.loop.reading import read_calls, read_response
from bot.agents.loop.setting import Setting
from bot.agents.loop.toolbox import static_toolbox
from bot.agents.record import decisions as decide
from bot.agents.record.message import Response
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call, RunTree, Turn
from bot.agents.spans import Spans
from bot.agents.testing import ScriptedModel, call
from tests.agents.effects import Effects, desk


@dataclass
class Session:
    """Keeps each call with the agent and the tool that were there when it came; `sent` is what the model was told."""

    agent: Agent[Any]
    config: RunConfig = field(default_factory=RunConfig)
    asked: list[str] = field(default_factory=list[str])
    sent: list[Item] = field(default_factory=list[Item])
    run: RunTree = field(default_factory=lambda: RunTree(run_id="r_1", start_agent="desk", agent="desk"))
    journal: Journal = field(default_factory=Journal)
    came_with: dict[str, tuple[Agent[Any], CallableTool]] = field(
        default_factory=dict[str, tuple[Agent[Any], CallableTool]]
    )

    async def hear(self, raw: Item) -> None:
        """The model asks for a call."""
        tools, response = static_toolbox(self.agent), read_response(Response(output=[raw]))
        path = f"t{len(self.run.turns)}"
        [record] = read_calls(response, self.agent.name, tools, path=path, earlier=self._known)
        self.run.turns.append(Turn(agent=self.agent.name, response=response, calls=[record]))
        tool = tools.for_call(record)
        if record.replay_of or tool is None:
            return
        self.came_with[record.path] = (self.agent, tool)
        await let_through(self._at_the_gate(record))
        if record.waiting:
            self.asked.append(record.call_id)
        await self._go_on(record)

    async def approve(self, call_id: str, *, always: bool = False) -> None:
        record = self._known[call_id]
        decide.approve(self.run, approval_item(record, self.came_with[record.path][0]), always=always)
        await self._go_on(record)

    async def reject(self, call_id: str, message: str | None = None) -> None:
        record = self._known[call_id]
        decide.reject(self.run, approval_item(record, self.came_with[record.path][0]), message=message)
        await self._go_on(record)

    @property
    def outputs(self) -> list[object]:
        return [item["output"] for item in self.sent]

    @property
    def _known(self) -> Mapping[str, Call]:
        return {each.call_id: each for each in reversed(list(self.run.calls))}

    def _at_the_gate(self, record: Call) -> AtTheGate:
        agent, tool = self.came_with[record.path]

        async def tool_ctx() -> ToolContext[Any]:
            return self._context(record)

        return AtTheGate(
            run=self.run,
            call=record,
            tool=tool,
            agent=agent,
            ctx=RunContextWrapper[Any](context=None, run=self.run),
            tool_ctx=tool_ctx,
            config=self.config,
            journal=self.journal,
            revoked=self.journal.revoked,
            spans=Spans(self.run, Setting(agents=registry(agent), config=self.config, journal=self.journal), path=""),
        )

    def _context(self, record: Call) -> ToolContext[Any]:
        return ToolContext[Any](
            context=None,
            run=self.run,
            tool_name=record.tool,
            tool_call_id=record.call_id,
            tool_arguments=record.runs.text,
            path=record.path,
            agent=self.came_with[record.path][0],
            approval=record.approval,
        )

    async def _go_on(self, record: Call) -> None:
        """Send the rejection, or make the call and send what came of it; a call that waits goes on waiting."""
        if record.decision and record.decision.verdict == "reject":
            ctx = self._context(record)
            record.become("refused")
            record.output = not_made(
                record, await rejection_text(record, ctx, config=self.config, journal=self.journal)
            )
        elif record.decision or record.status == "allowed":
            if record.status == "pending":
                record.become("allowed")
            record.become("started")  # before anything is awaited: nobody else begins it now
            end(record, await invoke(self.came_with[record.path][1], record, self._context(record)))
        if record.output:
            self.sent.append(record.output)


def agent_with(effects: Effects, name: str, **settings: Any) -> Agent[Any]:
    tools = [effects.tool("delete", needs_approval=True, **settings), effects.tool("count")]
    return desk(ScriptedModel([]), *tools, name=name)


A1 = call("delete", {"order": "A1"}, call_id="c1")


async def test_a_live_session_goes_on_while_a_call_waits_and_makes_it_as_it_was_asked_for():
    before, after = Effects(), Effects()
    session = Session(agent_with(before, "desk"))
    await session.hear(A1)
    assert (session.asked, before, session.sent) == (["c1"], [], [])

    await session.hear(call("count", {"order": "B2"}, call_id="c2"))
    assert before == ["count B2"], "what needs nobody does not wait for what does"
    await session.hear({**A1, "id": "fc_again", "arguments": '{ "order":"A1" }'})
    assert session.asked == ["c1"], "the same call again asks nobody again"

    session.agent = agent_with(after, "billing")
    await session.approve("c1", always=True)
    assert (before, after) == (["count B2", "delete A1"], []), "the tool is the one of the agent that asked"
    assert session.outputs == ["count B2: done", "delete A1: done"]

    await session.hear(call("delete", {"order": "C3"}, call_id="c3"))
    assert session.asked == ["c1", "c3"], "an always of one agent is none of another"
    await session.reject("c3", "Not C3.")
    assert (session.outputs[-1], after) == ("Not C3.", [])

    session.agent = agent_with(before, "desk")
    await session.hear(A1)
    assert before == ["count B2", "delete A1"], "nor is it made again when it comes after it was made"
    await session.hear(call("delete", {"order": "D4"}, call_id="c4"))
    assert (session.asked, before[-1]) == (["c1", "c3"], "delete D4"), "for its own agent it holds"


async def test_an_id_that_comes_again_for_another_call_is_an_error_and_leaves_the_first_as_it_is():
    effects = Effects()
    session = Session(agent_with(effects, "desk"))
    await session.hear(A1)
    for other in (call("delete", {"order": "B2"}, call_id="c1"), call("count", {"order": "A1"}, call_id="c1")):
        with pytest.raises(ModelBehaviorError, match="c1"):
            await session.hear(other)
    session.agent = agent_with(effects, "billing")
    with pytest.raises(ModelBehaviorError, match="c1"):
        await session.hear(A1)
    assert (session.asked, effects) == (["c1"], [])
    await session.approve("c1")
    assert effects == ["delete A1"]


async def test_of_two_approvals_at_once_one_makes_the_call_and_the_other_is_told():
    effects = Effects()
    session = Session(agent_with(effects, "desk"))
    await session.hear(A1)
    said = await asyncio.gather(session.approve("c1"), session.approve("c1"), return_exceptions=True)
    assert [type(each) for each in said] == [type(None), UserError]
    with pytest.raises(UserError, match="nothing to decide"):
        await session.reject("c1")
    assert effects == ["delete A1"]
    assert session.outputs == ["delete A1: done"]


async def test_arguments_that_a_rule_cannot_look_at_wait_for_a_person_and_words_are_the_usual_ones():
    looked: list[object] = []

    def rule(_ctx: RunContextWrapper[Any], arguments: object, _call_id: str) -> bool:
        looked.append(arguments)
        return False

    effects = Effects()
    tool = effects.tool("delete", needs_approval=rule)
    config = RunConfig(tool_error_formatter=lambda args: f"{args.tool_name}: {args.default_message}")
    session = Session(desk(ScriptedModel([]), tool), config)
    await session.hear(call("delete", "[1]", call_id="c1"))
    assert (session.asked, looked) == (["c1"], [])
    await session.reject("c1")
    assert session.outputs == ["delete: Tool execution was not approved."]
    await session.hear(A1 | {"call_id": "c2"})
    assert (looked, effects) == ([{"order": "A1"}], ["delete A1"])
