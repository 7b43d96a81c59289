"""A decision counts once, whoever clicks when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.approvals.audit import follows
from bot.approvals.decide import Outcome, cancel, decide, expire
from bot.approvals.request import Request, Verdict
from bot.store.client import Client, listener_client
from bot.store.clock import milliseconds, now
from bot.store.errors import LeaseLost, UnknownRequest
from bot.store.index import Index
from bot.store.lease import Lease, claim
from bot.store.pending import Pending, alive_at, beat
from bot.store.rebuild import rebuild
from bot.store.requests import REFUSALS_WRITTEN, Requests
from bot.store.thread import Thread
from tests.approvals.makers import person, request, vote, voter
from tests.store.lossy import lossy_wire

DAY = timedelta(days=1)


@pytest.fixture
async def lease(client: Client, thread: Thread) -> Lease:
    lease = await claim(client, thread)
    assert lease
    return lease


async def asked(client: Client, thread: Thread, *, ago: timedelta = timedelta(0), **fields: Any) -> Request:
    """A request of this moment, or of a while ago."""
    at = await now(client) - ago
    return request(thread=str(thread), created_at=at, expires_at=at + DAY, **fields)


def voted(name: str, verdict: Verdict = "approve", **words: Any) -> Callable[[Request, datetime], Outcome]:
    return lambda request, at: decide(request, vote(voter(name), verdict, **words), at)


@pytest.fixture
def thread() -> Thread:
    return Thread.parse(request().thread)


async def test_a_request_is_opened_once_with_its_audit_entry(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    first = await asked(client, thread)
    second = await asked(client, thread, path="t0.c2")
    await requests.open(lease, [first])
    await requests.open(lease, [first, second])
    await requests.open(lease, [])

    assert await requests.find(thread, first.name) == first
    assert sorted(found.path for found in await requests.of(thread)) == ["t0.c1", "t0.c2"]
    assert [(entry.what, entry.request) for entry in await requests.audit(thread)] == [
        ("opened", first.name),
        ("opened", second.name),
    ]
    assert not (await lease.renew()).moved, "the holder's own writes are no news to it"


async def test_a_request_that_is_there_is_not_opened_anew(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    first = await asked(client, thread)
    await requests.open(lease, [first])
    await requests.change(thread, first.name, voted("ben"))
    await requests.open(lease, [first])
    found = await requests.find(thread, first.name)
    assert found
    assert found.settled


async def test_who_lost_the_lease_opens_nothing(client: Client, thread: Thread, lease: Lease):
    await lease.release(look_at=None)
    assert await claim(client, thread)
    with pytest.raises(LeaseLost):
        await Requests(client).open(lease, [await asked(client, thread)])
    assert await Requests(client).of(thread) == []
    assert await Requests(client).audit(thread) == []


async def test_a_vote_settles_a_request_and_wakes_its_thread(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    first = await asked(client, thread)
    await requests.open(lease, [first])
    outcome = await requests.change(thread, first.name, voted("ben", "reject", reason="Too old"))

    found = await requests.find(thread, first.name)
    assert found
    assert found == outcome.request
    assert found.settlement
    assert (found.settlement.verdict, found.settlement.reason) == ("reject", "Too old")
    assert (await lease.renew()).moved
    assert await Index(client).due(1) == [thread]


async def test_of_fifty_votes_at_once_one_settles_and_the_audit_trail_has_twenty_that_were_refused(
    client: Client, thread: Thread, lease: Lease
):
    requests = Requests(client)
    first = await asked(client, thread)
    await requests.open(lease, [first])
    votes = [voted(f"p{number}", "reject" if number % 2 else "approve") for number in range(50)]
    outcomes = await asyncio.gather(*(requests.change(thread, first.name, vote) for vote in votes))

    counted = [outcome for outcome in outcomes if outcome.refusal is None]
    assert len(counted) == 1
    assert await requests.find(thread, first.name) == counted[0].request
    trail = await requests.audit(thread)
    assert [entry.what for entry in trail].count("approve") + [entry.what for entry in trail].count("reject") == 1
    assert [entry.what for entry in trail].count("refused") == REFUSALS_WRITTEN == 20
    assert all(follows(entry, before) for entry, before in zip(trail, [None, *trail], strict=False))


async def test_replicas_that_vote_at_once_settle_once(client: Client, redis_url: str, thread: Thread, lease: Lease):
    first = await asked(client, thread)
    await Requests(client).open(lease, [first])
    replicas = [listener_client(redis_url) for _ in range(4)]
    outcomes = await asyncio.gather(
        *(Requests(replica).change(thread, first.name, voted(f"p{number}")) for number, replica in enumerate(replicas))
    )
    for replica in replicas:
        await replica.aclose()
    assert [outcome.refusal and outcome.refusal.code for outcome in outcomes].count(None) == 1
    trail = await Requests(client).audit(thread)
    assert [entry.what for entry in trail] == ["opened", "approve", "refused", "refused", "refused"]
    assert all(follows(entry, before) for entry, before in zip(trail, [None, *trail], strict=False))


async def test_votes_on_the_cards_of_one_thread_all_count(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    cards = [await asked(client, thread, path=f"t0.c{number}") for number in range(20)]
    await requests.open(lease, cards)
    outcomes = await asyncio.gather(*(requests.change(thread, card.name, voted("ben")) for card in cards))
    assert all(outcome.refusal is None for outcome in outcomes)
    assert all(found.settled for found in await requests.of(thread))


async def test_a_refused_vote_changes_nothing_but_the_audit_trail(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    first = await asked(client, thread)
    await requests.open(lease, [first])
    outcome = await requests.change(thread, first.name, voted("ben", nonce="B" * 22))
    assert outcome.refusal
    assert outcome.refusal.code == "forged"
    assert await requests.find(thread, first.name) == first
    assert [entry.what for entry in await requests.audit(thread)] == ["opened", "refused"]
    assert not (await lease.renew()).moved


async def test_nobody_fills_the_audit_trail_by_clicking_on_and_a_vote_that_counts_is_in_it_all_the_same(
    client: Client, thread: Thread, lease: Lease
):
    requests = Requests(client)
    first, second = await asked(client, thread), await asked(client, thread, path="t0.c2")
    await requests.open(lease, [first, second])
    for _ in range(REFUSALS_WRITTEN + 5):
        outcome = await requests.change(thread, first.name, voted("ben", nonce="B" * 22))
        assert outcome.refusal
    await requests.change(thread, second.name, voted("ben", nonce="B" * 22))
    await requests.change(thread, first.name, voted("ben"))
    written = [(entry.what, entry.request) for entry in (await requests.audit(thread))[2:]]
    assert written == [("refused", first.name)] * 20 + [("refused", second.name), ("approve", first.name)]


async def test_nothing_changed_is_nothing_written(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    first = await asked(client, thread)
    await requests.open(lease, [first])
    assert await requests.change(thread, first.name, expire) is None
    assert len(await requests.audit(thread)) == 1


async def test_a_vote_after_the_end_settles_the_request_as_expired(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    late = await asked(client, thread, ago=2 * DAY)
    await requests.open(lease, [late])
    outcome = await requests.change(thread, late.name, voted("ben"))
    assert outcome.refusal
    assert outcome.refusal.code == "expired"
    found = await requests.find(thread, late.name)
    assert found
    assert found.settlement
    assert found.settlement.verdict == "expired"


async def test_vote_expiry_and_cancel_race_and_one_wins(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    first = await asked(client, thread)
    await requests.open(lease, [first])
    ended = await asyncio.gather(
        requests.change(thread, first.name, voted("ben")),
        requests.change(thread, first.name, lambda request, at: expire(request, at + 2 * DAY)),
        requests.change(thread, first.name, lambda request, at: cancel(request, at, by=person("ana"))),
    )
    assert len([outcome for outcome in ended if outcome and outcome.refusal is None]) == 1


async def test_what_ran_out_while_no_worker_was_alive_gets_more_time(client: Client, thread: Thread, lease: Lease):
    requests = Requests(client)
    late = await asked(client, thread, ago=DAY + timedelta(minutes=1))
    await requests.open(lease, [late])
    last_beat = await now(client) - timedelta(minutes=6)
    await client.command("SET", "assent:alive", milliseconds(last_beat))

    outcome = await requests.change(thread, late.name, voted("ben"))
    assert outcome.refusal is None
    found = await requests.find(thread, late.name)
    assert found
    assert found.extended_because
    assert [entry.what for entry in await requests.audit(thread)] == ["opened", "extended", "approve"]


async def test_a_worker_that_is_alive_is_known_to_be(client: Client):
    assert await alive_at(client) is None
    before = await now(client)
    await beat(client)
    alive = await alive_at(client)
    assert alive
    assert milliseconds(alive) >= milliseconds(before)


async def test_an_unknown_request_is_said_to_be_unknown(client: Client, thread: Thread):
    requests = Requests(client)
    assert await requests.find(thread, "r_1/t0.c0/1") is None
    with pytest.raises(UnknownRequest):
        await requests.change(thread, "r_1/t0.c0/1", voted("ben"))


async def test_a_vote_whose_answers_are_lost_counts_once_for_who_gave_it(
    client: Client, redis_url: str, thread: Thread, lease: Lease
):
    requests = Requests(client)
    first = await asked(client, thread)
    await requests.open(lease, [first])
    async with lossy_wire(redis_url) as wire:
        lossy = listener_client(wire.url)
        wire.lose_answers(8)
        outcome = await Requests(lossy).change(thread, first.name, voted("ben"))
        await lossy.aclose()
    assert wire.lost == 8
    assert outcome.refusal is None
    assert await requests.find(thread, first.name) == outcome.request
    assert [entry.what for entry in await requests.audit(thread)] == ["opened", "approve"]


async def test_the_list_of_what_waits_follows_the_requests_and_can_be_rebuilt(
    client: Client, thread: Thread, lease: Lease
):
    requests, pending = Requests(client), Pending(client)
    newer = await asked(client, thread)
    older = await asked(client, thread, ago=timedelta(hours=1), path="t0.c2")
    await requests.open(lease, [newer, older])
    assert [(waiting.thread, waiting.name) for waiting in await pending.oldest()] == [
        (thread, older.name),
        (thread, newer.name),
    ]
    await requests.change(thread, older.name, voted("ben"))
    listed = await pending.oldest()
    assert [waiting.name for waiting in listed] == [newer.name]
    assert milliseconds(listed[0].since) == milliseconds(newer.created_at)

    await client.command("DEL", "assent:pending", "assent:index")
    await client.command("HSET", f"assent:{thread.tag}:run", "head", "{}")
    assert await rebuild(client) == 1
    assert await pending.oldest() == listed
    assert await Index(client).due(10) == [thread]
