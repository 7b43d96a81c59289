"""A client whose commands end: with an answer, with an error, or by being cancelled."""

from __future__ import annotations

import asyncio

from bot.store.client import Client


async def test_a_task_that_keeps_asking_redis_ends_when_it_is_cancelled(client: Client):
    async def keep_asking() -> None:
        while True:
            await client.command("PING")

    for attempt in range(30):
        asking = asyncio.create_task(keep_asking())
        await asyncio.sleep(0.005 + attempt * 0.0003)
        asking.cancel()
        ended, _ = await asyncio.wait([asking], timeout=5)
        assert ended, "the cancellation was lost"
