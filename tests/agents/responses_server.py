"""A server for the Responses API that answers what a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from openai import AsyncOpenAI


@dataclass(frozen=True)
class Answer:
    """One answer over HTTP; with `events` it is a stream of them, and with `cut` the connection breaks after them."""

    status: int = 200
    body: object = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    events: Sequence[object] | None = None
    hang: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Sent:
    """One request as it came in."""

    body: dict[str, Any]
    headers: Mapping[str, str]
    query: dict[str, str]


@dataclass
class ResponsesServer:
    """Answers each request with the next of `answers`, the last one again and again."""

    answers: list[Answer]
    requests: list[Sent] = field(default_factory=list[Sent])
    base_url: str = ""
    clients: list[AsyncOpenAI] = field(default_factory=list[AsyncOpenAI])

    def client(self, *, max_retries: int = 0, timeout: float = 10) -> AsyncOpenAI:
        """A real client of this server, closed with it."""
        client = AsyncOpenAI(api_key="sk-test", base_url=self.base_url, max_retries=max_retries, timeout=timeout)
        self.clients.append(client)
        return client

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(Sent(await request.json(), request.headers, dict(request.query)))
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if answer.hang:
            await asyncio.sleep(60)
        if answer.events is not None:
            return await self._stream(request, answer, answer.events)
        text = json.dumps(answer.body) if answer.text is None else answer.text
        headers = {"Content-Type": "application/json"} | answer.headers
        return web.Response(status=answer.status, text=text, headers=headers)

    async def _stream(self, request: web.Request, answer: Answer, events: Sequence[object]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in events:
            if isinstance(event, str):
                await response.write(event.encode())
            else:
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        if answer.cut and request.transport:
            request.transport.abort()
        await response.write_eof()
        return response


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncGenerator[ResponsesServer]:
    """The server, on a free port of this machine, until the block ends."""
    server = ResponsesServer(list(answers))
    async with served(server, "/v1/responses"):
        yield server


@asynccontextmanager
async def served(server: ResponsesServer, path: str) -> AsyncGenerator[None]:
    """Let a server answer what is posted to `path`."""
    app = web.Application()
    app.router.add_post(path, server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield
    finally:
        for client in server.clients:
            await client.close()
        await runner.cleanup()


def response(*output: object, **fields: object) -> dict[str, Any]:
    """The body of a complete response."""
    usage = {
        "input_tokens": 12,
        "output_tokens": 3,
        "total_tokens": 15,
        "input_tokens_details": {"cached_tokens": 8},
        "output_tokens_details": {"reasoning_tokens": 2},
    }
    body: dict[str, object] = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1763964000,
        "model": "gpt-5.1",
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "output": list(output),
        "usage": usage,
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    }
    return body | fields
