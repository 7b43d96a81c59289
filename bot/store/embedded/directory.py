"""The data directory of an embedded server: who may use it, and where its socket lies."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.store.errors import EmbeddedRedisUnavailable

_OWNER_LOCK = "owner.lock"  # held by the process that starts the server
_SERVER_LOCK = "server.lock"  # inherited by the server: free means that no server uses the directory
_ADDRESS = "address"
_SHORT_DIR = "assent-"
_SOCKET_PATH_MAX = 103  # sun_path holds 104 bytes on macOS and 108 on Linux, the final NUL included
_STOPPING_FOR = 5.0


@dataclass(frozen=True)
class DataDir:
    """A directory that one process at a time may run a server on."""

    path: Path

    @classmethod
    def prepare(cls, path: Path) -> DataDir:
        path = path.absolute()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        return cls(path)

    @property
    def log(self) -> Path:
        return self.path / "redis.log"

    @property
    def written_by_7(self) -> bool:
        """Whether Redis 7 or later wrote it: an older server would not see its files and start empty, silently."""
        return (self.path / "appendonlydir").exists()

    def own(self) -> BinaryIO:
        """The owner's lock, until it is closed. Raises `EmbeddedRedisUnavailable` when another process has it."""
        lock = (self.path / _OWNER_LOCK).open("a+b")
        if not _locked(lock):
            lock.seek(0)
            owner = lock.read().decode(errors="replace")
            lock.close()
            raise EmbeddedRedisUnavailable(f"{self.path} is in use by another assent, process {owner}. Stop it first.")
        lock.truncate(0)
        lock.write(str(os.getpid()).encode())
        lock.flush()
        return lock

    def take_over(self) -> BinaryIO:
        """The server's lock, to be inherited by the server; a server that has outlived its owner is stopped first."""
        lock = (self.path / _SERVER_LOCK).open("a+b")
        if not _locked(lock) and not self._stop_orphan(lock):
            lock.close()
            raise EmbeddedRedisUnavailable(f"A Redis server that still uses {self.path} does not stop. Stop it first.")
        self.remove_socket()
        return lock

    def choose_socket(self) -> Path:
        """Where the next server listens: in the directory, or, as socket paths are short, a private one elsewhere."""
        path = self.path / "redis.sock"
        if len(os.fsencode(path)) > _SOCKET_PATH_MAX:
            path = Path(tempfile.mkdtemp(prefix=_SHORT_DIR)) / "redis.sock"
        (self.path / _ADDRESS).write_text(str(path))
        return path

    def noted_socket(self) -> Path | None:
        """Where the last server listened, as it was noted before it started."""
        with suppress(FileNotFoundError):
            return Path((self.path / _ADDRESS).read_text())
        return None

    def remove_socket(self) -> None:
        """Clear what the last server left of its socket."""
        path = self.noted_socket()
        if not path:
            return
        path.unlink(missing_ok=True)
        if path.parent != self.path and path.parent.name.startswith(_SHORT_DIR):
            with suppress(OSError):  # gone already, or no longer only ours
                path.parent.rmdir()
        (self.path / _ADDRESS).unlink(missing_ok=True)

    def _stop_orphan(self, lock: BinaryIO) -> bool:
        """Ask the server to stop, then kill it; true as soon as the lock on the directory is ours."""
        path = self.noted_socket()
        if not path:
            return _locked(lock, patience=_STOPPING_FOR)
        with suppress(OSError), _connected(path) as connection:
            connection.sendall(b"SHUTDOWN\r\n")
        if _locked(lock, patience=_STOPPING_FOR):
            return True
        with suppress(OSError, AttributeError), _connected(path) as connection:  # who listens is asked on Linux only
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            os.kill(struct.unpack("3i", peer)[0], signal.SIGKILL)
        return _locked(lock, patience=_STOPPING_FOR)


def answers(socket_path: Path) -> bool:
    """Whether a server on this socket takes commands: it is there, and has read its data."""
    with suppress(OSError), _connected(socket_path) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def _connected(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(1.0)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def _locked(lock: BinaryIO, *, patience: float = 0.0) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        else:
            return True
