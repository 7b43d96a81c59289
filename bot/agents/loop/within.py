"""Who takes part in a run, and in the runs within its calls: found through the tool that was called, never by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from bot.agents.agent import Agent, AgentTool, registry
from bot.agents.errors import UserError
from bot.agents.record.tree import Call, RunTree

Agents: TypeAlias = Mapping[str, Agent[Any]]
"""The agents of a run, by name."""


def agent_of(name: str, agents: Agents) -> Agent[Any]:
    """The agent of that name. Raises `UserError` when the run's agents have none."""
    agent = agents.get(name)
    if agent is None:
        raise UserError(f"This run needs the agent {name!r}, and only knows: {', '.join(sorted(agents))}.")
    return agent


def agents_within(call: Call, agents: Agents) -> Agents:
    """The agents of the run within a call. Raises `UserError` when its tool is not there, or calls another agent."""
    agent = agent_of(call.agent, agents)
    tool = next((tool for tool in agent.tools if isinstance(tool, AgentTool) and tool.name == call.tool), None)
    if tool is None:
        raise UserError(f"This run needs the tool {call.tool} of {call.agent}, which calls an agent; it is not there.")
    return agents_called(tool, call)


def agents_called(tool: AgentTool, call: Call) -> Agents:
    """The same, for the tool of the call. Raises `UserError` when it calls another agent than it did."""
    if call.child and call.child.start_agent != tool.agent.name:
        raise UserError(
            f"The call of {call.tool} ({call.path}) was begun by the agent {call.child.start_agent!r}; "
            f"now that tool calls {tool.agent.name!r}."
        )
    return registry(tool.agent)


def waiting_with_agents(run: RunTree, agents: Agents) -> Iterator[tuple[Call, Agent[Any]]]:
    """The calls that wait for a person, here and within, each with its agent."""
    for call in run.open_calls:
        if call.waiting:
            yield call, agent_of(call.agent, agents)
        elif call.child:
            yield from waiting_with_agents(call.child, agents_within(call, agents))


def check_agents(run: RunTree, agents: Agents) -> None:
    """Raises `UserError` when the run, or one within that is not over, names an agent that is not there."""
    for name in {run.agent, *(turn.agent for turn in run.turns)}:
        agent_of(name, agents)
    for call in run.open_calls:
        if call.child:
            check_agents(call.child, agents_within(call, agents))
