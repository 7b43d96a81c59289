"""Hosted MCP: OpenAI calls the tools of a server on the network, each call after a person has agreed.

In a local Slack: `assent dev bot.examples.hosted_mcp:agent`, then "@assent which transports does the MCP have?".
Alone, with OPENAI_API_KEY set: `python -m bot.examples.hosted_mcp`.
"""

import asyncio

from bot.agents import Agent, HostedMCPTool
from bot.examples.terminal import converse

agent = Agent(
    "Reader",
    instructions="You answer questions about public repositories with the tools of deepwiki. Be brief.",
    tools=[
        HostedMCPTool(
            tool_config={
                "type": "mcp",
                "server_label": "deepwiki",
                "server_url": "https://mcp.deepwiki.com/mcp",
                "require_approval": "always",
            }
        )
    ],
)


async def main() -> None:
    await converse(agent, "Which transports does modelcontextprotocol/modelcontextprotocol describe?")


if __name__ == "__main__":
    asyncio.run(main())
