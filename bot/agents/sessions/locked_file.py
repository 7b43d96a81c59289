"""A file that several processes read and write, one after the other, and that is whole after a crash."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.agents.sessions.interface import SessionError

WAITS = 10.0
"""Seconds for others to let go of the file."""

_LOOKS_EVERY = 0.01


@contextmanager
def reading(path: Path, *, within: float = WAITS) -> Generator[BinaryIO]:
    """The file while nobody writes it. Raises `FileNotFoundError` when there is none.

    Raises `SessionError`, as `writing` does, when others do not let go of it `within` so many seconds.
    """
    with _locked(path, os.O_RDONLY, fcntl.LOCK_SH, within=within) as file:
        yield file


@contextmanager
def writing(path: Path, *, within: float = WAITS) -> Generator[BinaryIO]:
    """The file, made if there is none, while nobody else reads or writes it; afterwards it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path, os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX, within=within) as file:
        new = not os.fstat(file.fileno()).st_size
        yield file
        os.fsync(file.fileno())
        if new:
            _sync_directory(path)


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of what the file had, all at once. Only while it is open for `writing`."""
    beside = path.with_name(f"{path.name}.new")  # no other process is here meanwhile
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_directory(path)


@contextmanager
def _locked(path: Path, flags: int, lock: int, *, within: float) -> Generator[BinaryIO]:
    """The file that has that name once it is locked: another may have come in its place meanwhile."""
    until = time.monotonic() + within
    while True:
        with open(os.open(path, flags, 0o600), "r+b" if flags & os.O_RDWR else "rb", buffering=0) as file:
            _lock(file, lock, until=until, else_said=f"{path} has been in use by another process for {within:g} s")
            if _is_called(file, path):
                yield file  # closing it lets go of the lock
                return


def _lock(file: BinaryIO, lock: int, *, until: float, else_said: str) -> None:
    while True:
        try:
            return fcntl.flock(file.fileno(), lock | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise SessionError(f"{else_said}. Try again, or see what holds it.") from None
            time.sleep(_LOOKS_EVERY)


def _is_called(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _sync_directory(path: Path) -> None:
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
