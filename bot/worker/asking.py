"""Put before people what waits for them: the only place that makes an approval request of an interruption."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from bot.agents.errors import UserError
from bot.agents.loop.within import agents_within
from bot.agents.record.message import output_text
from bot.agents.record.people import Actor
from bot.agents.record.tree import Call, RunTree, each_once
from bot.approvals.decide import stranded
from bot.approvals.grants import in_force
from bot.approvals.people import Person
from bot.approvals.policy import Policy, Risk, policy_for
from bot.approvals.request import Request
from bot.store.clock import now
from bot.store.evidence import Evidence
from bot.store.held import Held
from bot.store.thread import Thread
from bot.worker.work import Work


async def open_requests(work: Work, held: Held, run: RunTree) -> None:
    """Open a request for each call that waits, and for the limit of turns; those that are open already stay.

    What an "always" decides is settled by it at once: the request says what became of the call, whoever clicks when.
    """
    wanted = [*run.waiting]
    limit = run.at_limit and not run.ended and not any(not call.over for call in run.calls)
    if not wanted and not limit:
        return
    at = await now(work.client)
    known = await work.requests.of(held.thread)
    there = {request.name for request in known}
    evidence = await work.runs.evidence(held.thread, run.run_id)
    made = [_for_call(work, held.thread, run, call, evidence, at) for call in wanted]
    made += [_for_limit(work, held.thread, run, at)] if limit else []
    new = [request for request in made if request.name not in there]
    await work.requests.open(held.lease, [await _with_stranded(work, request) for request in new])
    if in_force(known):
        await work.requests.settle_by_grants(held.thread)


def _for_call(
    work: Work, thread: Thread, run: RunTree, call: Call, evidence: Sequence[Evidence], at: datetime
) -> Request:
    policy = _policy(work, risk=call.risk)
    turn = next(turn for tree in run.trees for turn in tree.turns if any(each is call for each in turn.calls))
    late = [told.text for told in evidence if told.path == call.path]
    return Request(
        thread=str(thread),
        run=run.run_id,
        path=call.path,
        round=call.round,
        kind="uncertain" if call.status == "unknown" else "call",
        agent=call.agent,
        asked_through=tuple(around.agent for around in _calls_around(run, call)),
        tool=call.tool,
        call_kind=call.kind,
        server=call.server,
        label=_label(work, run, call),
        arguments=call.runs.canonical,
        digest=call.digest,
        risk=call.risk,
        why=output_text(turn.response.output) if turn.response else "",
        requesters=_banned(run) if call.risk == "high" and not policy.requester_may_approve else requesters(run),
        policy=policy,
        created_at=at,
        expires_at=at + policy.expires_for,
        nonce=secrets.token_urlsafe(16),
        evidence="\n".join(late) or None if call.status == "unknown" else None,
    )


def _calls_around(run: RunTree, call: Call) -> list[Call]:
    """The calls of agents within which this one was made, the outermost first."""
    steps = call.path.split("/")
    found = [run.find("/".join(steps[:depth])) for depth in range(1, len(steps))]
    return [around for around in found if around]


def _label(work: Work, run: RunTree, call: Call) -> str:
    """What people call it: its tool's name, but of a handoff the name of the other agent, where it is known."""
    agents = work.agents
    try:
        for around in _calls_around(run, call):
            agents = agents_within(around, agents)
    except UserError:  # an agent that is not there any more, which the run itself fails by
        return call.tool
    agent = agents.get(call.agent)
    handoffs = agent.handoff_tools if agent and call.kind == "handoff" else []
    return next((each.agent_name for each in handoffs if each.name == call.tool), call.tool)


def _for_limit(work: Work, thread: Thread, run: RunTree, at: datetime) -> Request:
    policy = _policy(work, risk="low")
    return Request(
        thread=str(thread),
        run=run.run_id,
        path=f"t{run.current_turn}",
        round=1,
        kind="limit",
        agent=run.agent,
        tool="",
        call_kind="",
        label=f"{run.current_turn} turns",
        digest="",
        risk="low",
        requesters=requesters(run),
        policy=policy,
        created_at=at,
        expires_at=at + policy.expires_for,
        nonce=secrets.token_urlsafe(16),
    )


async def _with_stranded(work: Work, request: Request) -> Request:
    """The request, saying so when nobody can decide it, as far as that can be known."""
    candidates = await work.directory.candidates(request.policy, channel=request.channel, requesters=request.requesters)
    why = stranded(request, candidates) if candidates is not None else None
    return request.model_copy(update={"stranded": why}) if why else request


def requesters(run: RunTree) -> tuple[Person, ...]:
    """Everybody whose message is in the run."""
    return tuple(person(origin) for origin in run.origins)


def _banned(run: RunTree) -> tuple[Person, ...]:
    """Whoever could have given the order for a call of high risk: also in an earlier run of the conversation."""
    return tuple(person(origin) for origin in each_once([*run.origins, *run.earlier]))


def person(actor: Actor) -> Person:
    """Somebody of the runtime's, as the approvals know people."""
    return Person(id=actor.id or "unknown", name=actor.name, team=actor.team)


def _policy(work: Work, *, risk: Risk) -> Policy:
    return policy_for(work.approvers, risk=risk, expires_for=work.expires_for)
