"""What a session is to a run: the items of a conversation, kept from one run to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.agents.errors import AgentsError, UserError
from bot.agents.record.plain import Item

ALL = 1_000_000
"""More items than any session has; without a number a session may give its latest only."""


class SessionError(AgentsError):
    """A session cannot be read: what keeps it is damaged, in use, or answers something else."""


class Session(Protocol):
    """A conversation. These five are all that a session of your own needs."""

    @property
    def session_id(self) -> str:
        """Which conversation it is."""
        ...

    async def get_items(self, limit: int | None = None) -> list[Item]:
        """The items in order; with `limit` at most so many, the latest."""
        ...

    async def add_items(self, items: list[Item]) -> None:
        """Put these at its end, in order."""
        ...

    async def pop_item(self) -> Item | None:
        """Take away the last item, or None when there is none."""
        ...

    async def clear_session(self) -> None:
        """Forget all of it."""
        ...


SessionABC = Session
"""The name that the OpenAI Agents SDK has for what a session of your own may be made from."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item that a run adds to a session; no other item of any run has its `name`."""

    name: str
    item: Item


@runtime_checkable
class RemembersNames(Protocol):
    """A session that knows the names of what it was given, so that the same may be given to it again."""

    async def add_entries(self, entries: Sequence[Entry]) -> None:
        """Put at its end, in order, those whose name it does not know yet: all of them, or none."""
        ...


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a session is read: at most `limit` items, the latest."""

    limit: int | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 0:
            raise UserError(f"The limit of a session cannot be {self.limit}. Use None for all items, or 0 and more.")

    def resolve(self, override: SessionSettings | None) -> SessionSettings:
        """These settings, with what the others say in their place."""
        return self if override is None or override.limit is None else override


@runtime_checkable
class HasSettings(Protocol):
    """A session that says how it is to be read."""

    @property
    def session_settings(self) -> SessionSettings | None: ...


def limit_of(limit: int | None, settings: SessionSettings | None) -> int | None:
    """How many items are asked for: `limit`, or else what the session's settings say."""
    return (settings or SessionSettings()).resolve(SessionSettings(limit)).limit
