"""The embedded Redis: it keeps what it acknowledged, ends with us, and shares its directory with nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.store.client import worker_client
from bot.store.connect import look_at_server
from bot.store.embedded import EmbeddedRedis, ServerBinary, embedded_redis, find_servers, running_url
from bot.store.errors import EmbeddedRedisUnavailable, StoreUnavailable
from tests.store.until import until

OWNER = """
import sys, time
from pathlib import Path
from bot.store.embedded import EmbeddedRedis
server = EmbeddedRedis.start(Path(sys.argv[1]))
print(server.pid, flush=True)
time.sleep(600)
"""


@contextmanager
def owner_of(data_dir: Path) -> Generator[tuple[subprocess.Popen[str], int]]:
    """Another process that has started a server on `data_dir`, and that server's process id."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(data_dir)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        try:
            yield owner, int(owner.stdout.readline())
        finally:
            owner.kill()


def gone(pid: int) -> bool:
    """Whether no process has this id, or only one that has ended and waits to be asked how."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def kill_watchers(server: int) -> None:
    """Kill what would stop the server when its owner dies."""
    for watcher in Path(f"/proc/{server}/task/{server}/children").read_text().split():
        os.kill(int(watcher), signal.SIGKILL)


@pytest.mark.parametrize("server", find_servers(), ids=lambda server: f"{server.path}-{server.version[0]}")
async def test_it_is_fit_to_keep_what_was_accepted(server: ServerBinary, tmp_path: Path):
    redis = EmbeddedRedis.start(tmp_path / "with a space %25", server=server)
    client = worker_client(redis.url)
    seen = await look_at_server(client)
    await client.aclose()
    redis.stop()
    assert (seen.version[:2], seen.persistence, seen.warnings) == (server.version, "aof", [])


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed_while_it_works(tmp_path: Path):
    redis = EmbeddedRedis.start(tmp_path)
    client = worker_client(redis.url)
    acknowledged: list[str] = []

    async def write(writer: int) -> None:
        for number in range(10_000):
            name = f"{writer}-{number}"
            await client.command("SADD", "written", name)
            acknowledged.append(name)

    async def kill() -> None:
        await until(lambda: asyncio.sleep(0, len(acknowledged) > 500))
        os.kill(redis.pid, signal.SIGKILL)

    done = await asyncio.gather(kill(), *(write(writer) for writer in range(8)), return_exceptions=True)
    assert all(isinstance(end, StoreUnavailable) for end in done[1:])
    await client.aclose()
    redis.stop()

    async with embedded_redis(tmp_path) as again:
        client = worker_client(again.url)
        kept = await client.command("SMEMBERS", "written")
        await client.aclose()
    assert set(acknowledged) <= set(kept)


async def test_it_ends_with_its_owner_however_that_dies(tmp_path: Path):
    with owner_of(tmp_path) as (owner, pid):
        assert not gone(pid)
        owner.kill()
        await until(lambda: asyncio.sleep(0, gone(pid)))


async def test_a_server_that_outlived_its_owner_is_stopped_by_the_next_start(tmp_path: Path):
    with owner_of(tmp_path) as (owner, pid):
        kill_watchers(pid)
        owner.kill()
        owner.wait()
        assert not gone(pid)

        async with embedded_redis(tmp_path) as redis:
            assert gone(pid)
            assert redis.pid != pid


async def test_a_frozen_server_that_outlived_its_owner_is_killed_by_the_next_start(tmp_path: Path):
    with owner_of(tmp_path) as (owner, pid):
        os.kill(pid, signal.SIGSTOP)
        owner.kill()
        owner.wait()
        async with embedded_redis(tmp_path) as redis:
            assert gone(pid)
            assert redis.pid != pid


async def test_two_processes_never_share_a_directory(tmp_path: Path):
    with owner_of(tmp_path) as (owner, _):
        with pytest.raises(EmbeddedRedisUnavailable, match=f"in use by another assent, process {owner.pid}"):
            EmbeddedRedis.start(tmp_path)
        assert running_url(tmp_path)
    assert running_url(tmp_path / "elsewhere") is None


async def test_a_directory_with_a_long_name_has_its_socket_in_a_private_one_elsewhere(tmp_path: Path):
    data_dir = tmp_path / ("long" * 30)
    async with embedded_redis(data_dir) as redis:
        socket = Path(redis.url.removeprefix("unix://"))
        assert socket.parent != data_dir
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        assert running_url(data_dir) == redis.url
    assert not socket.parent.exists()
    assert running_url(data_dir) is None


async def test_only_we_can_reach_it(tmp_path: Path):
    data_dir = tmp_path / "redis"
    data_dir.mkdir(mode=0o755)
    async with embedded_redis(data_dir) as redis:
        client = worker_client(redis.url)
        assert (await client.command("INFO", "server"))["tcp_port"] == 0
        await client.aclose()
        assert data_dir.stat().st_mode & 0o777 == 0o700


async def test_ctrl_c_reaches_us_and_not_the_server(tmp_path: Path):
    async with embedded_redis(tmp_path) as redis:
        assert os.getsid(redis.pid) != os.getsid(0)


def test_a_server_that_does_not_start_says_why(tmp_path: Path):
    (tmp_path / "appendonly.aof").write_text("*3\r\n$3\r\nSET\r\n this is no log of Redis")
    with pytest.raises(EmbeddedRedisUnavailable, match=r"did not start: .*appendonly"):
        EmbeddedRedis.start(tmp_path)
    with pytest.raises(EmbeddedRedisUnavailable, match=r"did not start: .*appendonly"):
        EmbeddedRedis.start(tmp_path)  # and not: in use


def test_a_server_that_would_not_see_the_data_of_a_newer_one_is_not_started(tmp_path: Path):
    (tmp_path / "appendonlydir").mkdir()
    older = ServerBinary(Path("redis-server-6"), (6, 2))
    with pytest.raises(EmbeddedRedisUnavailable, match="written by Redis 7 or later"):
        EmbeddedRedis.start(tmp_path, server=older)
