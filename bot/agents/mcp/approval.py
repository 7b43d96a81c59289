"""Which tools of a server need a person: every way to say it, checked when it is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import JsonValue

from bot.agents.errors import UserError
from bot.agents.mcp.listed import MCPTool
from bot.agents.mcp.tool_names import read_names
from bot.agents.tools.tool import AnyContext, Rule, settled

LocalMCPApprovalCallable: TypeAlias = Callable[
    [AnyContext, Any, MCPTool], bool | Awaitable[bool]  # Any: the agent, of the app's own type
]
"""Whether the calls of a tool need a person, from the run's context, the agent and the tool."""

Word: TypeAlias = bool | Literal["always", "never"]

RequireApproval: TypeAlias = Word | LocalMCPApprovalCallable | Mapping[str, Word | Mapping[str, Any]] | None
"""None, True, False, "always" or "never" for all tools; `{"always": {"tool_names": [...]}, "never": {...}}`;
`{tool: "always" or "never", ...}`; or a function. A tool that is not named needs nobody."""

_WAYS = (
    'None, a bool, "always", "never", {"always": {"tool_names": [...]}, "never": {"tool_names": [...]}}, '
    '{tool: "always" or "never"} or a function of (run_context, agent, tool)'
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`named` has the tools that are named, `others` is for the rest; `asks` is a function that says it of each."""

    others: bool = False
    named: Mapping[str, bool] = field(default_factory=dict[str, bool])
    asks: LocalMCPApprovalCallable | None = None

    def of(self, tool: MCPTool, agent: object) -> bool | Rule:
        """The `needs_approval` of a tool. A function cannot say it without an agent, and then a person is asked."""
        asks = self.asks
        if asks is None:
            return self.named.get(tool.name, self.others)
        if agent is None:
            return True

        async def rule(ctx: AnyContext, _arguments: dict[str, JsonValue], _call_id: str) -> bool:
            return await settled(asks(ctx, agent, tool))

        return rule


def read_policy(setting: RequireApproval) -> Policy:
    """What `require_approval` says. Raises `UserError` for whatever is misspelt or of a wrong type."""
    if setting is None:
        return Policy()
    if callable(setting):
        return Policy(asks=setting)
    if isinstance(setting, bool | str):
        return Policy(others=_word(setting, "require_approval"))
    if not isinstance(setting, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]: the app's
        raise UserError(f"require_approval must be {_WAYS}.")
    lists = any(isinstance(value, Mapping) for value in setting.values())
    return Policy(named=_of_lists(setting) if lists else _of_tools(setting))


def _of_lists(setting: Mapping[str, Word | Mapping[str, Any]]) -> dict[str, bool]:
    named = {word: _tool_names(word, value) for word, value in setting.items()}
    if both := sorted(named.get("always", frozenset()) & named.get("never", frozenset())):
        raise UserError(f'require_approval has {", ".join(both)} under "always" and "never".')
    return {tool: word == "always" for word, tools in named.items() for tool in tools}


def _tool_names(word: str, value: Word | Mapping[str, Any]) -> frozenset[str]:
    if word not in ("always", "never") or not isinstance(value, Mapping) or set(value) != {"tool_names"}:
        raise UserError(f"require_approval cannot be read at {word!r}. It must be {_WAYS}.")
    return read_names(value["tool_names"], f"require_approval[{word!r}]")


def _of_tools(setting: Mapping[str, Any]) -> dict[str, bool]:
    names = read_names(list(setting), "require_approval")
    return {name: _word(setting[name], f"require_approval[{name!r}]") for name in names}


def _word(value: Any, what: str) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("always", "never"):
        raise UserError(f"{what} must be {_WAYS}, not {value!r}.")
    return value == "always"
