"""The address of a conversation in Slack: where a run answers and under what its keys lie."""

from __future__ import annotations

import re
from dataclasses import dataclass

DIRECT = "dm"
"""The `ts` of a direct message without a thread: the whole of it is one conversation."""

_PART = re.compile(r"[A-Za-z0-9_.-]{1,32}")


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation: `team` is our installation's, `channel` and `ts` are Slack's ids, `ts` may be `DIRECT`.

    Raises `ValueError` for a part that is empty, longer than 32 characters, or holds anything but letters, digits,
    `_`, `.` and `-`: a colon or a brace in it would change the address, or the Redis slot.
    """

    team: str
    channel: str
    ts: str

    def __post_init__(self) -> None:
        for part in (self.team, self.channel, self.ts):
            if not _PART.fullmatch(part):
                raise ValueError(f"{part!r} cannot be part of a thread's address")

    @classmethod
    def parse(cls, address: str) -> Thread:
        """The thread that `str(thread)` gave as `address`; `ValueError` when it is not one."""
        parts = address.split(":")
        if len(parts) != 3:
            raise ValueError(f"{address!r} is not a thread's address: team:channel:ts")
        return cls(*parts)

    @property
    def tag(self) -> str:
        """The hash tag that keeps all keys of this thread in one slot of a Redis Cluster."""
        return f"{{{self}}}"

    def __str__(self) -> str:
        return f"{self.team}:{self.channel}:{self.ts}"
