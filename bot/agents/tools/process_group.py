"""A program in a process group of its own: what it writes, when it ends, and an end for all that it started."""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.agents.tools.kept_output import KeptOutput

_AT_ONCE = 65_536
_MOST_THAT_A_PIPE_HOLDS = 1 << 20
_LOOK_AFTER, _LOOK_AGAIN_AFTER = 0.002, 0.05
_DYING_FOR = 2.0
# It is told the group in a line, and reads on until nobody can write to it; dash takes a group only after `kill -s`.
_WATCH = """
trap "" HUP INT TERM
read -r group || exit
read -r nothing
kill -s TERM -- "-$group"
sleep 2
kill -s KILL -- "-$group"
"""


class Pipe:
    """What a program writes to one of its outputs, read as it comes and kept within `most` characters."""

    def __init__(self, most: int) -> None:
        self.kept = KeptOutput(most)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __enter__(self) -> Self:
        self._end, given_away = os.pipe()
        self.given_away = os.fdopen(given_away, "wb", buffering=0)
        os.set_blocking(self._end, False)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._end, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_reader(self._end)
        os.close(self._end)
        self.given_away.close()

    def read_rest(self) -> None:
        """Take what was written by now, also when somebody still could write more."""
        for _ in range(_MOST_THAT_A_PIPE_HOLDS // _AT_ONCE):
            if not self._read():
                break
        self._keep(b"", final=True)

    def _read(self) -> bool:
        try:
            piece = os.read(self._end, _AT_ONCE)
        except BlockingIOError:
            return False
        if not piece:
            self._loop.remove_reader(self._end)
        self._keep(piece)
        return bool(piece)

    def _keep(self, piece: bytes, *, final: bool = False) -> None:
        # a NUL is no text: some that the output passes through take it for an end, and some refuse it
        self.kept.add(self._decoder.decode(piece, final).replace("\0", "\N{REPLACEMENT CHARACTER}"))


class Watcher:
    """A process beside us that stops a process group should we end, also by SIGKILL, before the group does."""

    def __enter__(self) -> Self:
        # close-on-exec, so that only we hold the end to write to: it is closed when we end, however that comes
        self._read_by_it, self._ours = os.pipe()
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _WATCH],
                stdin=self._read_by_it,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                start_new_session=True,
            )
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # before its pipe is closed, which would tell it that we have ended
        self._process.wait()
        self._close()

    def watch(self, group: int) -> None:
        """Name the group, once it is there."""
        os.write(self._ours, b"%d\n" % group)

    def _close(self) -> None:
        os.close(self._read_by_it)
        os.close(self._ours)


@dataclass(frozen=True)
class ProcessGroup:
    """A program that was started, and whatever it starts, unless that leaves the group.

    Should this process end before it, however that comes, the group is stopped all the same.
    """

    stdout: Pipe
    stderr: Pipe
    _process: subprocess.Popen[bytes]
    _pipes: ExitStack

    @classmethod
    def start(
        cls, program: Sequence[str], *, directory: Path, env: Mapping[str, str], most_output: int
    ) -> ProcessGroup:
        """Start it with nothing to read, and nothing open but its outputs. Raises `OSError` when that cannot be."""
        with ExitStack() as pipes:
            stdout, stderr = pipes.enter_context(Pipe(most_output)), pipes.enter_context(Pipe(most_output))
            watcher = pipes.enter_context(Watcher())  # first, as a command must not run unwatched while it starts
            process = subprocess.Popen(
                program,
                stdin=subprocess.DEVNULL,
                stdout=stdout.given_away,
                stderr=stderr.given_away,
                cwd=directory,
                env=env,
                start_new_session=True,
            )
            watcher.watch(process.pid)
            stdout.given_away.close()
            stderr.given_away.close()
            return cls(stdout, stderr, process, pipes.pop_all())

    async def ended(self, *, within: float) -> int | None:
        """The exit code of the program itself, as shells tell it; None when it still runs after so many seconds."""
        await _until(lambda: self._process.poll() is not None, within=within)
        code = self._process.poll()
        return code if code is None or code >= 0 else 128 - code

    async def gone(self, *, within: float) -> bool:
        """Whether within so many seconds nothing of the group runs any more."""
        return await _until(lambda: not self._lives(), within=within)

    async def stop(self, *, grace: float) -> None:
        """Ask all that runs to end, kill what still runs after `grace` seconds, and let go of the outputs.

        When it is cancelled it kills at once.
        """
        try:
            self._signal(signal.SIGTERM)
            await self.gone(within=grace)
        finally:
            self._signal(signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK_AGAIN_AFTER)  # it has ended, or is about to: leave no zombie
            self.stdout.read_rest()
            self.stderr.read_rest()
            self._pipes.close()
        await self.gone(within=_DYING_FOR)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if self._lives():
                os.killpg(self._process.pid, number)

    def _lives(self) -> bool:
        """Whether anything of the group runs; whatever of it has ended is reaped."""
        if self._process.poll() is None:
            return True
        with suppress(ChildProcessError):  # as the first process of a container we are given the orphans
            while os.waitpid(-self._process.pid, os.WNOHANG)[0]:
                pass
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:  # it is there, as another user
            return True
        return True


async def _until(true: Callable[[], bool], *, within: float) -> bool:
    """Whether it becomes true in time."""
    # Nobody tells of the end of a group, and a thread that waits for a process reaps it a while before we hear of it:
    # by then its number may be another's.
    pause = _LOOK_AFTER
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not true():
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LOOK_AGAIN_AFTER)
    return true()
