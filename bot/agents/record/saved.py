"""The saved form of a run: plain JSON with a version, read strictly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from bot.agents.errors import UserError
from bot.agents.record.content import finite, no_constant
from bot.agents.record.intact import flaw
from bot.agents.record.tree import RunTree, Turn

VERSION = 1

MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From a version to the next, on the JSON of a whole run; pure, and kept for ever."""

Tree = TypeVar("Tree", bound=RunTree)


class UnreadableRun(UserError):
    """What was saved is damaged, or no run at all."""


class NewerVersion(UserError):
    """The run was saved by a newer version than this one."""


def dump(run: RunTree) -> dict[str, JsonValue]:
    """The whole run as one document."""
    return {"version": VERSION} | run.model_dump(mode="json", exclude_defaults=True)


def dump_head(run: RunTree) -> str:
    """All of the run but its turns, as JSON."""
    return f'{{"version":{VERSION},{_json(run, exclude={"turns"})[1:]}'


def dump_turn(turn: Turn) -> str:
    """One turn as JSON."""
    return _json(turn)


def load(head: str, turns: Sequence[str], as_type: type[Tree] = RunTree) -> Tree:
    """The run that `dump_head` and `dump_turn` wrote."""
    return load_document(_object(head) | {"turns": [_object(turn) for turn in turns]}, as_type)


def load_text(text: str, as_type: type[Tree]) -> Tree:
    """The run in a JSON text."""
    return load_document(_object(text), as_type)


def load_json(document: Mapping[str, Any], as_type: type[Tree]) -> Tree:
    """The run in a document that is the caller's, and stays as it is."""
    try:
        text = json.dumps(dict(document), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise UnreadableRun("This is no saved run: it is not JSON.") from None
    return load_text(text, as_type)


def load_document(document: Mapping[str, Any], as_type: type[Tree]) -> Tree:
    """The run in a document of any version up to ours; errors never tell what was in it.

    Raises `NewerVersion`, or `UnreadableRun`.
    """
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UnreadableRun("This is no saved run: it has no version, which is a whole number from 1 on.")
    if version > VERSION:
        raise NewerVersion(
            f"This run was saved in version {version}, and this program reads up to {VERSION}. Update it."
        )
    content = {key: value for key, value in document.items() if key != "version"}
    for each in range(version, VERSION):
        content = MIGRATIONS[each](content)
    try:
        run = as_type.model_validate(content)
    except ValidationError as error:
        wrong = ", ".join(_place(each) for each in error.errors(include_input=False)[:5])
        raise UnreadableRun(f"This saved run is damaged (at {wrong}).") from None
    if wrong := flaw(run):
        raise UnreadableRun(f"This saved run is damaged: {wrong}.")
    return run


def _place(error: ErrorDetails) -> str:
    """Where something is wrong; the name of a field that we do not know may be anything, so it is left out."""
    loc = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return ".".join(map(str, loc)) or "the top"


def _json(model: BaseModel, exclude: set[str] | None = None) -> str:
    return model.model_dump_json(exclude_defaults=True, exclude=exclude)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=no_constant, parse_float=finite)
    except (ValueError, RecursionError):
        raise UnreadableRun("This is no saved run: it is not JSON.") from None
    if not isinstance(found, dict):
        raise UnreadableRun("This is no saved run: it is no JSON object.")
    return found  # pyright: ignore[reportUnknownVariableType]: checked by the model
