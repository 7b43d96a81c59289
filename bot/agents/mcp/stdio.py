"""A server as a program of ours: messages over its standard input and output, and an end for all that it started.

The client of the `mcp` package reads its lines in a time that grows with the square of their length (46 s for a result
of 50 MB, all the while at the cost of everybody else on the loop), and without a limit.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

_log = logging.getLogger(__name__)

MOST_AT_ONCE = 128 * 1024 * 1024
"""Bytes of one message."""

_ENDS_WITHIN = 2.0
"""Seconds that a program has to end by itself once its input is closed, and again when it is told to."""

_LOOKS_EVERY = 0.01
_AT_ONCE = 65_536

Incoming = SessionMessage | Exception


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to start. `env` is added to the few variables that are handed on."""

    command: str
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    cwd: str | Path | None = None
    encoding: str = "utf-8"
    encoding_error_handler: str = "strict"


@asynccontextmanager
async def running(
    program: Program,
) -> AsyncGenerator[tuple[MemoryObjectReceiveStream[Incoming], MemoryObjectSendStream[SessionMessage]]]:
    """Start it, and give the streams of its messages; what it writes to standard error goes to ours.

    Raises `OSError` when it cannot be started. At the end its whole process group is ended.
    """
    process = await asyncio.create_subprocess_exec(
        program.command,
        *program.args,
        stdin=PIPE,
        stdout=PIPE,
        stderr=None if _standard_error_is_open() else DEVNULL,
        env={**get_default_environment(), **program.env},
        cwd=program.cwd,
        start_new_session=True,
        limit=MOST_AT_ONCE,
    )
    # no await before the group is entered: a cancellation between would leave the program running
    sink, incoming = anyio.create_memory_object_stream[Incoming](0)
    outgoing, source = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as group:
        group.start_soon(_read, process, program, sink)
        group.start_soon(_write, process, program, source, sink)
        try:
            yield incoming, outgoing
        finally:
            with anyio.CancelScope(shield=True):
                incoming.close()
                outgoing.close()
                await _end(process)
            group.cancel_scope.cancel()


async def _read(process: Process, program: Program, sink: MemoryObjectSendStream[Incoming]) -> None:
    assert process.stdout
    with suppress(ConnectionError):
        with sink, suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            async for message in _messages(process.stdout, program):
                await sink.send(message)
        while await process.stdout.read(_AT_ONCE):
            pass  # nobody listens any more, but a program that cannot write would not end by itself


async def _messages(stdout: asyncio.StreamReader, program: Program) -> AsyncGenerator[SessionMessage]:
    while True:
        try:
            line = await stdout.readuntil()
        except asyncio.IncompleteReadError:
            return
        except asyncio.LimitOverrunError:
            _log.warning("%s sent a message of more than %d bytes: it is ended.", program.command, MOST_AT_ONCE)
            return
        try:
            text = line.decode(program.encoding, program.encoding_error_handler)
            message = jsonrpc_message_adapter.validate_json(text, by_name=False)
        except ValueError as error:
            _log.debug("%s wrote a line that is no message: %s", program.command, type(error).__name__)
        else:
            yield SessionMessage(message)


async def _write(
    process: Process,
    program: Program,
    source: MemoryObjectReceiveStream[SessionMessage],
    sink: MemoryObjectSendStream[Incoming],
) -> None:
    assert process.stdin
    try:
        with source:
            async for each in source:
                text = each.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(f"{text}\n".encode(program.encoding, program.encoding_error_handler))
                await process.stdin.drain()
    except (ConnectionError, RuntimeError):
        sink.close()  # who waits for an answer learns that there will be none


async def _end(process: Process) -> None:
    """Close its input; then tell the group to end, and then kill it."""
    assert process.stdin
    with suppress(ConnectionError, RuntimeError):
        process.stdin.close()
    if not await _ended(process):
        _signal(process, signal.SIGTERM)
        await _ended(process)
    _signal(process, signal.SIGKILL)  # what it started may still run when it has ended
    if not await _ended(process):
        _log.warning("Process %d cannot be killed: it is left.", process.pid)
        return
    with anyio.move_on_after(_ENDS_WITHIN):
        await process.wait()  # until its pipes are closed as well


async def _ended(process: Process) -> bool:
    with anyio.move_on_after(_ENDS_WITHIN):
        while process.returncode is None:  # noqa: ASYNC110 - wait() also waits for whoever else holds its pipes
            await asyncio.sleep(_LOOKS_EVERY)
    return process.returncode is not None


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _standard_error_is_open() -> bool:
    try:
        os.fstat(2)
    except OSError:
        return False
    return True
