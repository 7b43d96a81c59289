"""One holder at a time; what comes while a thread is held is not lost."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.approvals.people import Person
from bot.store.client import Client
from bot.store.clock import milliseconds, moment, now
from bot.store.errors import LeaseLost
from bot.store.inbox import Inbox
from bot.store.index import AT_ONCE, Index
from bot.store.lease import LEASE_FOR, PARK_AT, Lease, claim
from bot.store.thread import Thread
from tests.store.until import until

NEARLY_OVER = timedelta(milliseconds=1)


async def held(client: Client, thread: Thread) -> Lease:
    lease = await claim(client, thread)
    assert lease
    return lease


async def taken_over(client: Client, thread: Thread, *, lasts: timedelta = LEASE_FOR) -> Lease:
    """The thread, claimed as soon as the lease before has ended."""
    taken: list[Lease] = []

    async def take() -> bool:
        lease = await claim(client, thread, lasts=lasts)
        taken.extend([lease] if lease else [])
        return bool(taken)

    await until(take)
    return taken[0]


async def test_of_many_who_claim_a_thread_one_holds_it(client: Client, thread: Thread):
    leases = await asyncio.gather(*(claim(client, thread) for _ in range(20)))
    assert len([lease for lease in leases if lease]) == 1


async def test_another_thread_is_free(client: Client, thread: Thread):
    assert await claim(client, thread)
    assert await claim(client, Thread("T1", "C1", "1763964000.000200"))


async def test_a_released_thread_can_be_claimed_again_with_a_greater_fencing_number(client: Client, thread: Thread):
    first = await held(client, thread)
    assert not await first.release(look_at=None)
    second = await held(client, thread)
    assert second.fence > first.fence


async def test_a_lease_that_ended_is_taken_over_and_its_holder_learns_it(client: Client, thread: Thread):
    lost = await claim(client, thread, lasts=NEARLY_OVER)
    assert lost
    taken = await taken_over(client, thread)
    assert taken.fence > lost.fence
    with pytest.raises(LeaseLost):
        await lost.renew()
    assert await lost.release(look_at=None), "whoever does not know that all is read is told to look again"
    assert not (await taken.renew()).moved


async def test_a_lease_that_ended_and_was_not_taken_over_can_be_renewed(client: Client, thread: Thread):
    lease = await claim(client, thread, lasts=NEARLY_OVER)
    assert lease
    await lease.renew()


async def test_what_remains_of_a_lease_is_counted_from_before_it_was_asked_for(client: Client, thread: Thread):
    lease = await held(client, thread)
    assert timedelta(0) < lease.remaining < LEASE_FOR - timedelta(seconds=2)
    short = await claim(client, Thread("T1", "C2", "1.0"), lasts=timedelta(seconds=2))
    assert short
    assert short.remaining < timedelta(0), "too late to begin anything"


async def test_a_claim_notes_a_look_at_its_end(client: Client, thread: Thread):
    before = await now(client)
    await held(client, thread)
    await look_is_between(client, thread, floor(before) + LEASE_FOR, await now(client) + LEASE_FOR)


async def test_a_look_at_a_held_thread_is_moved_to_the_end_of_its_lease(client: Client, thread: Thread):
    await Index(client).lower(thread, after=AT_ONCE)
    before = await now(client)
    await held(client, thread)
    assert await Index(client).due(1) == [thread], "what was due stays due until somebody has looked"

    assert await claim(client, thread) is None
    assert await Index(client).due(1) == []
    await look_is_between(client, thread, floor(before) + LEASE_FOR, await now(client) + LEASE_FOR)


async def test_a_renewal_moves_the_end_that_others_see(client: Client, thread: Thread):
    lease = await claim(client, thread, lasts=timedelta(milliseconds=200))
    assert lease
    lease.lasts = LEASE_FOR
    before = await now(client)
    await lease.renew()
    assert await claim(client, thread) is None
    await Index(client).put_off(thread, until=None, read=await Index(client).lower(thread, after=AT_ONCE))
    assert await claim(client, thread) is None
    await look_is_between(client, thread, floor(before) + LEASE_FOR, await now(client) + LEASE_FOR)


async def test_a_release_puts_the_look_off(client: Client, thread: Thread):
    tomorrow = await now(client) + timedelta(days=1)
    lease = await held(client, thread)
    assert not await lease.release(look_at=tomorrow)
    await look_is_between(client, thread, tomorrow - timedelta(milliseconds=1), tomorrow)

    lease = await held(client, thread)
    assert not await lease.release(look_at=None)
    assert await Index(client).read(thread) is None


async def test_what_was_recorded_since_the_holder_read_is_told_at_its_release(client: Client, thread: Thread):
    lease = await held(client, thread)
    assert not (await lease.renew()).moved
    await Inbox(client).cancel(thread, "r_1", by=Person(id="U1", name="Ana", team="T1"))

    beat = await lease.renew()
    assert (beat.moved, beat.cancelled_runs) == (True, {"r_1"})
    assert await lease.release(look_at=None)
    assert await Index(client).due(1) == [thread]


async def test_a_look_that_another_asked_for_meanwhile_survives_the_release(client: Client, thread: Thread):
    lease = await held(client, thread)
    await Index(client).lower(thread, after=timedelta(hours=1))  # a look that another asks for, at whatever time
    assert not await lease.release(look_at=None)
    assert await Index(client).read(thread) is not None


async def test_a_thread_that_is_handed_over_is_due_at_once(client: Client, thread: Thread):
    lease = await held(client, thread)
    await lease.hand_over()
    assert await Index(client).due(1) == [thread]
    await held(client, thread)


async def test_a_thread_whose_holders_die_without_saving_is_parked_until_something_new_comes(
    client: Client, thread: Thread
):
    lease = await claim(client, thread, lasts=NEARLY_OVER)
    for _ in range(PARK_AT):
        assert lease
        assert not lease.parked
        lease = await taken_over(client, thread, lasts=NEARLY_OVER)
    assert lease
    assert lease.parked

    parked = await taken_over(client, thread)
    assert parked.parked
    assert not await parked.release(look_at=None)
    assert (await held(client, thread)).parked, "nothing new"

    await Inbox(client).cancel(thread, "r_1", by=Person(id="U1", name="Ana", team="T1"))
    await client.command("HSET", "assent:{T1:C1:1763964000.000100}:lease", "ends_at", 1)
    assert not (await held(client, thread)).parked


def floor(at: datetime) -> datetime:
    return moment(milliseconds(at))


async def look_is_between(client: Client, thread: Thread, first: datetime, last: datetime) -> None:
    found = await Index(client).read(thread)
    assert found is not None
    assert first <= moment(found) <= last
