"""Commands run on this machine: what they see, what is kept of them, and that nothing of them outlives them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.agents.context import RunContextWrapper
from bot.agents.errors import UserError
from bot.agents.record.tree import RunTree
from bot.agents.tools.local_shell import LocalShell
from bot.agents.tools.shell_call import ShellActionRequest, ShellCallData, ShellCommandOutput, ShellCommandRequest

RUNS_A_COMMAND = """
import asyncio, sys
from bot.agents.tools.local_shell import LocalShell
from tests.agents.test_local_shell import request

asyncio.run(LocalShell(sys.argv[1], shell="/bin/bash")(request(sys.argv[2])))
"""


def request(*commands: str, timeout_ms: int | None = None, max_output_length: int | None = None) -> ShellCommandRequest:
    """What an executor is given."""
    ctx = RunContextWrapper(context=None, run=RunTree(run_id="r_1", start_agent="desk", agent="desk"))
    return ShellCommandRequest(ctx, ShellCallData("c1", ShellActionRequest([*commands], timeout_ms, max_output_length)))


async def run(shell: LocalShell, command: str) -> ShellCommandOutput:
    """What comes of one command."""
    [output] = (await shell(request(command))).output
    return output


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if true():
                return
            await asyncio.sleep(0.01)


def files(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())


def written(path: Path) -> bool:
    return path.exists() and path.read_text().endswith("\n")


def runs(pid: str) -> bool:
    """Whether there is such a process. One that has ended is not, though the machine may be slow to bury orphans."""
    try:
        told = Path(f"/proc/{pid.strip()}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rpartition(")")[2].split()[0] not in ("Z", "X")


async def test_commands_run_in_order_in_the_directory_each_with_its_outputs_and_exit_code(tmp_path: Path) -> None:
    commands = ("pwd", "echo out; echo err >&2; exit 3", "no-such-command", "kill -9 $$", "-e")
    result = await LocalShell(tmp_path)(request(*commands))
    assert [output.command for output in result.output] == [*commands]
    assert [(output.status, output.exit_code) for output in result.output] == [
        ("completed", code) for code in (0, 3, 127, 128 + signal.SIGKILL, 127)
    ]
    assert result.output[0].stdout == f"{tmp_path}\n"
    assert (result.output[1].stdout, result.output[1].stderr) == ("out\n", "err\n")


async def test_a_command_sees_only_the_variables_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    monkeypatch.setenv("GREETING", "hello")
    seen = (await run(LocalShell(tmp_path), "env")).stdout
    assert "PATH=" in seen
    assert "xoxb-secret" not in seen
    assert "GREETING" not in seen
    assert "GREETING=hello" in (await run(LocalShell(tmp_path, env=["PATH", "GREETING", "NOT_SET"]), "env")).stdout


async def test_a_command_has_nothing_to_read_and_nothing_else_open(tmp_path: Path) -> None:
    assert (await run(LocalShell(tmp_path), "cat; read line; echo over")).stdout == "over\n"
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        assert "ours" not in (await run(LocalShell(tmp_path), "readlink /proc/self/fd/*")).stdout


async def test_what_is_no_text_is_replaced_and_a_character_may_come_in_two_pieces(tmp_path: Path) -> None:
    assert (await run(LocalShell(tmp_path), r"printf '\xff ok \0 end\xc3'")).stdout == "� ok � end�"
    shell = LocalShell(tmp_path, max_output=300_000)
    assert (await run(shell, "printf a; printf 'é%.0s' {1..100000}")).stdout == "a" + "é" * 100_000


async def test_of_a_long_output_the_beginning_and_the_end_are_kept(tmp_path: Path) -> None:
    output = await run(LocalShell(tmp_path, max_output=1000), "seq 1 100000; seq 1 100000 >&2")
    for text in (output.stdout, output.stderr):
        assert text.startswith("1\n2\n3\n")
        assert text.endswith("\n99999\n100000\n")
        assert " characters cut ...]" in text
    assert len(output.stdout) + len(output.stderr) == 1000


async def test_a_hundred_megabytes_are_read_in_little_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        output = await run(LocalShell(tmp_path), "head -c 100000000 /dev/zero | tr '\\0' x; echo end")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (output.exit_code, output.stdout[-4:]) == (0, "end\n")
    assert 19_000 < len(output.stdout) <= 20_000
    assert peak < 2_000_000


async def test_the_model_may_ask_for_less_time_and_output_and_never_for_more(tmp_path: Path) -> None:
    shell = LocalShell(tmp_path, timeout=0.2, max_output=100)
    more = await shell(request("seq 1 1000; sleep 1000", timeout_ms=10**9, max_output_length=10**9))
    assert (more.output[0].status, more.max_output_length) == ("timeout", 100)
    assert len(more.output[0].stdout + more.output[0].stderr) <= 100
    patient = LocalShell(tmp_path)
    less = await patient(request("seq 1 1000; sleep 1000", timeout_ms=200, max_output_length=10))
    assert (less.output[0].status, less.max_output_length) == ("timeout", 10)
    assert len(less.output[0].stdout + less.output[0].stderr) <= 10
    assert (await patient(request("seq 1 9", max_output_length=0))).output[0].stdout == ""


async def test_after_a_command_that_was_stopped_no_other_is_run(tmp_path: Path) -> None:
    result = await LocalShell(tmp_path, timeout=1)(request("echo begun; sleep 1000", "touch more", "touch yet-more"))
    [output] = result.output
    assert (output.status, output.exit_code, output.stdout) == ("timeout", None, "begun\n")
    assert output.stderr == "[Stopped, as it did not end within 1 s. The 2 after it were not run.]"
    assert files(tmp_path) == []


async def test_what_ignores_a_request_to_end_is_killed(tmp_path: Path) -> None:
    deaf = "trap '' TERM; sleep 1000 & echo $! > child; echo $$ > shell; wait"
    assert (await run(LocalShell(tmp_path, timeout=1, grace=0.1), deaf)).status == "timeout"
    for pid in ("child", "shell"):
        assert not runs((tmp_path / pid).read_text())


async def test_what_is_asked_to_end_may_put_things_in_order_also_when_its_shell_is_gone(tmp_path: Path) -> None:
    careful = "sh -c 'trap \"sleep 0.1; echo in order; exit\" TERM; echo > begun; while :; do sleep 0.02; done'; true"
    output = await run(LocalShell(tmp_path, timeout=1, grace=20), careful)
    assert (output.status, output.stdout) == ("timeout", "in order\n")


async def test_what_a_command_leaves_running_is_stopped_and_does_not_hold_it_up(tmp_path: Path) -> None:
    output = await run(LocalShell(tmp_path), "sleep 1000 & echo $! > child; echo begun; exit 4")
    assert (output.exit_code, output.stdout) == (4, "begun\n")
    assert output.stderr == "[What it had left running was stopped.]"
    assert not runs((tmp_path / "child").read_text())


async def test_what_leaves_the_group_and_holds_the_outputs_does_not_hold_up_the_command(tmp_path: Path) -> None:
    left = tmp_path / "left"
    output = await run(
        LocalShell(tmp_path), "setsid sh -c 'echo y; echo $$ > left; yes' & until [ -s left ]; do :; done"
    )
    try:
        assert (output.exit_code, output.stdout[:2]) == (0, "y\n")
    finally:
        os.killpg(int(left.read_text()), signal.SIGKILL)


async def test_all_of_a_fork_bomb_is_stopped(tmp_path: Path) -> None:
    bomb = "bomb() { echo $BASHPID >> pids; for _ in 1 2 3; do [ $1 = 0 ] || bomb $(($1 - 1)) & done; sleep 1000; }"
    output = await run(LocalShell(tmp_path, timeout=2, grace=0.1), f"trap '' TERM; {bomb}; bomb 3")
    assert output.status == "timeout"
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) > 1
    assert not any(runs(pid) for pid in pids)


async def test_a_cancelled_call_takes_its_commands_with_it_and_is_cancelled(tmp_path: Path) -> None:
    deaf = "trap '' TERM; sleep 1000 & echo $! > child; echo $$ > shell; wait"
    call = asyncio.create_task(LocalShell(tmp_path, grace=0.1)(request(deaf, "touch more")))
    await until(lambda: written(tmp_path / "shell"))
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not runs((tmp_path / "child").read_text())
    assert not runs((tmp_path / "shell").read_text())
    assert files(tmp_path) == ["child", "shell"]


async def test_a_call_that_is_cancelled_again_is_killed_at_once(tmp_path: Path) -> None:
    call = asyncio.create_task(LocalShell(tmp_path, grace=1000)(request("trap '' TERM; echo $$ > shell; sleep 1000")))
    await until(lambda: written(tmp_path / "shell"))
    call.cancel()
    await asyncio.sleep(0.05)
    assert not call.done()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    pid = (tmp_path / "shell").read_text()
    await until(lambda: not runs(pid))


@pytest.mark.parametrize("deaf", ["", "trap '' TERM; "])
async def test_a_command_is_stopped_when_the_process_that_runs_it_is_killed(tmp_path: Path, deaf: str) -> None:
    command = (
        f"{deaf}echo $$ > shell; (echo $BASHPID > child; for n in {{1..9000}}; do echo tick >> ticks; sleep 0.01; done)"
    )
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", RUNS_A_COMMAND, str(tmp_path), command)
    try:
        await until(lambda: written(tmp_path / "child") and written(tmp_path / "ticks"))
    finally:
        killed.kill()
        await killed.wait()
    pids = [(tmp_path / name).read_text() for name in ("shell", "child")]
    await until(lambda: not any(runs(pid) for pid in pids))


async def test_no_file_is_left_open_and_no_process_unburied(tmp_path: Path) -> None:
    shell = LocalShell(tmp_path, timeout=1, grace=0.05)
    before = files(Path("/dev/fd"))
    commands = ("true", "sleep 1000", "trap '' TERM; sleep 1000", "exec >&- 2>&-; sleep 0.01", "x" * 200_000)
    for command in commands:
        await run(shell, f"echo $$ >> pids; {command}")
    together = await asyncio.gather(*(run(shell, "echo $$") for _ in range(8)))
    pids = [*(tmp_path / "pids").read_text().split(), *(output.stdout.strip() for output in together)]
    assert len(pids) == 12
    assert not set(pids) & set(files(Path("/proc")))
    assert files(Path("/dev/fd")) == before


async def test_a_command_that_cannot_be_begun_says_why_and_the_next_one_is_run(tmp_path: Path) -> None:
    result = await LocalShell(tmp_path)(request(": " + "x" * 200_000, "echo a\0b", "echo \ud800", "echo next"))
    assert [output.exit_code for output in result.output] == [126, 126, 126, 0]
    assert result.output[0].stderr == "[Not run: Argument list too long.]"
    assert result.output[3].stdout == "next\n"


async def test_a_directory_that_vanishes_is_told_of(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    result = await LocalShell(place)(request('rmdir "$PWD"', "pwd"))
    assert [output.exit_code for output in result.output] == [0, 126]
    assert result.output[1].stderr == f"[Not run: the working directory {place} is not there any more.]"


def test_a_shell_that_cannot_work_is_refused_when_it_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for directory in ("nowhere", "file"):
        with pytest.raises(UserError, match="is no directory"):
            LocalShell(tmp_path / directory)
    with pytest.raises(UserError, match="cannot be run"):
        LocalShell(tmp_path, shell=tmp_path / "file")
    for timeout, max_output, grace in ((0, 1, 1), (1, 0, 1), (1, 1, -1)):
        with pytest.raises(UserError, match="above 0"):
            LocalShell(tmp_path, timeout=timeout, max_output=max_output, grace=grace)


async def test_another_shell_may_be_used(tmp_path: Path) -> None:
    assert (await run(LocalShell(str(tmp_path), shell="/bin/sh"), "echo $0")).stdout == "/bin/sh\n"
