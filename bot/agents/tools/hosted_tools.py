"""Tools that the provider carries out itself: what they do never comes here; only MCP asks before."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypedDict, get_args

from openai.types.responses.response_output_item import McpApprovalRequest
from pydantic import JsonValue

from bot.agents.context import RunContextWrapper
from bot.agents.errors import UserError
from bot.agents.items import ToolApprovalItem
from bot.agents.record.content import Arguments
from bot.agents.record.decision import Kind
from bot.agents.tools.tool import AnyContext, AnyToolContext, CallableTool, Tool

_Approval = Literal["always", "never"]


@dataclass(frozen=True, kw_only=True)
class WebSearchTool(Tool):
    """The model searches the web."""

    name: str = "web_search"
    user_location: Mapping[str, JsonValue] | None = None
    search_context_size: Literal["low", "medium", "high"] = "medium"
    filters: Mapping[str, JsonValue] | None = None
    external_web_access: bool | None = None
    search_content_types: Sequence[str] | None = None
    image_settings: Mapping[str, JsonValue] | None = None

    @property
    def includes(self) -> Sequence[str]:
        return ("web_search_call.results",) if "image" in (self.search_content_types or ()) else ()

    def definition(self) -> dict[str, JsonValue]:
        return _set(
            type="web_search",
            search_context_size=self.search_context_size,
            user_location=self.user_location,
            filters=self.filters,
            external_web_access=self.external_web_access,
            search_content_types=list(self.search_content_types) if self.search_content_types else None,
            image_settings=self.image_settings,
        )


@dataclass(frozen=True, kw_only=True)
class FileSearchTool(Tool):
    """The model searches vector stores."""

    vector_store_ids: Sequence[str]
    name: str = "file_search"
    max_num_results: int | None = None
    include_search_results: bool = False
    ranking_options: Mapping[str, JsonValue] | None = None
    filters: Mapping[str, JsonValue] | None = None

    @property
    def includes(self) -> Sequence[str]:
        return ("file_search_call.results",) if self.include_search_results else ()

    def definition(self) -> dict[str, JsonValue]:
        return _set(
            type="file_search",
            vector_store_ids=list(self.vector_store_ids),
            max_num_results=self.max_num_results,
            ranking_options=self.ranking_options,
            filters=self.filters,
        )


@dataclass(frozen=True, kw_only=True)
class CodeInterpreterTool(Tool):
    """The model runs code in a container of the provider. `tool_config` is the tool as the API has it."""

    tool_config: Mapping[str, JsonValue]
    name: str = "code_interpreter"

    def definition(self) -> dict[str, JsonValue]:
        return {"type": "code_interpreter", **self.tool_config}


@dataclass(frozen=True, kw_only=True)
class ImageGenerationTool(Tool):
    """The model makes images. `tool_config` is the tool as the API has it."""

    tool_config: Mapping[str, JsonValue]
    name: str = "image_generation"

    def definition(self) -> dict[str, JsonValue]:
        return {"type": "image_generation", **self.tool_config}


@dataclass(frozen=True)
class MCPToolApprovalRequest:
    """What `on_approval_request` is given: `data` as the `openai` package has it, `item` as a call that waits."""

    ctx_wrapper: RunContextWrapper[Any]
    data: McpApprovalRequest
    item: ToolApprovalItem


class MCPToolApprovalFunctionResult(TypedDict, total=False):
    """Its answer: `approve`, and a `reason` for the model."""

    approve: bool
    reason: str


MCPToolApprovalFunction: TypeAlias = Callable[
    [MCPToolApprovalRequest], MCPToolApprovalFunctionResult | Awaitable[MCPToolApprovalFunctionResult]
]


@dataclass(frozen=True, kw_only=True)
class HostedMCPTool(CallableTool):
    """An MCP server whose tools the provider calls; where it asks before, a person decides, or `on_approval_request`.

    `tool_config` is the tool as the Responses API has it: `server_label`, `server_url`, and `require_approval`, which
    is "always" (also when it is left out), "never", or lists of tools for each. Raises `UserError` when it is not.
    """

    tool_config: Mapping[str, Any]  # Any: as the API has it
    on_approval_request: MCPToolApprovalFunction | None = None
    name: str = "hosted_mcp"
    kind: Kind = field(default="mcp_hosted", init=False)
    server: str | None = field(default=None, init=False)
    needs_approval: bool = field(default=True, init=False)
    idempotent: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        label = self.tool_config.get("server_label")
        if self.tool_config.get("type", "mcp") != "mcp" or not isinstance(label, str) or not label:
            raise UserError('The tool_config of HostedMCPTool needs "type": "mcp" and a "server_label".')
        _check_approval(self.tool_config.get("require_approval"), label)
        object.__setattr__(self, "server", label)

    @property
    def has_callback(self) -> bool:
        return self.on_approval_request is not None or super().has_callback

    @property
    def decides_last(self) -> bool:
        return self.has_callback

    def definition(self) -> dict[str, JsonValue]:
        return {"type": "mcp", **self.tool_config}

    def unfit(self, arguments: Arguments) -> str | None:  # noqa: ARG002 - the server looks at them
        return None

    async def carry_out(self, ctx: AnyToolContext, arguments: Arguments) -> object:  # noqa: ARG002
        """Nothing is done here: the answer lets the provider call the tool."""
        return ""

    async def answer_of_callback(self, ctx: AnyContext, item: Any) -> Any:
        if self.on_approval_request is None:
            return await super().answer_of_callback(ctx, item)
        data = McpApprovalRequest.construct(**item.raw_item)  # not validated: it may be of tomorrow
        said = self.on_approval_request(MCPToolApprovalRequest(ctx, data, item))
        return await said if inspect.isawaitable(said) else said


def _check_approval(value: object, label: str) -> None:
    """Raises `UserError` for what the API would not understand, or understand as "never"."""
    if value is None or value in get_args(_Approval):
        return
    right = isinstance(value, Mapping) and bool(value) and set(value) <= set(get_args(_Approval))  # pyright: ignore[reportUnknownArgumentType]: the app's
    if not right:
        raise UserError(
            f'require_approval of the hosted MCP server {label} must be "always", "never", or '
            '{"always": {"tool_names": [...]}, "never": {"tool_names": [...]}}.'
        )


def _set(**fields: Any) -> dict[str, JsonValue]:
    return {name: value for name, value in fields.items() if value is not None}
