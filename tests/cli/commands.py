"""Run `assent` as people do: the real command, in a directory of its own, with nothing in its environment."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

SCRIPT = Path(sys.executable).with_name("assent")


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def printed(self) -> str:
        return self.out + self.err


def assent(*words: str, at: Path, env: Mapping[str, str] | None = None, typed: str = "", within: float = 60.0) -> Ended:
    """Run the command to its end."""
    done = subprocess.run(
        [SCRIPT, *words],
        cwd=at,
        env=environment(env),
        input=typed,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class Running:
    """A command that still runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._readers = [Thread(target=self._read, args=(one,)) for one in (process.stdout, process.stderr)]
        for reader in self._readers:
            reader.start()

    @property
    def printed(self) -> str:
        return "".join(self._lines)

    def until(self, pattern: str, *, within: float = 30.0) -> re.Match[str]:
        """Wait until it has printed something like that."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.printed):
                return found
            if self._process.poll() is not None:
                self._join()
                if found := re.search(pattern, self.printed):
                    return found
                break
            time.sleep(0.02)
        raise AssertionError(f"It has not printed {pattern!r}, but: {self.printed}")

    def stop(self, number: signal.Signals = signal.SIGTERM, *, within: float = 20.0) -> int:
        """Send it a signal, and wait for its exit code."""
        self._process.send_signal(number)
        return self.ended(within=within)

    def ended(self, *, within: float = 20.0) -> int:
        """Wait for its exit code."""
        code = self._process.wait(within)
        self._join()
        return code

    def _read(self, stream: IO[str] | None) -> None:
        self._lines.extend(stream or ())

    def _join(self) -> None:
        for reader in self._readers:
            reader.join(5)


@contextmanager
def running(*words: str, at: Path, env: Mapping[str, str] | None = None) -> Generator[Running]:
    """Start the command; it is killed at the end if it still runs."""
    with subprocess.Popen(
        [SCRIPT, *words],
        cwd=at,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Running(process)
        finally:
            if process.poll() is None:
                process.kill()


def environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """What every command finds in its environment, and `more`."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **(more or {})}
