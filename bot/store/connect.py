"""Whether a Redis is fit to keep what was accepted, and safe from others."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from redis.exceptions import ResponseError

from bot.store.client import Client

Persistence = Literal["aof", "rdb", "none", "unknown"]


def exposed(url: str) -> str | None:
    """Why the Redis at `url` may be open to others, in words, or None: off loopback it needs TLS and a password.

    Whoever writes to that Redis runs code in the workers, as the task engine's payloads are pickles.
    """
    parts = urlsplit(url)
    if parts.scheme == "unix" or (parts.scheme in ("redis", "rediss") and _loopback(parts.hostname or "localhost")):
        return None
    if parts.scheme not in ("redis", "rediss"):
        return "its address does not begin with redis://, rediss:// or unix://"
    lacks = {"TLS (rediss://)": parts.scheme == "redis", "a password": not parts.password}
    missing = [what for what, lacking in lacks.items() if lacking]
    return f"it is reached over the network without {' and '.join(missing)}" if missing else None


@dataclass(frozen=True)
class Server:
    """What a Redis server is and how it keeps things; `unknown` where it does not tell, as managed ones may."""

    version: tuple[int, ...]
    persistence: Persistence
    eviction: str

    @property
    def warnings(self) -> list[str]:
        """What makes it unfit, a sentence each, with what to do; empty when it is fit."""
        found = {
            f"Redis {'.'.join(map(str, self.version))} is too old: 6.2 or later is needed.": self.version < (6, 2),
            "Redis keeps nothing on disk: set `appendonly yes`.": self.persistence == "none",
            "Redis writes to disk only now and then (RDB): set `appendonly yes`.": self.persistence == "rdb",
            f"Redis drops keys when memory is short (maxmemory-policy {self.eviction}): set `noeviction`.": (
                self.eviction not in ("noeviction", "unknown")
            ),
        }
        return [sentence for sentence, true in found.items() if true]


async def look_at_server(client: Client) -> Server:
    """Ask the server for its version, persistence and eviction policy."""
    info: dict[str, Any] = await client.command("INFO")
    version = tuple(int(part) for part in str(info["redis_version"]).split("."))
    return Server(version, await _persistence(client, info), str(info.get("maxmemory_policy", "unknown")))


async def _persistence(client: Client, info: dict[str, Any]) -> Persistence:
    if info.get("aof_enabled"):
        return "aof"
    try:
        setting: dict[str, str] = await client.command("CONFIG GET", "save")
    except ResponseError:  # managed services rename or forbid CONFIG
        return "unknown"
    return "rdb" if setting.get("save") else "none"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
