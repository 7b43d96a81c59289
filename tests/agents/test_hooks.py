"""Hooks see a run go by, in order; what they are told has been saved before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from typing_extensions import override

from bot.agents import Agent, AgentHooks, CallableTool, ModelResponse, RunContextWrapper, RunHooks, Runner
from bot.agents.record.plain import Item
from bot.agents.testing import ScriptedModel, call, message
from tests.agents.effects import Effects, approve_all

Context = RunContextWrapper[Any]


class Telling(RunHooks[Any]):
    """Hooks that note what they are told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @override
    async def on_agent_start(self, context: Context, agent: Any) -> None:
        self.told.append(f"{agent.name} starts for {context.context}")

    @override
    async def on_agent_end(self, context: Context, agent: Any, output: Any) -> None:
        self.told.append(f"{agent.name} says {output}, after {context.usage.requests}")

    @override
    async def on_llm_start(
        self, context: Context, agent: Any, system_prompt: str | None, input_items: Sequence[Item]
    ) -> None:
        self.told.append(f"{agent.name} asks with {len(input_items)} items, {system_prompt}, {context.usage.requests}")

    @override
    async def on_llm_end(self, context: Context, agent: Any, response: ModelResponse) -> None:
        self.told.append(f"{agent.name} has {response.id}, {context.usage.requests}")

    @override
    async def on_tool_start(self, context: Context, agent: Any, tool: CallableTool) -> None:
        self.told.append(f"{agent.name} {tool.name} starts, {context.usage.requests}")

    @override
    async def on_tool_end(self, context: Context, agent: Any, tool: CallableTool, result: str) -> None:
        self.told.append(f"{agent.name} {tool.name} ends, {result}, {context.usage.requests}")


class TellingAgent(AgentHooks[Any]):
    """The same for one agent, under its own names."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @override
    async def on_start(self, context: Context, agent: Any) -> None:
        self.told.append(f"{agent.name} starts for {context.context}")

    @override
    async def on_end(self, context: Context, agent: Any, output: Any) -> None:
        self.told.append(f"{agent.name} says {output} to {context.context}")


def desk(effects: Effects, hooks: AgentHooks[Any] | None = None) -> Agent[Any]:
    model = ScriptedModel([[call("delete", {"order": "A1"})], [message("Done.")]])
    tools = [effects.tool("delete", needs_approval=True)]
    return Agent[Any]("desk", instructions="Be brief.", tools=tools, model=model, hooks=hooks)


async def test_hooks_are_told_each_step_once_over_pause_and_resume():
    hooks, agent_hooks = Telling(), TellingAgent()
    agent = desk(Effects(), agent_hooks)
    paused = await Runner.run(agent, "Go", context="ana", hooks=hooks)
    assert hooks.told == [
        "desk starts for ana",
        "desk asks with 1 items, Be brief., 0",
        "desk has resp_1, 1",
    ]
    hooks.told.clear()
    await Runner.run(agent, approve_all(paused.to_state()), hooks=hooks)
    assert hooks.told == [
        "desk delete starts, 1",
        "desk delete ends, delete A1: done, 1",
        "desk asks with 3 items, Be brief., 1",
        "desk has resp_2, 2",
        "desk says Done., after 2",
    ]
    assert agent_hooks.told == ["desk starts for ana", "desk says Done. to ana"]


async def test_a_rejected_call_is_no_start_and_no_end_of_a_tool():
    hooks = Telling()
    agent = desk(Effects())
    state = (await Runner.run(agent, "Go")).to_state()
    state.reject(state.get_interruptions()[0])
    await Runner.run(agent, state, hooks=hooks)
    assert not [each for each in hooks.told if "delete" in each]


class Once(RunHooks[Any]):
    """Hooks of which one raises, the first time."""

    def __init__(self, hook: str) -> None:
        self._hook = hook

    def _fail(self, hook: str) -> None:
        if hook == self._hook:
            self._hook = ""
            raise RuntimeError(f"{hook} failed")

    @override
    async def on_agent_start(self, context: Context, agent: Any) -> None:
        self._fail("on_agent_start")

    @override
    async def on_agent_end(self, context: Context, agent: Any, output: Any) -> None:
        self._fail("on_agent_end")

    @override
    async def on_llm_start(
        self, context: Context, agent: Any, system_prompt: str | None, input_items: Sequence[Item]
    ) -> None:
        self._fail("on_llm_start")

    @override
    async def on_llm_end(self, context: Context, agent: Any, response: ModelResponse) -> None:
        self._fail("on_llm_end")


@pytest.mark.parametrize("hook", ["on_agent_end", "on_llm_start", "on_llm_end"])
async def test_a_hook_that_raises_ends_the_run_and_what_was_done_is_kept(hook: str):
    effects, hooks = Effects(), Once(hook)
    agent = desk(effects)
    state = approve_all((await Runner.run(agent, "Go")).to_state())
    with pytest.raises(RuntimeError, match=f"{hook} failed"):
        await Runner.run(agent, state, hooks=hooks)
    result = await Runner.run(agent, state, hooks=hooks)
    assert result.final_output == "Done."
    assert effects == ["delete A1"]
    assert result.usage.requests == 2, "a response that is saved is not asked for again"


async def test_instructions_may_be_a_function_of_the_context_and_the_agent():
    def plain(ctx: Context, agent: Agent[Any]) -> str:
        return f"{agent.name} helps {ctx.context}"

    async def slow(ctx: Context, agent: Agent[Any]) -> str:
        return plain(ctx, agent)

    for instructions in (plain, slow):
        model = ScriptedModel([[message("Hello.")]])
        await Runner.run(Agent[Any]("desk", instructions=instructions, model=model), "Hi", context="ana")
        assert model.requests[0].instructions == "desk helps ana"


class Taking(AgentHooks[Any]):
    """Hooks that note who gives them the run."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @override
    async def on_handoff(self, context: Context, agent: Any, source: Any) -> None:
        self.told.append(f"{agent.name} takes over from {source.name}")

    @override
    async def on_start(self, context: Context, agent: Any) -> None:
        self.told.append(f"{agent.name} starts")


async def test_an_agents_own_hooks_are_told_who_gives_it_the_run():
    hooks = Taking()
    billing = Agent[Any]("billing", model=ScriptedModel([[message("Done.")]]), hooks=hooks)
    script = ScriptedModel([[call("transfer_to_billing")]])
    await Runner.run(Agent[Any]("desk", handoffs=[billing], model=script), "Refund")
    assert hooks.told == ["billing takes over from desk", "billing starts"]
