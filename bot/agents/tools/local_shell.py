"""Run the commands of shell calls on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bot.agents.errors import UserError
from bot.agents.tools.kept_output import shared
from bot.agents.tools.process_group import ProcessGroup
from bot.agents.tools.shell_call import ShellCallOutcome, ShellCommandOutput, ShellCommandRequest, ShellResult

PASSED_ON = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""The environment variables that commands are given, where they are set."""

_SHELLS = (Path("/bin/bash"), Path("/bin/sh"))
_ENDS_BY_ITSELF_WITHIN = 0.5
_NOT_STARTED = 126  # what shells say of a command that cannot be begun


class LocalShell:
    """An executor for `ShellTool`: one shell for each command, one after the other, with nothing to read.

    A command has `timeout` seconds; then its process group is told to end and, `grace` seconds later, killed, and the
    commands after it are not run. The same happens when the call is cancelled, and, with a grace of two seconds, when
    this process is killed. What a command leaves running in its process group is stopped when it ends; what has left
    the group, by `setsid` or as a daemon, is not: it goes on, and may still write where it could. Of its two outputs
    together at most `max_output` characters are kept, and what was cut is announced. The model may ask for less time
    and output, never for more. `env` names the variables of this process that commands see. It is no sandbox: a command
    can do and read whatever the user can under whom this process runs.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        env: Iterable[str] = PASSED_ON,
        timeout: float = 120.0,
        max_output: int = 20_000,
        shell: str | Path | None = None,
        grace: float = 5.0,
    ) -> None:
        self._directory = Path(directory).absolute()
        self._env = tuple(env)
        self._timeout = timeout
        self._max_output = max_output
        self._shell = Path(shell) if shell else next((each for each in _SHELLS if each.exists()), _SHELLS[-1])
        self._grace = grace
        if not self._directory.is_dir():
            raise UserError(f"{self._directory} is no directory. Make it, or give the shell another to work in.")
        if not os.access(self._shell, os.X_OK):
            raise UserError(f"{self._shell} cannot be run. Give the path of a shell such as /bin/bash.")
        if timeout <= 0 or max_output <= 0 or grace < 0:
            raise UserError("A shell's timeout and max_output must be above 0, and its grace not below.")

    async def __call__(self, request: ShellCommandRequest) -> ShellResult:
        """Run the commands, until one has to be stopped."""
        action = request.data.action
        timeout = self._timeout if action.timeout_ms is None else min(self._timeout, action.timeout_ms / 1000)
        asked = self._max_output if action.max_output_length is None else action.max_output_length
        within = min(self._max_output, asked)
        outputs: list[ShellCommandOutput] = []
        for place, command in enumerate(action.commands, start=1):
            after = len(action.commands) - place
            outputs.append(await self._run(command, timeout=timeout, within=within, after=after))
            if outputs[-1].status == "timeout":
                break
        return ShellResult(outputs, max_output_length=action.max_output_length and within)

    async def _run(self, command: str, *, timeout: float, within: int, after: int) -> ShellCommandOutput:
        try:
            group = self._start(command, within)
        except (OSError, ValueError) as error:
            return ShellCommandOutput(
                "", self._why_not(error)[:within], ShellCallOutcome("exit", _NOT_STARTED), command
            )
        notes: list[str] = []
        try:
            exit_code = await group.ended(within=timeout)
            if exit_code is None:
                notes.append(_stopped(timeout, after=after))
            elif not await group.gone(within=_ENDS_BY_ITSELF_WITHIN):
                notes.append("[What it had left running was stopped.]")
        finally:
            await group.stop(grace=self._grace)
        stdout, stderr = _texts(group, notes, within=within)
        outcome = ShellCallOutcome("timeout") if exit_code is None else ShellCallOutcome("exit", exit_code)
        return ShellCommandOutput(stdout, stderr, outcome, command)

    def _start(self, command: str, within: int) -> ProcessGroup:
        # read when a command starts, and only to leave variables out: a child has all of them otherwise
        env = {name: os.environ[name] for name in self._env if name in os.environ}
        program = [str(self._shell), "-c", "--", command]
        return ProcessGroup.start(program, directory=self._directory, env=env, most_output=within)

    def _why_not(self, error: Exception) -> str:
        if not self._directory.is_dir():
            return f"[Not run: the working directory {self._directory} is not there any more.]"
        return f"[Not run: {error.strerror if isinstance(error, OSError) else error}.]"


def _stopped(timeout: float, *, after: int) -> str:
    rest = f" The {after} after it were not run." if after else ""
    return f"[Stopped, as it did not end within {timeout:g} s.{rest}]"


def _texts(group: ProcessGroup, notes: list[str], *, within: int) -> tuple[str, str]:
    """Both outputs, and our notes at the end of the second."""
    said = "\n".join(notes)
    room = max(0, within - len(said) - 1)
    of_stdout, of_stderr = shared(group.stdout.kept.length, group.stderr.kept.length, within=room if said else within)
    stderr = group.stderr.kept.text(of_stderr)
    between = "\n" if said and stderr and not stderr.endswith("\n") else ""
    return group.stdout.kept.text(of_stdout), f"{stderr}{between}{said}"[:within]
