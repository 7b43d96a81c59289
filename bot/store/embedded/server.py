"""Start an embedded Redis server, and make sure that it ends with us."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from bot.store.embedded.binary import ServerBinary, find_server
from bot.store.embedded.directory import DataDir, answers
from bot.store.errors import EmbeddedRedisUnavailable

_LOADING_FOR = 60.0
_STOPPING_FOR = 10.0

# The shell becomes the server. What it leaves behind waits for a word from us on a pipe; when the pipe just ends, we
# are gone, however we died, and it stops the server. (A parent-death signal comes when the starting *thread* ends.)
_WATCHED = 'exec 3<&0 </dev/null; { read -r _ <&3 || kill $$; } & exec 3<&-; exec "$@"'


@dataclass(frozen=True)
class EmbeddedRedis:
    """A running server with a data directory of its own.

    What it has acknowledged is on disk. It ends with the process that started it, also by `kill -9`; should it outlive
    that process all the same, the next start on the directory stops it first.
    """

    url: str
    _process: subprocess.Popen[bytes]
    _data_dir: DataDir
    _owner_lock: BinaryIO

    @classmethod
    def start(cls, data_dir: Path, *, server: ServerBinary | None = None) -> EmbeddedRedis:
        """Start `server`, by default the best of this machine, on `data_dir`, which is made when it is not there.

        Blocks until the server takes commands; async code uses `embedded_redis`. Raises `EmbeddedRedisUnavailable`
        when there is no server, when the directory is in use, or when the server does not start.
        """
        binary = server or find_server()
        directory = DataDir.prepare(data_dir)
        if binary.version < (7,) and directory.written_by_7:
            raise EmbeddedRedisUnavailable(
                f"{directory.path} was written by Redis 7 or later, and {binary.path} is older. Install a newer one."
            )
        with ExitStack() as undo:
            owner_lock = undo.enter_context(directory.own())
            with directory.take_over() as server_lock:
                socket_path = directory.choose_socket()
                process = _spawn(binary, directory, socket_path, server_lock)
            started = cls(_url(socket_path), process, directory, owner_lock)
            undo.callback(started.stop)
            _wait_until_ready(process, socket_path, directory)
            undo.pop_all()
        return started

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Stop the server, if it still runs, and let the directory go."""
        self._process.terminate()
        try:
            self._process.wait(_STOPPING_FOR)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        with suppress(BrokenPipeError):  # the watcher is gone as well
            self._process.communicate(b"stopped\n")
        self._data_dir.remove_socket()
        self._owner_lock.close()


@asynccontextmanager
async def embedded_redis(data_dir: Path) -> AsyncGenerator[EmbeddedRedis]:
    """An embedded server for as long as the block lasts; see `EmbeddedRedis.start`. Does not block the loop."""
    server = await asyncio.to_thread(EmbeddedRedis.start, data_dir)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)


def running_url(data_dir: Path) -> str | None:
    """The address of the server that some process runs on `data_dir` now, or None."""
    socket_path = DataDir(data_dir.absolute()).noted_socket()
    return _url(socket_path) if socket_path and answers(socket_path) else None


def _spawn(binary: ServerBinary, directory: DataDir, socket_path: Path, lock: BinaryIO) -> subprocess.Popen[bytes]:
    settings = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(directory.path),
        "appendonly": "yes",
        "appendfsync": "always",  # `everysec` may acknowledge two seconds before it writes when the disk is slow
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
    with directory.log.open("wb") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", _WATCHED, "assent-redis", str(binary.path), *arguments],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=directory.path,
            pass_fds=(lock.fileno(),),
            start_new_session=True,  # Ctrl-C is for us: the server goes last
        )


def _wait_until_ready(process: subprocess.Popen[bytes], socket_path: Path, directory: DataDir) -> None:
    deadline = time.monotonic() + _LOADING_FOR
    while not answers(socket_path):
        if process.poll() is not None or time.monotonic() > deadline:
            last = directory.log.read_text(errors="replace").strip().splitlines()[-1:]
            raise EmbeddedRedisUnavailable(f"The Redis server did not start: {' '.join(last) or 'it says nothing'}")
        time.sleep(0.002)


def _url(socket_path: Path) -> str:
    return f"unix://{quote(str(socket_path))}"
