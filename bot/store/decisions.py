"""What people, the clock or a cancel settled, as decisions for the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.agents.record.decision import Decided, Decision, Source
from bot.agents.record.people import Actor
from bot.approvals import request as approvals
from bot.approvals.grants import in_force
from bot.approvals.request import Request, Settlement


def decided(requests: Sequence[Request]) -> list[Decided]:
    """The decisions that the settled ones of `requests` carry; a cancelled request has none, as its run ends."""
    granted = in_force(requests)
    return [
        Decided(
            path=request.path,
            round=request.round,
            digest=request.digest,
            decision=_decision(request.settlement),
            always=request in granted,
        )
        for request in requests
        if request.settlement and request.settlement.verdict != "cancelled"
    ]


def revoked(requests: Sequence[Request]) -> list[str]:
    """The paths of the calls that were decided for later ones as well, where that is in force no more."""
    granted = in_force(requests)
    return [request.path for request in requests if request.always and request not in granted]


_SOURCES: Mapping[approvals.Source, Source] = {"expiry": "expiry", "terminal": "terminal", "grant": "grant"}
"""Where a decision comes from, where it is not one that a person made in Slack."""


def _decision(settlement: Settlement) -> Decision:
    """Expiry is a rejection in the runtime's own words; without a reason it is in the usual ones."""
    by = settlement.by and Actor(id=settlement.by.id, name=settlement.by.name, team=settlement.by.team)
    verdict = "done" if settlement.verdict == "done" else "approve" if settlement.verdict == "approve" else "reject"
    source = _SOURCES.get(settlement.source, "human")
    return Decision(verdict=verdict, source=source, by=by, at=settlement.at, message=settlement.reason or None)
