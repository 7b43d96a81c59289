"""`assent check` looks at the MCP servers of an agent."""

import sys
from pathlib import Path

from tests.agents.mcp.reached import SERVER
from tests.cli.commands import assent


def test_each_server_has_its_line(tmp_path: Path):
    (tmp_path / "clerk.py").write_text(
        f"""
from bot.agents import Agent
from bot.agents.mcp import MCPServerStdio

notes = MCPServerStdio({{"command": {sys.executable!r}, "args": [{SERVER!r}, "stdio", "notes"]}}, name="notes")
gone = MCPServerStdio({{"command": "/no/such/program"}}, name="gone")
agent = Agent("Clerk", mcp_servers=[notes], handoffs=[Agent("Expert", mcp_servers=[gone])])
"""
    )
    told = assent("check", "clerk.py:agent", at=tmp_path)
    assert told.code == 1
    assert "✓ MCP server notes: it opens. Its tools: add, note, " in told.out
    assert "✗ MCP server gone: it cannot be opened: FileNotFoundError: [Errno 2] No such file or directory" in told.out
