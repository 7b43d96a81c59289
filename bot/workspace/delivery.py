"""Deliver to an app what happened: events until they are acked, interactions once."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from time import monotonic

from bot.workspace.config import Config
from bot.workspace.faults import EnvelopeType, Fault, Faults
from bot.workspace.journal import EnvelopeEntry, Journal, without_tokens
from bot.workspace.model import App
from bot.workspace.socket_mode import Connection, Sockets
from bot.workspace.wire import JsonObject, an_object

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """Whether an envelope was acked, after how many milliseconds, and what came with the ack."""

    acked: bool
    ack_ms: float | None = None
    response: JsonObject | None = None
    connected: bool = True


class Delivery:
    """Envelopes out, acks back. Signed HTTP requests, Slack's other way, belong beside `sockets`."""

    def __init__(
        self, config: Config, *, sockets: Sockets, journal: Journal, faults: Faults, clock: Callable[[], float]
    ) -> None:
        self._config = config
        self._sockets = sockets
        self._journal = journal
        self._faults = faults
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def event(self, app: App, payload: JsonObject) -> None:
        """Deliver an event, again and again until it is acked or Slack would give up."""
        self._start(self._insist(app, payload))

    async def ask(self, app: App, kind: EnvelopeType, payload: JsonObject) -> Outcome:
        """Deliver once and wait for the ack: interactions and slash commands are never repeated."""
        return await self._attempt(app, kind, payload, attempt=0, reason="", connect_within=0)

    async def first_try(self, app: App, payload: JsonObject) -> Outcome:
        """Deliver an event and wait for its first attempt; the others, if it needs them, follow by themselves."""
        outcome = await self._attempt(app, "events_api", payload, attempt=0, reason="", connect_within=0)
        if not outcome.acked:
            self._start(self._repeat(app, payload))
        return outcome

    def drop(self) -> None:
        """Give up what is still on its way."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Give up what is still on its way, and wait until it has stopped."""
        self.drop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _insist(self, app: App, payload: JsonObject) -> None:
        patience = self._config.ack_within
        outcome = await self._attempt(app, "events_api", payload, attempt=0, reason="", connect_within=patience)
        if not outcome.acked:
            await self._repeat(app, payload)

    async def _repeat(self, app: App, payload: JsonObject) -> None:
        patience = self._config.ack_within
        for attempt, pause in enumerate(self._config.retry_after, 1):
            await asyncio.sleep(pause)
            outcome = await self._attempt(
                app, "events_api", payload, attempt=attempt, reason="timeout", connect_within=patience
            )
            if outcome.acked:
                return

    async def _attempt(
        self, app: App, kind: EnvelopeType, payload: JsonObject, *, attempt: int, reason: str, connect_within: float
    ) -> Outcome:
        fault = self._faults.for_envelope(kind)
        envelope = _envelope(kind, payload, attempt=attempt, reason=reason)
        if fault and fault.kind == "duplicate":
            self._start(self._again(app, kind, payload))
        connection = self._sockets.next_now(app.id)
        if connection is None and connect_within:
            connection = await self._sockets.next(app.id, within=connect_within)
        outcome = await self._send(connection, envelope, fault)
        self._journal.note(
            EnvelopeEntry(
                at=self._clock(),
                type=kind,
                envelope_id=envelope["envelope_id"],
                app_id=app.id,
                attempt=attempt,
                payload=without_tokens(payload),
                acked=outcome.acked,
                ack_ms=outcome.ack_ms,
                response=outcome.response,
                fault=fault.kind if fault else None,
            )
        )
        return outcome

    async def _again(self, app: App, kind: EnvelopeType, payload: JsonObject) -> None:
        await self._attempt(app, kind, payload, attempt=0, reason="", connect_within=0)

    async def _send(self, connection: Connection | None, envelope: JsonObject, fault: Fault | None) -> Outcome:
        if connection is None:
            return Outcome(acked=False, connected=False)
        match fault.kind if fault else None:
            case "delay":
                await asyncio.sleep(fault.seconds if fault else 0)
            case "timeout":
                await asyncio.sleep(self._config.ack_within)
                return Outcome(acked=False)
            case "disconnect":
                connection.cut()
                return Outcome(acked=False)
            case _:
                pass
        began = monotonic()
        ack = await connection.deliver(envelope, within=self._config.ack_within)
        if ack is None:
            return Outcome(acked=False)
        response = an_object(ack.get("payload")) or None
        return Outcome(acked=True, ack_ms=round((monotonic() - began) * 1000, 2), response=response)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("An event could not be delivered.", exc_info=error)


def _envelope(kind: EnvelopeType, payload: JsonObject, *, attempt: int, reason: str) -> JsonObject:
    envelope: JsonObject = {
        "envelope_id": str(uuid.uuid4()),
        "type": kind,
        "accepts_response_payload": kind != "events_api",
        "payload": payload,
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": attempt, "retry_reason": reason}
    return envelope
