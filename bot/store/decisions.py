"""What people, the clock or a cancel settled, as decisions for the run."""

from __future__ import annotations

from collections.abc import Sequence

from bot.agents.decision import Decided, Decision, Source
from bot.agents.people import Actor
from bot.approvals.request import Request, Settlement


def decided(requests: Sequence[Request]) -> list[Decided]:
    """The decisions that the settled ones of `requests` carry; a cancelled request has none, as its run ends."""
    return [
        Decided(path=request.path, round=request.round, digest=request.digest, decision=_decision(request.settlement))
        for request in requests
        if request.settlement and request.settlement.verdict != "cancelled"
    ]


def _decision(settlement: Settlement) -> Decision:
    """Expiry is a rejection in the runtime's own words; without a reason it is in the usual ones."""
    expired = settlement.verdict == "expired"
    source: Source = "expiry" if expired else "terminal" if settlement.source == "terminal" else "human"
    by = settlement.by and Actor(id=settlement.by.id, name=settlement.by.name, team=settlement.by.team)
    verdict = "done" if settlement.verdict == "done" else "approve" if settlement.verdict == "approve" else "reject"
    return Decision(verdict=verdict, source=source, by=by, at=settlement.at, message=settlement.reason or None)
