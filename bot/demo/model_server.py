"""A model server for a machine without a network: OpenAI's Responses API on 127.0.0.1, answered by simple rules."""

import asyncio
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web
from pydantic_core import to_json

from bot.demo.model_request import BadRequest, read_request
from bot.demo.model_response import JsonObject, Response
from bot.demo.script import answer

MODEL = "assent-demo"
"""The model that the server lists; every other name is answered as well."""

_HOST = "127.0.0.1"
_BODY_LIMIT = 32 * 1024 * 1024
_LET_GO_WITHIN = 0.5
"""Seconds that answers under way get when the server closes."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ModelServer:
    """Answers `POST /v1/responses`, whole or streamed, to whoever has the key.

    `async with ModelServer() as server:` serves until the block ends; `delay` is how many seconds the model thinks
    before each answer, `port` 0 takes a free one.
    """

    def __init__(self, *, delay: float = 0.0, port: int = 0, clock: Callable[[], float] = time.time) -> None:
        self._delay = delay
        self._port = port
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self.api_key = f"sk-demo-{secrets.token_urlsafe(24)}"

    @property
    def base_url(self) -> str:
        """The `base_url` of a client: "http://127.0.0.1:PORT/v1". Raises `RuntimeError` before the start."""
        if self._runner is None:
            raise RuntimeError("The model server does not run. Use it as: async with ModelServer() as server: ...")
        return f"http://{_HOST}:{self._runner.addresses[0][1]}/v1"

    async def start(self) -> None:
        """Serve. Raises `OSError` when the port is taken."""
        runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=_LET_GO_WITHIN
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner

    async def close(self) -> None:
        """Stop; a stream under way is cut."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard], client_max_size=_BODY_LIMIT)
        application.add_routes(
            [
                web.post("/v1/responses", self._respond),
                web.get("/v1/models", self._models),
                web.get("/v1/models/{model:.+}", self._model),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Let in who has the key, and tell what is wrong in the service's form."""
        if (refused := self._refused(request)) is not None:
            return refused
        try:
            return await handler(request)
        except BadRequest as wrong:
            return _error(400, str(wrong), param=wrong.param, code=wrong.code)
        except web.HTTPException as wrong:
            return _error(
                wrong.status, f"{wrong.reason}: {request.method} {request.path}", code=_CODES.get(wrong.status)
            )

    def _refused(self, request: web.Request) -> web.Response | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            return _error(401, "Missing bearer authentication in header. Send: Authorization: Bearer API_KEY")
        if not hmac.compare_digest(key.encode(errors="surrogateescape"), self.api_key.encode()):
            return _error(401, "Incorrect API key provided. This server's own key is needed.", code="invalid_api_key")
        return None

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        asked = read_request(await request.read())
        response = Response.to(asked, answer(asked), created_at=int(self._clock()))
        if asked.stream:
            return await self._stream(request, response)
        await asyncio.sleep(self._delay)
        return _json(response.as_json())

    async def _stream(self, request: web.Request, response: Response) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await stream.prepare(request)
        for event in response.events():
            await stream.write(b"event: %s\ndata: %s\n\n" % (str(event["type"]).encode(), to_json(event)))
            if event["type"] == "response.in_progress":
                await asyncio.sleep(self._delay)
        await stream.write_eof()
        return stream

    async def _models(self, _request: web.Request) -> web.StreamResponse:
        return _json({"object": "list", "data": [self._described(MODEL)]})

    async def _model(self, request: web.Request) -> web.StreamResponse:
        return _json(self._described(request.match_info["model"]))

    def _described(self, model: str) -> JsonObject:
        return {"id": model, "object": "model", "created": int(self._clock()), "owned_by": "assent"}


_CODES = {404: "unknown_url", 405: "method_not_allowed", 413: "request_too_large"}


def _json(value: JsonObject, *, status: int = 200) -> web.Response:
    return web.Response(body=to_json(value), status=status, content_type="application/json")


def _error(status: int, message: str, *, param: str | None = None, code: str | None = None) -> web.Response:
    error: JsonObject = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return _json({"error": error}, status=status)
