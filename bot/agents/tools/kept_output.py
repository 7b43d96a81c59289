"""A text of any length in bounded memory: its beginning and its end are kept, and what was cut is announced."""

from __future__ import annotations


class KeptOutput:
    """Text that comes in pieces, of which at most `most` characters will be wanted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._head = ""
        self._tail = ""
        self.length = 0

    def add(self, piece: str) -> None:
        if len(self._head) < self._most:
            self._head += piece[: self._most - len(self._head)]
        self._tail = (self._tail + piece)[-self._most :] if self._most else ""
        self.length += len(piece)

    def text(self, within: int) -> str:
        """At most `within` characters (and `most`) of it, the announcement included where there is room for it."""
        within = min(within, self._most)
        if self.length <= within:
            return self._head
        room = within - len(_announcement(self.length))
        if room <= 0:
            return self._head[:within]
        tail = room // 2
        return f"{self._head[: room - tail]}{_announcement(self.length - room)}{self._tail[len(self._tail) - tail :]}"


def shared(first: int, second: int, *, within: int) -> tuple[int, int]:
    """How much of `within` two texts of these lengths get: a half each, and what the other has no use for."""
    half = within // 2
    of_first = min(first, max(half, within - second))
    return of_first, min(second, within - of_first)


def _announcement(characters: int) -> str:
    return f"\n[... {characters:,} characters cut ...]\n"
