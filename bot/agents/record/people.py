"""Who asked and who decided, as tools see them."""

from __future__ import annotations

from pydantic import AwareDatetime

from bot.agents.record.plain import Still


class Actor(Still):
    """Somebody, by id and by the name they had at the time."""

    id: str
    name: str = ""
    team: str = ""


class Origin(Actor):
    """Who asked, and where."""

    channel: str = ""
    thread: str = ""


class Approval(Still):
    """Who let a call go ahead, when, and with what words; `by` is None where a rule or the code did."""

    by: Actor | None = None
    at: AwareDatetime
    reason: str = ""
