"""Commands end in time, and a Redis that is unfit or open to others is named."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from bot.store.client import Client, listener_client
from bot.store.connect import Server, exposed, look_at_server
from bot.store.embedded import EmbeddedRedis, embedded_redis
from bot.store.errors import StoreUnavailable


@pytest.mark.parametrize(
    "url",
    [
        "unix:///tmp/redis.sock",
        "redis://localhost:6379/0",
        "redis://127.0.0.1",
        "redis://127.8.0.1",
        "redis://[::1]:6379",
        "redis:///0",
        "rediss://:secret@redis.example.com",
        "rediss://user:secret@10.0.0.1:6380/1",
    ],
)
def test_loopback_or_tls_with_a_password_is_safe(url: str):
    assert exposed(url) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis://redis.example.com", r"TLS \(rediss://\) and a password"),
        ("redis://:secret@redis.example.com", r"without TLS \(rediss://\)$"),
        ("rediss://redis.example.com", "without a password"),
        ("redis://localhost.example.com", "TLS"),
        ("redis://0.0.0.0", "TLS"),
        ("memory://", "does not begin with"),
    ],
)
def test_anything_else_is_exposed(url: str, why: str):
    found = exposed(url)
    assert found
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(found)


async def test_a_server_says_how_it_keeps_things(client: Client):
    assert (await look_at_server(client)).warnings == []

    await client.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    evicting = await look_at_server(client)
    await client.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    assert [*evicting.warnings] == [
        "Redis drops keys when memory is short (maxmemory-policy allkeys-lru): set `noeviction`."
    ]


@pytest.mark.parametrize(
    ("server", "warning"),
    [
        (Server((6, 0, 16), "aof", "noeviction"), "too old"),
        (Server((7, 0), "none", "noeviction"), "keeps nothing on disk"),
        (Server((7, 0), "rdb", "noeviction"), "only now and then"),
    ],
)
def test_an_unfit_server_is_named(server: Server, warning: str):
    assert [warning in sentence for sentence in server.warnings] == [True]


async def test_a_listener_hears_in_time_that_redis_is_away_and_goes_on_when_it_is_back(tmp_path: Path):
    redis = EmbeddedRedis.start(tmp_path)
    client = listener_client(redis.url)
    await client.command("SET", "kept", "1")
    redis.stop()
    with pytest.raises(StoreUnavailable):
        await client.command("GET", "kept")

    async with embedded_redis(tmp_path):
        assert await client.command("GET", "kept") == "1"
    await client.aclose()


async def test_a_frozen_redis_is_reported_as_well(tmp_path: Path):
    async with embedded_redis(tmp_path) as redis:
        client = listener_client(redis.url)
        await client.command("SET", "kept", "1")
        os.kill(redis.pid, signal.SIGSTOP)
        with pytest.raises(StoreUnavailable):
            await client.command("GET", "kept")
        os.kill(redis.pid, signal.SIGCONT)
        assert await client.command("GET", "kept") == "1"
        await client.aclose()


async def test_a_server_that_takes_no_writes_is_reported(tmp_path: Path):
    async with embedded_redis(tmp_path) as redis:
        client = listener_client(redis.url)
        await client.command("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(StoreUnavailable, match="does not take this now"):
            await client.command("SET", "key", "value")
        await client.command("CONFIG", "SET", "maxmemory", "0")
        await client.command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StoreUnavailable, match="does not take this now"):
            await client.command("SET", "key", "value")
        await client.aclose()
