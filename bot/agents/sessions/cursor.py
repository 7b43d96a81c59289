"""How far a run has been written into its session."""

from __future__ import annotations

from pydantic import Field, NonNegativeInt

from bot.agents.record.plain import Still


class Cursor(Still):
    """The first `turns` turns are written whole; of the one after them, what the other fields say.

    That is the messages of these ids while it has no response; then `said`, all but its calls, and these of its calls.
    """

    turns: NonNegativeInt = 0
    messages: list[str] = Field(default_factory=list[str])
    said: bool = False
    calls: list[NonNegativeInt] = Field(default_factory=list[NonNegativeInt])
