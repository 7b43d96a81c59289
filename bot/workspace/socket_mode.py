"""Socket Mode: the connections of apps, and envelopes with their acks."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.workspace.changes import Changes
from bot.workspace.faults import DisconnectReason
from bot.workspace.model import App
from bot.workspace.wire import JsonObject, an_object, parsed, text

CONNECTION_LIMIT = 10
"""Open connections of one app, Slack's limit."""

_HOST = "applink-local"

Answer = asyncio.Future[JsonObject | None]
"""What will come back for an envelope: an ack, or None when the line closed."""


@dataclass(eq=False)
class Connection:
    """One open WebSocket of an app, and the envelopes that it has not acked yet."""

    app_id: str
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[JsonObject | None]] = field(
        default_factory=dict[str, "asyncio.Future[JsonObject | None]"]
    )

    async def deliver(self, envelope: JsonObject, *, within: float) -> JsonObject | None:
        """Send the envelope and wait for its ack: `{"payload": ...}` or `{}`; None when none came in time."""
        id = envelope["envelope_id"]
        answer: Answer = asyncio.get_running_loop().create_future()
        self.waiting[id] = answer
        try:
            await self.socket.send_json(envelope)
            async with asyncio.timeout(within):
                return await answer
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self.waiting[id]

    def acked(self, ack: JsonObject) -> None:
        answer = self.waiting.get(text(ack.get("envelope_id")))
        if answer and not answer.done():
            answer.set_result({"payload": ack["payload"]} if "payload" in ack else {})

    async def refresh(self, reason: DisconnectReason) -> None:
        """Ask the app to connect anew, or with "drop" cut the line without a word."""
        if reason == "drop":
            return self.cut()
        try:
            await self.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})
        except ConnectionError:
            self.cut()

    def cut(self) -> None:
        """Drop the line at once, as a broken network does."""
        self._give_up()
        transport = self.socket.get_extra_info("transport")
        if transport is not None:
            transport.abort()

    def _give_up(self) -> None:
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_result(None)

    async def read(self) -> None:
        """Take in acks until the line closes; what is unacked then never will be."""
        async for message in self.socket:
            if message.type is WSMsgType.TEXT:
                self.acked(an_object(parsed(message.data)))
        self._give_up()


class Sockets:
    """The open connections of every app. Each envelope goes to one of them, in turn."""

    def __init__(self, *, changes: Changes, clock: Callable[[], float]) -> None:
        self._changes = changes
        self._clock = clock
        self._tickets: dict[str, str] = {}
        self._connections: dict[str, list[Connection]] = {}
        self._arrived = asyncio.Event()

    def ticket(self, app: App) -> str:
        """A ticket that opens one connection."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = app.id
        return ticket

    def of(self, app_id: str) -> list[Connection]:
        return list(self._connections.get(app_id, []))

    async def next(self, app_id: str, *, within: float) -> Connection | None:
        """The connection whose turn it is, waiting for the app to connect; None when it does not."""
        try:
            async with asyncio.timeout(within):
                while not (turn := self.next_now(app_id)):
                    self._arrived.clear()
                    await self._arrived.wait()
                return turn
        except TimeoutError:
            return None

    def next_now(self, app_id: str) -> Connection | None:
        """The connection whose turn it is, or None when the app is not connected."""
        queue = self._connections.get(app_id)
        if not queue:
            return None
        queue.append(queue.pop(0))
        return queue[-1]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer an app's WebSocket handshake and stay with it until it closes."""
        app_id = self._tickets.pop(request.query.get("ticket", ""), None)
        if app_id is None:
            raise web.HTTPForbidden(text="This ticket opens nothing. Call apps.connections.open for a new one.")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(app_id, socket)
        if len(self.of(app_id)) >= CONNECTION_LIMIT:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await socket.close()
            return socket
        await self._stay(connection)
        return socket

    async def refresh(self, *, count: int, reason: DisconnectReason) -> int:
        """Disconnect up to `count` connections; returns how many there were."""
        all_of_them = [one for connections in self._connections.values() for one in connections]
        for connection in all_of_them[:count]:
            await connection.refresh(reason)
        return len(all_of_them[:count])

    async def close(self) -> None:
        for connections in list(self._connections.values()):
            for connection in list(connections):
                await connection.socket.close()

    async def _stay(self, connection: Connection) -> None:
        queue = self._connections.setdefault(connection.app_id, [])
        queue.append(connection)
        try:
            await connection.socket.send_json(self._hello(connection.app_id))
            self._arrived.set()
            self._tell(connection.app_id)
            await connection.read()
        finally:
            queue.remove(connection)
            self._tell(connection.app_id)

    def _tell(self, app_id: str) -> None:
        self._changes.tell("connections", app_id=app_id, connections=len(self.of(app_id)))

    def _hello(self, app_id: str) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": len(self.of(app_id)),
            "connection_info": {"app_id": app_id},
            "debug_info": {
                "host": _HOST,
                "started": str(int(self._clock())),
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }
