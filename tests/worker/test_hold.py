"""A thread in our hands stays there, whatever goes wrong meanwhile, until it is another's."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.store import keys
from bot.store.client import Client
from bot.store.runs import Runs
from bot.store.thread import Thread
from bot.worker.hold import RENEW_EVERY, holding
from tests.store.until import until


async def test_a_renewal_that_fails_in_an_unknown_way_is_followed_by_the_next(client: Client, thread: Thread):
    held = await Runs(client).claim(thread)
    assert held
    lease_key = keys.lease(thread)
    async with holding(held, changed=lambda: None) as hold:
        await client.command("RENAME", lease_key, f"{lease_key}:aside")
        await client.command("SET", lease_key, "no lease")
        before = held.lease.ends
        await asyncio.sleep(2 * RENEW_EVERY.total_seconds())
        assert held.lease.ends == before
        await client.command("RENAME", f"{lease_key}:aside", lease_key)

        async def renewed() -> bool:
            return held.lease.ends > before

        await until(renewed)
        assert not hold.lost


async def test_a_thread_that_is_anothers_is_let_go(client: Client, thread: Thread):
    held = await Runs(client, lease_for=timedelta(milliseconds=1)).claim(thread)
    assert held
    async with holding(held, changed=lambda: None) as hold:

        async def taken_over() -> bool:
            return await Runs(client).claim(thread) is not None

        await until(taken_over)
        await hold.stopping.wait()
        assert hold.lost
