"""A tool of the provider's own, such as web search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.agents.tools.tool import Tool


@dataclass(frozen=True, kw_only=True)
class Hosted(Tool):
    """Offered as its `type` with `fields`; nothing of it is ours."""

    type: str
    fields: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def definition(self) -> dict[str, JsonValue]:
        return {"type": self.type, **self.fields}
