"""Hosted MCP with a callback: a function of ours decides about the calls of the server, and nobody is asked.

In a local Slack: `assent dev bot.examples.hosted_mcp_callback:agent`, then "@assent what does deepwiki know about
openai/codex?". Alone, with OPENAI_API_KEY set: `python -m bot.examples.hosted_mcp_callback`.
"""

import asyncio

from bot.agents import Agent, HostedMCPTool, MCPToolApprovalFunctionResult, MCPToolApprovalRequest
from bot.examples.terminal import converse

READS = frozenset({"read_wiki_structure", "read_wiki_contents"})


def let_it_read(request: MCPToolApprovalRequest) -> MCPToolApprovalFunctionResult:
    """Yes to what only reads, no to everything else; the model reads why."""
    if request.data.name in READS:
        return {"approve": True}
    return {"approve": False, "reason": f"Only {' and '.join(sorted(READS))} may be used here."}


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
            },
            on_approval_request=let_it_read,
        )
    ],
)


async def main() -> None:
    await converse(agent, "What are the main parts of openai/codex?")


if __name__ == "__main__":
    asyncio.run(main())
