"""What an MCP server lists and answers, as plain values that need no `mcp` package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.agents.record.plain import Item
from bot.agents.tools.tool import no_objection


@dataclass(frozen=True, kw_only=True)
class MCPToolAnnotations:
    """What a server claims of its tool. They are hints: a server may say anything."""

    title: str | None = None
    read_only_hint: bool | None = None
    destructive_hint: bool | None = None
    idempotent_hint: bool | None = None
    open_world_hint: bool | None = None


@dataclass(frozen=True, kw_only=True)
class MCPTool:
    """A tool as its server lists it. `objection` says why arguments do not fit its schema, for the model to read."""

    name: str
    input_schema: Mapping[str, JsonValue]
    title: str | None = None
    description: str = ""
    annotations: MCPToolAnnotations = field(default_factory=MCPToolAnnotations)
    objection: Callable[[dict[str, JsonValue]], str | None] = no_objection


@dataclass(frozen=True, kw_only=True)
class MCPResult:
    """What a call came to: `content` as the protocol writes it, item by item."""

    content: Sequence[Item] = ()
    structured_content: JsonValue = None
    is_error: bool = False


@dataclass(frozen=True, kw_only=True)
class MCPPromptArgument:
    """Something that a prompt is filled with."""

    name: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class MCPPrompt:
    """A text that a server has ready, by its name."""

    name: str
    title: str | None = None
    description: str = ""
    arguments: Sequence[MCPPromptArgument] = ()


@dataclass(frozen=True, kw_only=True)
class MCPPrompts:
    """All prompts of a server."""

    prompts: Sequence[MCPPrompt]


@dataclass(frozen=True, kw_only=True)
class MCPPromptContent:
    """One message's content: `text` where it is text, `raw` as the protocol writes it."""

    type: str
    text: str
    raw: Item


@dataclass(frozen=True, kw_only=True)
class MCPPromptMessage:
    """One message of a filled prompt."""

    role: str
    content: MCPPromptContent


@dataclass(frozen=True, kw_only=True)
class MCPPromptText:
    """A prompt, filled with its arguments."""

    messages: Sequence[MCPPromptMessage]
    description: str = ""
