"""MCP servers that the examples start."""
