"""A server written with the `mcp` SDK, as a program of its own: `server.py stdio|sse|streamable-http NOTES [PORT]`.

What its tools do they write into the file NOTES. With "old" as the last argument it speaks the protocol as it was
before `server/discover`.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import METHOD_NOT_FOUND, CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel

transport, notes, *more = sys.argv[1:]
server = MCPServer("notes")


def write(line: str) -> None:
    with Path(notes).open("a") as file:
        file.write(f"{line}\n")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool(structured_output=False)
def note(text: str, ctx: Context[Any]) -> str:
    """Write something down."""
    key = (ctx.request_context.params or {}).get("_meta", {}).get("assent/idempotency_key")
    write(f"{text} {key}")
    return f"noted: {text}"


@server.tool(structured_output=False)
async def slow_note(text: str, seconds: float) -> str:
    """Write something down, and take time over it."""
    write(f"began {text}")
    await asyncio.sleep(seconds)
    write(text)
    return f"noted: {text}"


@server.tool(structured_output=False)
def die(text: str) -> str:
    """Write something down, and end the server."""
    write(text)
    os._exit(3)


@server.tool(structured_output=False)
def fail(text: str) -> str:
    """Raise an error."""
    raise ToolError(text)


@server.tool(structured_output=False)
def refuse(text: str) -> str:
    """Answer with an error of the protocol."""
    raise MCPError(-32_000, text)


@server.tool(structured_output=False)
def big(characters: int) -> str:
    """Say very much."""
    return "x" * characters


@server.tool(structured_output=False)
def several() -> CallToolResult:
    """Answer with two texts."""
    return CallToolResult(content=[TextContent(type="text", text="one"), TextContent(type="text", text="two")])


@server.tool(structured_output=False)
def picture() -> Image:
    """Answer with a picture."""
    return Image(data=b"png", format="png")


@server.tool(structured_output=False)
def environment() -> str:
    """The names of all variables that the server sees."""
    return json.dumps(sorted(os.environ))


@server.tool(structured_output=False)
async def learn(name: str, ctx: Context[Any]) -> str:
    """Have one more tool from now on."""
    server.add_tool(add, name=name)
    if old:
        await ctx.request_context.session.send_tool_list_changed()
    else:
        await ctx.notify_tools_changed()
    return f"learned {name}"


class Name(BaseModel):
    name: str


@server.tool(structured_output=False)
async def ask_back(ctx: Context[Any]) -> str:
    """Ask for a name in the middle of the call."""
    answer = await ctx.elicit("Who are you?", Name)
    return f"you said {answer}"


@server.prompt()
def greet(name: str) -> str:
    """Greet somebody."""
    return f"Say hello to {name}."


async def without_discovery(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    if ctx.method == "server/discover":
        raise MCPError(METHOD_NOT_FOUND, "Method not found")
    return await call_next(ctx)


if old := more[-1:] == ["old"]:
    server.middleware.append(without_discovery)

write(f"listed by {os.getpid()}")
match transport:
    case "sse":
        server.run("sse", port=int(more[0]))
    case "streamable-http":
        server.run("streamable-http", port=int(more[0]))
    case _:
        server.run("stdio")
