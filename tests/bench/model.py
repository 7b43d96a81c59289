"""A model for benchmarks: so many calls first, then it is done; in process, or served over HTTP by `python -m`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiohttp import web

from bot.agents.models.interface import ModelRequest, RawEvent
from bot.agents.record.message import Response
from bot.agents.record.usage import Usage
from bot.agents.testing import call, message

Item = dict[str, Any]
USED = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}


def answer_to(items: Sequence[Item]) -> list[Item]:
    """As many calls as the question begins with, or the last word when there are outputs or none are asked for."""
    if items[-1].get("type") == "function_call_output":
        return [message("Done.")]
    count = int(str(items[-1]["content"]).split()[0])
    calls = [call("delete", {"order": f"A{number}"}, call_id=f"call_{number}") for number in range(count)]
    return calls or [message("Done.")]


class InProcess:
    """The model without anything between."""

    async def get_response(self, request: ModelRequest) -> Response:
        return Response(id="resp_1", output=answer_to(request.input), usage=Usage(requests=1, input_tokens=100))

    async def stream_response(self, request: ModelRequest) -> AsyncIterator[RawEvent | Response]:
        yield await self.get_response(request)


async def _respond(request: web.Request) -> web.Response:
    body: Any = await request.json()
    fields: Item = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1763964000,
        "model": body["model"],
        "status": "completed",
        "output": answer_to(body["input"]),
        "usage": USED
        | {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}},
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    }
    return web.Response(text=json.dumps(fields), content_type="application/json")


async def _serve() -> None:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/responses", _respond)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
