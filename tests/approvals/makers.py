"""People, policies, requests and votes for the tests."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from bot.approvals.people import Person, Voter
from bot.approvals.policy import Approvers, ChannelMembers, Risk, policy_for
from bot.approvals.request import Request, Verdict, Vote

TEAM = "T0HOME"
CHANNEL = "C0OPS"
NOON = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
NONCE = "AAAAAAAAAAAAAAAAAAAAAA"
DIGEST = "3fa9" * 16


def person(name: str, *, team: str = TEAM) -> Person:
    return Person(id=f"U0{name.upper()}", name=name.title(), team=team)


def voter(name: str, **looked_up: Any) -> Voter:  # the facts that a test is about, as keywords of Voter
    facts: dict[str, Any] = {"channels": frozenset({CHANNEL}), **looked_up}
    return Voter(**{**dict(person(name)), **facts})


def request(
    *, approvers: Approvers | None = None, risk: Risk = "low", **fields: Any
) -> Request:  # other fields of Request as keywords
    policy = policy_for(approvers or ChannelMembers(), risk=risk)
    defaults: dict[str, Any] = {
        "thread": f"{TEAM}:{CHANNEL}:1777800000.000100",
        "run": "r_01HZX3V9QK5W7T2B8N4M6P0RDC",
        "path": "t0.c1",
        "round": 1,
        "kind": "call",
        "agent": "operations",
        "tool": "restart_service",
        "call_kind": "function",
        "label": "restart_service",
        "arguments": '{"name":"web-1"}',
        "digest": DIGEST,
        "risk": risk,
        "why": "web-1 does not answer.",
        "requesters": (person("ana"),),
        "policy": policy,
        "created_at": NOON,
        "expires_at": NOON + policy.expires_for,
        "nonce": NONCE,
    }
    return Request(**{**defaults, **fields})


def vote(
    by: Voter,
    verdict: Verdict = "approve",
    *,
    nonce: str = NONCE,
    revision: int = 1,
    reason: str = "",
    typed_name: str = "",
    always: bool = False,
    source: Literal["slack", "terminal"] = "slack",
) -> Vote:
    return Vote(
        by=by,
        verdict=verdict,
        nonce=nonce,
        revision=revision,
        reason=reason,
        typed_name=typed_name,
        always=always,
        source=source,
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
