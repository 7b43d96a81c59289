"""What commands print: plain text that no terminal, markup or token can spoil."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from bot.approvals.redact import without_tokens

_WIDEST = 10_000
"""Lines are never broken here, as people copy them; a terminal breaks them by itself."""


def say(line: str = "") -> None:
    """Print to standard output, at once."""
    print(line, flush=True)


def complain(text: str) -> None:
    """Print to standard error, without what looks like a token."""
    print(without_tokens(text), file=sys.stderr, flush=True)


def say_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table in which everything stands on one line and in full."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*(printable(cell) for cell in row))
    Console(width=_WIDEST, markup=False, emoji=False, highlight=False).print(table)


def printable(text: str) -> str:
    """Somebody's text with everything replaced that a terminal would not print but obey."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
