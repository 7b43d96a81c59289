"""Where a click belongs: the address that a button carries, and nothing to trust beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from bot.approvals.request import NONCE, PATH, Request
from bot.store.thread import Thread


class BadAddress(ValueError):
    """A button's value is not one that we made."""


@dataclass(frozen=True)
class Address:
    """A request in a thread, as a person had it before them: by its `revision`, with its `nonce`.

    Raises `BadAddress` for a part of another form. The longest one has 246 characters, so that it fits, with a version,
    into a block's id (255).
    """

    thread: Thread
    run: str
    path: str
    round: int
    revision: int
    nonce: str

    def __post_init__(self) -> None:
        fit = (
            _RUN.fullmatch(self.run)
            and PATH.fullmatch(self.path)
            and NONCE.fullmatch(self.nonce)
            and 1 <= self.round <= 9999
            and 1 <= self.revision <= 999_999
        )
        if not fit:
            raise BadAddress("this is no address of a request")

    @classmethod
    def of(cls, request: Request) -> Self:
        """The address of `request` as it is now."""
        return cls(
            thread=Thread.parse(request.thread),
            run=request.run,
            path=request.path,
            round=request.round,
            revision=request.revision,
            nonce=request.nonce,
        )

    @classmethod
    def parse(cls, value: str) -> Self:
        """The address that `to_value` wrote; `BadAddress` for anything else."""
        found = _VALUE.fullmatch(value) if len(value) <= _LONGEST else None
        if not found:
            raise BadAddress("this is no address of a request")
        try:
            thread = Thread.parse(found["thread"])
        except ValueError as error:
            raise BadAddress("this is no address of a request") from error
        return cls(
            thread=thread,
            run=found["run"],
            path=found["path"],
            round=int(found["round"]),
            revision=int(found["revision"]),
            nonce=found["nonce"],
        )

    @classmethod
    def parse_block_id(cls, block_id: str) -> Self:
        """The address in a block's id, as `to_block_id` wrote it; `BadAddress` for anything else."""
        found = _BLOCK_ID.fullmatch(block_id)
        if not found:
            raise BadAddress("this is no address of a request")
        return cls.parse(found["value"])

    @property
    def name(self) -> str:
        """The request's name within its thread."""
        return f"{self.run}/{self.path}/{self.round}"

    def to_value(self) -> str:
        """For a button's value or a view's metadata: team:channel:ts:run:path:round:revision:nonce."""
        parts = (self.thread, self.run, self.path, self.round, self.revision, self.nonce)
        return ":".join(str(part) for part in parts)

    def to_block_id(self, edit: str) -> str:
        """For the block of a menu, whose options are too small for an address; `edit` changes with every edit."""
        return f"{self.to_value()}:{edit}"


_LONGEST = 246
_RUN = re.compile(r"[A-Za-z0-9_-]{1,32}")
_VALUE = re.compile(
    r"(?P<thread>[^:]+:[^:]+:[^:]+):(?P<run>[^:]+):(?P<path>[^:]+)"
    r":(?P<round>[1-9][0-9]{0,3}):(?P<revision>[1-9][0-9]{0,5}):(?P<nonce>[^:]+)",
    re.ASCII,
)
_BLOCK_ID = re.compile(r"(?P<value>.+):[a-z0-9.]{1,8}", re.ASCII)
