"""A server that sends whatever it is told to."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from bot.agents.mcp import MCPServerStdio
from bot.agents.mcp.connected import ServerOptions

RAW = str(Path(__file__).parent / "raw_server.py")


def raw(
    directory: Path,
    answers: Mapping[str, Any] | None = None,
    *,
    tools: Sequence[Any] = (),
    **options: Unpack[ServerOptions],
) -> MCPServerStdio:
    """A server that lists these tools and answers this to each method."""
    known: dict[str, Any] = {"tools/list": {"result": {"tools": list(tools)}}, **(answers or {})}
    each: dict[str, list[Any]] = {
        method: answer if isinstance(answer, list) else [answer] for method, answer in known.items()
    }
    (directory / "answers.json").write_text(json.dumps(each))
    return MCPServerStdio(
        {"command": sys.executable, "args": [RAW, str(directory / "answers.json")]},
        name="raw",
        **options,
    )
