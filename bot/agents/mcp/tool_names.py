"""Names of tools: lists of them in settings, and how the model is told them."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from bot.agents.errors import UserError

_LONGEST = 64
_FOR_MODELS = re.compile(rf"[a-zA-Z0-9_-]{{1,{_LONGEST}}}")
"""What models take for the name of a function."""


def visible_name(tool: str, *, server: str, prefix: bool) -> str | None:
    """What the model calls a tool; None when it could not. A name that its prefix makes too long ends in a digest."""
    if not _FOR_MODELS.fullmatch(tool):
        return None
    if not prefix:
        return tool
    name = f"mcp_{re.sub(r'[^a-zA-Z0-9_-]', '_', server)}__{tool}"
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(f"{server}\0{tool}".encode()).hexdigest()[:8]
    return f"{name[: _LONGEST - len(digest) - 1]}_{digest}"


def read_names(names: Any, what: str) -> frozenset[str]:  # Any: whatever stands in a setting
    """A list of tool names. Raises `UserError` when it is none."""
    try:
        return frozenset(_NAMES.validate_python(names))
    except ValidationError as error:
        raise UserError(f"{what} must be a list of tool names, not {names!r}.") from error


_NAMES = TypeAdapter(list[Annotated[str, Field(min_length=1, strict=True)]])
