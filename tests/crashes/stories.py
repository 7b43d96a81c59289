"""What people ask of the bot in the tests that stop it, and what is to come of it wherever it was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.crashes.fleet import outcome_of


@dataclass(frozen=True)
class Story:
    """Ana asks, says `then` when that moment has come, and Ben decides.

    `does` is what has been done in the end, and `tells` what the answers say.
    """

    asks: str
    does: tuple[tuple[str, str], ...]
    tells: tuple[str, ...]
    then: str = ""
    when: Literal["a card waits", "a tool is at work", "the run has ended"] = "a card waits"
    rejects: frozenset[str] = frozenset()
    ends: Literal["done", "cancelled"] = "done"


_WEB_1 = ("restart_service", "web-1")

STORIES = {
    "one gated call": Story("restart web-1", does=(_WEB_1,), tells=(outcome_of(*_WEB_1),)),
    "two gated calls, one rejected": Story(
        "restart web-1 and web-2",
        does=(_WEB_1,),
        tells=(outcome_of(*_WEB_1), "Not web-2."),
        rejects=frozenset({"web-2"}),
    ),
    "a free call": Story(
        "scale api to 4", does=(("scale_service", "api"),), tells=(outcome_of("scale_service", "api"),)
    ),
    "a repeatable call": Story(
        "what is running?", does=(("list_services", "all"),), tells=(outcome_of("list_services", "all"),)
    ),
    "a message while waiting": Story(
        "restart web-1",
        then="what is running?",
        does=(_WEB_1, ("list_services", "all")),
        tells=(outcome_of(*_WEB_1), outcome_of("list_services", "all")),
    ),
    "another question": Story(
        "restart web-1",
        then="what is running?",
        when="the run has ended",
        does=(_WEB_1, ("list_services", "all")),
        tells=(outcome_of(*_WEB_1), outcome_of("list_services", "all")),
    ),
    "a cancel at work": Story(
        "rotate the secret of api",
        then="cancel",
        when="a tool is at work",
        does=(),
        tells=("Cancelled by",),
        ends="cancelled",
    ),
    "a cancel": Story("restart web-1", then="cancel", does=(), tells=("Cancelled by",), ends="cancelled"),
}

SLOW = Story(
    "rotate the secret of api",
    does=(("rotate_secret", "api"),),
    tells=(outcome_of("rotate_secret", "api"),),
)
"""A gated call that takes its time."""
