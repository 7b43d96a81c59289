"""The tools of an agent's MCP servers, as tools that the model can call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from bot.agents.errors import AgentsError, UserError
from bot.agents.mcp.listed import MCPTool
from bot.agents.mcp.protocol import MCPConfig, MCPServer
from bot.agents.mcp.results import output_of, within_limit
from bot.agents.mcp.schemas import strict as strict_form
from bot.agents.mcp.schemas import usable
from bot.agents.mcp.tool_names import visible_name
from bot.agents.record.clean import encodable
from bot.agents.record.content import parse_arguments
from bot.agents.tools.tool import AnyContext, AnyToolContext, Body, FunctionTool

IDEMPOTENCY_KEY = "assent/idempotency_key"
"""Under this name in `_meta` a server finds the key of a call: the same over retries, and another for every call."""

_MOST_DESCRIBED = 10_000


class HasServers(Protocol):
    """What an agent is here."""

    @property
    def name(self) -> str: ...

    @property
    def mcp_servers(self) -> Sequence[MCPServer]: ...

    @property
    def mcp_config(self) -> MCPConfig: ...


async def load_mcp_tools(agent: HasServers, ctx: AnyContext) -> Sequence[FunctionTool]:
    """All tools of the agent's servers, as these list them now.

    Raises `UserError` when one of them cannot be reached, and when two give one name.
    """
    servers, config = agent.mcp_servers, agent.mcp_config
    names = [server.name for server in servers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(f"Agent {agent.name} has several MCP servers called {', '.join(twice)}. Give each a name=.")
    found = await asyncio.gather(
        *(
            tools_of(
                server,
                ctx=ctx,
                agent=agent,
                prefix=config.get("include_server_in_tool_names", False),
                strict=config.get("convert_schemas_to_strict", False),
            )
            for server in servers
        ),
        return_exceptions=True,
    )
    tools: list[FunctionTool] = []
    for each in found:
        if isinstance(each, BaseException):
            raise each
        tools += each
    _check_names(agent, tools)
    return tools


async def tools_of(
    server: MCPServer, *, ctx: AnyContext, agent: Any, prefix: bool = False, strict: bool = False
) -> list[FunctionTool]:
    """The tools of one server for an agent (Any, as it is of the app's own type).

    With `prefix` their names tell the server, with `strict` their schemas are made strict where they can be. What no
    model could call is left out, and logged. Raises `UserError` when the server cannot be reached.
    """
    made: dict[str, FunctionTool] = {}
    listed = await _listed(server, ctx, agent)
    for tool in listed:
        name = visible_name(tool.name, server=server.name, prefix=prefix)
        schema = usable(tool.input_schema)
        if name is None:
            server.note(f"the tool {tool.name[:80]!r} is left out: models take up to 64 letters, digits, _ and -.")
        elif isinstance(schema, str):
            server.note(f"the tool {tool.name} is left out: {schema}.")
        elif name in made:
            server.note(f"the tool {tool.name} is listed twice: the first one is taken.")
        else:
            closed = strict_form(schema) if strict else None
            made[name] = FunctionTool(
                name=name,
                kind="mcp_local",
                server=server.name,
                raw_name=tool.name,
                description=within_limit(encodable(tool.description or tool.title or ""), _MOST_DESCRIBED),
                params_json_schema=closed or schema,
                strict_json_schema=closed is not None,
                on_invoke_tool=_body(server, tool),
                needs_approval=server.policy.of(tool, agent),
                risk=server.risk,
                failure_error_function=server.failure_error_function,
                objection=tool.objection,
            )
    for name in sorted(set(server.policy.named) - {tool.name for tool in listed}):
        server.note(f"require_approval names the tool {name!r}, which is not among those that it lists.")
    return list(made.values())


async def _listed(server: MCPServer, ctx: AnyContext, agent: Any) -> Sequence[MCPTool]:
    try:
        return await server.list_tools(ctx, agent)
    except (AgentsError, OSError) as error:
        words = str(error).rstrip(".")
        raise UserError(f"The tools of MCP server {server.name} cannot be listed: {words}. Ask again later.") from error


def _body(server: MCPServer, tool: MCPTool) -> Body:
    async def invoke(ctx: AnyToolContext, arguments: str) -> str:
        given = parse_arguments(arguments or "{}").value or {}
        result = await server.call_tool(tool.name, given, {IDEMPOTENCY_KEY: ctx.idempotency_key})
        return output_of(result, structured=server.use_structured_content)

    return invoke


def _check_names(agent: HasServers, tools: Sequence[FunctionTool]) -> None:
    owners: dict[str, str | None] = {}
    for tool in tools:
        owner = owners.setdefault(tool.name, tool.server)
        if owner != tool.server:
            raise UserError(
                f"MCP servers {owner} and {tool.server} of agent {agent.name} both have a tool called {tool.name}. "
                'Leave one out with tool_filter, or set mcp_config={"include_server_in_tool_names": True}.'
            )
