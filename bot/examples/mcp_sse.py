"""MCP over SSE, as older servers speak it. The server is a program of its own; here it is started along.

In a local Slack: `assent dev bot.examples.mcp_sse:agent`, then "@assent put milk on the shopping list";
a target may be a context manager, as it is here. Alone, with OPENAI_API_KEY set: `python -m bot.examples.mcp_sse`.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.agents import Agent, MCPServerSse
from bot.examples.servers.started import started
from bot.examples.terminal import converse


@asynccontextmanager
async def agent() -> AsyncGenerator[Agent]:
    """The agent, for as long as the server runs and is connected."""
    async with (
        started("sse") as url,
        MCPServerSse(
            {"url": url},
            name="files",
            cache_tools_list=True,
            require_approval={"write_file": "always", "delete_file": "always"},
        ) as server,
    ):
        yield Agent(
            "Household",
            instructions="You keep the lists of a household, which are files. Read before you write. Be brief.",
            mcp_servers=[server],
        )


async def main() -> None:
    async with agent() as household:
        await converse(household, "Put milk on the shopping list.")


if __name__ == "__main__":
    asyncio.run(main())
