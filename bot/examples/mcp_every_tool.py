"""Every tool of a server, with its approval: see what there is before a model does.

Alone, and without a key: `python -m bot.examples.mcp_every_tool` lists them. In a local Slack an agent has all of them:
`assent dev bot.examples.mcp_every_tool:agent`, then "@assent delete the shopping list".
"""

import asyncio
import sys
from typing import Any

from bot.agents import Agent, MCPServerStdio, RunContextWrapper
from bot.agents.mcp import MCPTool
from bot.examples.servers.started import FILES

READS = frozenset({"list_files", "read_file"})


def asks(_ctx: RunContextWrapper[Any], _agent: object, tool: MCPTool) -> bool:
    """Whether a person is asked: for whatever does not just read, tools that the server may have later too."""
    return tool.name not in READS


server = MCPServerStdio(
    {"command": sys.executable, "args": [FILES, "stdio"]},
    name="files",
    require_approval=asks,
)

agent = Agent(
    "Household",
    instructions="You keep the lists of a household, which are files. Use your tools at once; a person is asked.",
    mcp_servers=[server],
    mcp_config={"include_server_in_tool_names": True},
)


async def main() -> None:
    async with server:
        for tool in await server.list_tools():
            approval = "needs nobody" if tool.name in READS else "asks a person"
            print(f"{tool.name:12} {approval:14} {tool.description}")


if __name__ == "__main__":
    asyncio.run(main())
