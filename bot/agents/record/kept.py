"""What is kept of a run as a whole: how it ended, and where its history lies beside the run itself."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field, JsonValue, NonNegativeInt

from bot.agents.record.people import Actor
from bot.agents.record.plain import Still
from bot.agents.sessions.cursor import Cursor


class Ended(Still):
    """How a run ended. `error` is the class of what went wrong; `by` is who cancelled it.

    `output` is the answer where it is something else than what the model said last.
    """

    how: Literal["done", "failed", "cancelled"]
    error: str = ""
    by: Actor | None = None
    output: JsonValue = None
    at: AwareDatetime | None = None


class Conversation(Still):
    """A history that the provider keeps: a conversation of its own, or else a chain of responses.

    `response_id` is what the turn at `since` goes on from, as long as no response after it has an id.
    """

    conversation_id: str | None = None
    response_id: str | None = None
    since: NonNegativeInt = 0


class Kept(Still):
    """How many items its session had before the run, what their end is known by, and how far the run is written."""

    before: NonNegativeInt
    mark: str = ""
    cursor: Cursor = Cursor()


class KeptTrace(Still):
    """The trace that its spans belong to, and what they were labelled with.

    `span_id` is the run's first span, under which later legs stand; unless `sampled` they are not recorded either.
    """

    trace_id: str = Field(pattern="^[0-9a-f]{32}$")
    span_id: str = Field(pattern="^[0-9a-f]{16}$")
    sampled: bool = True
    workflow_name: str
    group_id: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict[str, str])
