"""Local MCP with a tool filter: the agent reads files freely, writes them when a person agrees, and cannot delete any.

In a local Slack: `assent dev bot.examples.mcp_filesystem:agent`, then "@assent put milk on the shopping list".
Alone, with OPENAI_API_KEY set: `python -m bot.examples.mcp_filesystem`.
"""

import asyncio
import sys

from bot.agents import Agent, MCPServerStdio, create_static_tool_filter
from bot.examples.servers.started import FILES
from bot.examples.terminal import converse

server = MCPServerStdio(
    {"command": sys.executable, "args": [FILES, "stdio"]},
    name="files",
    tool_filter=create_static_tool_filter(allowed_tool_names=["list_files", "read_file", "write_file"]),
    require_approval={
        "always": {"tool_names": ["write_file"]},
        "never": {"tool_names": ["list_files", "read_file"]},
    },
)

agent = Agent(
    "Household",
    instructions="You keep the lists of a household, which are files. Read before you write. Be brief.",
    mcp_servers=[server],
)


async def main() -> None:
    async with server:
        await converse(agent, "Put milk on the shopping list.")


if __name__ == "__main__":
    asyncio.run(main())
