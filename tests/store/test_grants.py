"""An "always" reaches the run, decides what waits beside it, and ends when somebody revokes it or the run ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.agents.record.kept import Ended
from bot.agents.record.message import Response
from bot.agents.record.tree import Call, RunTree, Turn
from bot.agents.testing import call
from bot.approvals.audit import follows
from bot.approvals.decide import Outcome, decide
from bot.approvals.request import Request, Verdict
from bot.approvals.revoking import revoke
from bot.store import keys
from bot.store.client import Client
from bot.store.clock import now
from bot.store.grants import Grants, holding
from bot.store.held import Held
from bot.store.pending import Granted, Pending
from bot.store.rebuild import rebuild
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread
from tests.approvals.makers import NONCE, request, vote, voter

RUN = RunTree(run_id="r_1", start_agent="A", agent="A", turns=[Turn(agent="A")])


@pytest.fixture
def thread() -> Thread:
    return Thread.parse(request().thread)


@pytest.fixture
async def held(client: Client, thread: Thread) -> Held:
    """The thread, with a run that goes."""
    held = await Runs(client).claim(thread)
    assert held
    await held.load()
    await held.start(RUN.model_copy(deep=True), session_items=[])
    return held


async def opened(held: Held, path: str, **fields: Any) -> Request:
    """A request of the run, put before people."""
    client = held.lease.client
    at = await now(client)
    defaults: dict[str, Any] = {"run": "r_1", "created_at": at, "expires_at": at + timedelta(days=1)}
    asked = request(thread=str(held.thread), path=path, **(defaults | fields))
    await Requests(client).open(held.lease, [asked])
    return asked


def always(name: str = "ben", verdict: Verdict = "approve") -> Callable[[Request, datetime], Outcome]:
    return lambda request, at: decide(request, vote(voter(name), verdict, always=True), at)


def revoked(name: str = "ben") -> Callable[[Request, datetime], Outcome]:
    return lambda request, at: revoke(request, voter(name), at, nonce=NONCE)


async def test_an_always_reaches_the_run_with_its_decision_and_a_revocation_takes_it_back(
    client: Client, thread: Thread, held: Held
):
    requests = Requests(client)
    asked = await opened(held, "t0.c0")
    await requests.change(thread, asked.name, always())
    incoming = await held.incoming()
    assert [(decided.path, decided.always) for decided in incoming.decisions] == [("t0.c0", True)]
    assert list(incoming.revoked) == []

    await requests.change(thread, asked.name, revoked("ana"))
    assert (await held.lease.renew()).moved
    incoming = await held.incoming()
    assert [(decided.path, decided.always) for decided in incoming.decisions] == [("t0.c0", False)]
    assert list(incoming.revoked) == ["t0.c0"]
    assert [entry.what for entry in await requests.audit(thread)] == ["opened", "always_approve", "revoked"]


async def test_an_always_decides_what_waits_beside_it_and_nothing_else(client: Client, thread: Thread, held: Held):
    requests = Requests(client)
    said = await opened(held, "t0.c0")
    beside = await opened(held, "t0.c1")
    other = await opened(held, "t0.c2", tool="pay")
    await requests.change(thread, said.name, always("ben", "reject"))
    for _ in range(2):
        await requests.settle_by_grants(thread)

    found = await requests.find(thread, beside.name)
    assert found
    assert found.settlement
    assert found.settlement.by
    assert (found.settlement.verdict, found.settlement.by.name, found.settlement.source) == ("reject", "Ben", "grant")
    assert await requests.find(thread, other.name) == other
    assert [listed.name for listed in await Pending(client).oldest()] == [other.name]
    by_path = {decided.path: decided for decided in (await held.incoming()).decisions}
    assert (by_path["t0.c1"].decision.source, by_path["t0.c1"].always) == ("grant", False)
    trail = await requests.audit(thread)
    assert [(entry.what, entry.source) for entry in trail[3:]] == [("always_reject", "slack"), ("reject", "grant")]
    assert all(follows(entry, before) for entry, before in zip(trail, [None, *trail], strict=False))


async def test_nothing_is_decided_by_an_always_after_it_was_revoked(client: Client, thread: Thread, held: Held):
    requests, others = Requests(client), Requests(client)  # two processes, which do not wait for each other
    said = await opened(held, "t0.c0")
    for number in range(1, 13):
        await opened(held, f"t0.c{number}")
    await requests.change(thread, said.name, always())
    await asyncio.gather(requests.settle_by_grants(thread), others.change(thread, said.name, revoked()))
    await requests.settle_by_grants(thread)

    trail = [entry.what for entry in await requests.audit(thread)]
    assert trail.count("revoked") == 1
    assert trail[-1] == "revoked"
    approved = sum(1 for found in await requests.of(thread) if found.settled) - 1
    assert trail.count("approve") == approved


async def test_a_click_on_what_waits_beside_it_comes_first_or_is_told(client: Client, thread: Thread, held: Held):
    requests, others = Requests(client), Requests(client)
    said, beside = await opened(held, "t0.c0"), await opened(held, "t0.c1")
    await requests.change(thread, said.name, always())

    def rejected(request: Request, at: datetime) -> Outcome:
        return decide(request, vote(voter("cleo"), "reject"), at)

    _, outcome = await asyncio.gather(requests.settle_by_grants(thread), others.change(thread, beside.name, rejected))
    found = await requests.find(thread, beside.name)
    assert found
    assert found.settlement
    counted = found.settlement.verdict == "reject"
    assert (outcome.refusal is None) is counted
    assert found.settlement.source == ("slack" if counted else "grant")


async def test_the_list_of_grants_names_them_until_they_are_revoked_and_can_be_rebuilt(
    client: Client, thread: Thread, held: Held
):
    requests, granted = Requests(client), Granted(client)
    asked = await opened(held, "t0.c0")
    assert await granted.oldest() == []
    await requests.change(thread, asked.name, always())
    [listed] = await granted.oldest()
    assert (listed.thread, listed.name) == (thread, asked.name)

    await client.command("DEL", keys.GRANTED)
    await rebuild(client)
    assert [one.name for one in await granted.oldest()] == [asked.name]
    await requests.change(thread, asked.name, revoked())
    assert await granted.oldest() == []
    await rebuild(client)
    assert await granted.oldest() == []


async def test_a_grant_is_over_with_its_run(client: Client, thread: Thread, held: Held):
    asked = await opened(held, "t0.c0")
    await Requests(client).change(thread, asked.name, always())
    assert [grant.name for grant in await Grants(client).of(thread)] == [asked.name]
    run = await Runs(client).find(thread)
    assert run
    run.ended = Ended(how="done", at=await now(client))
    await held.save(run)
    assert await Grants(client).of(thread) == []


@pytest.mark.parametrize(("over", "holds"), [(False, True), (True, False)])
def test_a_grant_within_an_agent_that_was_called_is_over_with_that_call(over: bool, holds: bool):
    made = Call(path="t0.c0", kind="agent", item=0, digest="0" * 64, status="done" if over else "started")
    made.output = {"type": "function_call_output", "call_id": "c1", "output": "ok"} if over else None
    turn = Turn(agent="A", response=Response(output=[call("billing", call_id="c1")]), calls=[made])
    run = RUN.model_copy(update={"turns": [turn]})
    asked = request(run="r_1", path="t0.c0/t0.c1", agent="billing")
    granted = always()(asked, asked.created_at).request
    assert bool(holding(run, [granted])) is holds
