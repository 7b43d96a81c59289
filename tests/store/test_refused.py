"""A Redis that refuses for a while is unavailable, in whatever words its version says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from bot.store.client import Client, worker_client
from bot.store.embedded import EmbeddedRedis, ServerBinary, find_servers
from bot.store.errors import StoreUnavailable
from bot.store.index import Index
from bot.store.lease import Lease, claim
from bot.store.thread import Thread
from tests.store.until import until

REFUSALS = {
    "OOM": [("CONFIG", "SET", "maxmemory", "1")],
    "NOREPLICAS": [("CONFIG", "SET", "min-replicas-to-write", "1")],
    "READONLY": [("REPLICAOF", "127.0.0.1", "1")],
    "MASTERDOWN": [("CONFIG", "SET", "replica-serve-stale-data", "no"), ("REPLICAOF", "127.0.0.1", "1")],
}
TAKING_AGAIN = [
    ("CONFIG", "SET", "maxmemory", "0"),
    ("CONFIG", "SET", "min-replicas-to-write", "0"),
    ("CONFIG", "SET", "save", ""),
    ("REPLICAOF", "NO", "ONE"),
]


@pytest.fixture(params=find_servers(), ids=lambda server: ".".join(map(str, server.version)))
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a server of its own, of each version on this machine."""
    binary: ServerBinary = request.param
    server = EmbeddedRedis.start(tmp_path, server=binary)
    client = worker_client(server.url)
    yield client
    await client.aclose()
    server.stop()


@pytest.fixture
async def lease(client: Client, thread: Thread) -> Lease:
    lease = await claim(client, thread)
    assert lease
    return lease


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_what_redis_refuses_for_now_is_unavailable_and_goes_on_afterwards(
    refusal: str, client: Client, lease: Lease
) -> None:
    for setting in REFUSALS[refusal]:
        await client.command(*setting)
    await is_unavailable(client, lease)
    await takes_writes_again(client, lease)


async def test_a_redis_that_cannot_write_to_its_disk_is_unavailable(client: Client, lease: Lease, tmp_path: Path):
    (tmp_path / "dump.rdb").mkdir()  # where it wants a file
    await client.command("CONFIG", "SET", "save", "1 1")
    await client.command("BGSAVE")

    async def failed() -> bool:
        told = await client.command("INFO", "persistence")
        return told["rdb_last_bgsave_status"] == "err"

    await until(failed)
    await is_unavailable(client, lease)
    await takes_writes_again(client, lease)


async def test_a_mistake_of_ours_is_no_outage(client: Client) -> None:
    await client.command("SET", "a", "OOM")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await client.command("LPUSH", "a", "1")


async def is_unavailable(client: Client, lease: Lease) -> None:
    with pytest.raises(StoreUnavailable):
        await client.command("SET", "a", "1")
    with pytest.raises(StoreUnavailable):
        await claim(client, Thread("T1", "C1", "2.2"))
    with pytest.raises(StoreUnavailable):
        await lease.renew()
    with pytest.raises(StoreUnavailable):
        await Index(client).lower(lease.thread, after=timedelta(0))


async def takes_writes_again(client: Client, lease: Lease) -> None:
    for setting in TAKING_AGAIN:
        await client.command(*setting)
    await lease.renew()
