"""What an MCP server is to an agent, known without the `mcp` package."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypedDict, get_args

from pydantic import JsonValue

from bot.agents.errors import UserError
from bot.agents.mcp.approval import RequireApproval, read_policy
from bot.agents.mcp.listed import MCPPrompts, MCPPromptText, MCPResult, MCPTool
from bot.agents.record.decision import Risk
from bot.agents.tools.tool import AnyContext, FailureFunction, default_tool_error_function

_log = logging.getLogger(__name__)

_MOST_NOTED = 1_000


class MCPConfig(TypedDict, total=False):
    """How the tools of an agent's servers are offered: schemas made strict where they can be, and names that tell the
    server (`mcp_<server>__<tool>`)."""

    convert_schemas_to_strict: bool
    include_server_in_tool_names: bool


class MCPServer(ABC):
    """A server whose tools an agent has. Its `name` is part of what an approval is for.

    `require_approval` says which tools need a person, and `risk` is that of all of them. With
    `use_structured_content` the model reads that instead of the content, where there is any.
    With `failure_error_function` None an error of a call ends the run.
    """

    def __init__(
        self,
        *,
        use_structured_content: bool = False,
        require_approval: RequireApproval = None,
        risk: Risk = "low",
        failure_error_function: FailureFunction | None = default_tool_error_function,
    ) -> None:
        if risk not in get_args(Risk):
            raise UserError('risk of an MCP server must be "low", "medium" or "high".')
        self.use_structured_content = use_structured_content
        self.policy = read_policy(require_approval)
        self.risk: Risk = risk
        self.failure_error_function = failure_error_function
        self._noted: set[str] = set()

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is called by people and in the record."""

    @abstractmethod
    async def connect(self) -> None:
        """Open it. Raises `UserError` when it cannot be reached."""

    @abstractmethod
    async def cleanup(self) -> None:
        """Close it; again changes nothing."""

    @abstractmethod
    async def list_tools(self, run_context: AnyContext | None = None, agent: Any = None) -> Sequence[MCPTool]:
        """Its tools, as far as this agent is given them; Any, as the agent is of the app's own type."""

    @abstractmethod
    async def call_tool(
        self, tool_name: str, arguments: dict[str, JsonValue] | None, meta: Mapping[str, JsonValue] | None = None
    ) -> MCPResult:
        """Call a tool. Raises `NotPerformed` when the server surely did nothing; after other errors it may have."""

    @abstractmethod
    async def list_prompts(self) -> MCPPrompts:
        """The prompts that it has ready."""

    @abstractmethod
    async def get_prompt(self, name: str, arguments: Mapping[str, str] | None = None) -> MCPPromptText:
        """One of them, filled."""

    async def try_to_connect(self) -> str | None:
        """Open it if that is possible now; else say why not, and it can be tried again."""
        try:
            await self.connect()
        except UserError as error:
            return str(error)
        return None

    def note(self, words: str) -> None:
        """Log something about it, once."""
        if words not in self._noted and len(self._noted) < _MOST_NOTED:
            self._noted.add(words)
            _log.warning("MCP server %s: %s", self.name, words)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.cleanup()
