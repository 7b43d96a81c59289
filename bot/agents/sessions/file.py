"""A session in a file of its own: a line of JSON for what was added at once."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.agents.record.clean import keepable
from bot.agents.record.plain import Item
from bot.agents.sessions.history import latest
from bot.agents.sessions.interface import Entry, SessionError, SessionSettings, limit_of
from bot.agents.sessions.locked_file import reading, replace, writing

_log = logging.getLogger(__name__)

_PLAIN = re.compile(r"[a-z0-9_-]{1,64}")


class FileSession:
    """A conversation in `directory`, which is made if there is none. Several processes may use it at the same time.

    What was added is on the disk, and what a crash broke off in the middle is left out whole. Raises `SessionError`
    when the file is damaged otherwise.
    """

    def __init__(self, session_id: str, directory: str | Path, session_settings: SessionSettings | None = None) -> None:
        self.session_id = session_id
        self.session_settings = session_settings
        self.path = Path(directory) / f"{_file_name(session_id)}.jsonl"

    async def get_items(self, limit: int | None = None) -> list[Item]:
        items = _items(await asyncio.to_thread(_read, self.path))
        return latest(items, limit_of(limit, self.session_settings))

    async def add_items(self, items: list[Item]) -> None:
        if items:
            await asyncio.to_thread(_add, self.path, _Line(items=keepable(items)))

    async def add_entries(self, entries: Sequence[Entry]) -> None:
        items = keepable([entry.item for entry in entries])
        names = [entry.name for entry in entries]
        if items:
            await asyncio.to_thread(_add, self.path, _Line(items=items, names=names))

    async def pop_item(self) -> Item | None:
        return await asyncio.to_thread(_pop, self.path)

    async def clear_session(self) -> None:
        await asyncio.to_thread(_clear, self.path)


class _Line(BaseModel):
    """What was added at once; an item may have been taken away since, and its name is known all the same."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    items: list[Item]
    names: list[str] = Field(default_factory=list[str])

    @property
    def as_bytes(self) -> bytes:
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"


def _read(path: Path) -> list[_Line]:
    try:
        with reading(path) as file:
            return _lines(path, _whole(path, file.read()))
    except FileNotFoundError:
        return []


def _add(path: Path, line: _Line) -> None:
    with writing(path) as file:
        whole = _whole(path, file.read())
        if line.names:
            known = {name for earlier in _lines(path, whole) for name in earlier.names}
            line = _without(line, known)
        if line.items:
            file.truncate(len(whole))
            file.seek(len(whole))
            _write(file, line.as_bytes)


def _without(line: _Line, known: set[str]) -> _Line:
    new = [(item, name) for item, name in zip(line.items, line.names, strict=True) if name not in known]
    return _Line(items=[item for item, _ in new], names=[name for _, name in new])


def _pop(path: Path) -> Item | None:
    if not path.exists():
        return None
    with writing(path) as file:
        lines = _lines(path, _whole(path, file.read()))
        last = next((line for line in reversed(lines) if line.items), None)
        if last is None:
            return None
        popped = last.items.pop()
        replace(path, b"".join(line.as_bytes for line in lines))
        return popped


def _clear(path: Path) -> None:
    if path.exists():
        with writing(path):
            replace(path, b"")


def _write(file: BinaryIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _whole(path: Path, content: bytes) -> bytes:
    """The lines that are complete. One that has no end was broken off, and whoever wrote it was never told that it was
    written."""
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        _log.warning("The last line of %s was broken off in the middle, and is left out.", path)
    return whole


def _lines(path: Path, content: bytes) -> list[_Line]:
    lines: list[_Line] = []
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            lines.append(_Line.model_validate_json(line))
        except ValidationError:
            raise SessionError(
                f"Line {number} of {path} is damaged. Put it right from a copy, or remove it with what answers it."
            ) from None
    return lines


def _items(lines: list[_Line]) -> list[Item]:
    return list(chain.from_iterable(line.items for line in lines))


def _file_name(session_id: str) -> str:
    """A name that stays in its directory, and that no other session has, whatever a file system makes of case."""
    if _PLAIN.fullmatch(session_id):
        return session_id
    readable = re.sub(r"[^a-z0-9_-]+", "-", session_id.lower())[:40]
    return f"{readable}~{hashlib.sha256(session_id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
