"""What is served: an agent, how its context is made, and the configuration of its runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from bot.agents import Agent, Origin, RunConfig
from bot.agents.agent import AgentTool
from bot.agents.mcp import MCPServer

ContextFactory = Callable[[Origin], object | Awaitable[object]]


@dataclass(frozen=True)
class Served:
    """An agent as the bot serves it.

    `context`, plain or async, gets who asked and where, and returns what tools see as `ctx.context`; it is called each
    time that a process takes a run up, so what it returns need not survive a restart.
    """

    agent: Agent[Any]
    _: KW_ONLY
    context: ContextFactory | None = None
    run_config: RunConfig = field(default_factory=RunConfig)

    @property
    def mcp_servers(self) -> list[MCPServer]:
        """The MCP servers of every agent that a run may come to, each once."""
        agents: dict[Agent[Any], None] = {}
        to_visit = [self.agent]
        while to_visit:
            agent = to_visit.pop()
            if agent not in agents:
                agents[agent] = None
                to_visit += [way.agent for way in agent.handoff_tools]
                to_visit += [tool.agent for tool in agent.tools if isinstance(tool, AgentTool)]
        return list(dict.fromkeys(server for agent in agents for server in agent.mcp_servers))
