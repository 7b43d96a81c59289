"""A server for the Conversations API: it gives items ids of its own, spells them out, and fails when it is told to."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from openai import AsyncOpenAI

Failure = Literal["limited", "broken before", "broken after", "silent after"]
"""What becomes of a write: refused for now, failed with nothing or all of it done, or done and the answer lost."""

Object = dict[str, Any]

_OWN_ID = ("reasoning", "mcp_approval_request", "web_search_call")


@dataclass
class ConversationsServer:
    """Conversations by id. `failures` are of the next writes of items; `writes` has what those were sent, in order.

    With a `page` that is the answer to all who read.
    """

    conversations: dict[str, list[Object]] = field(default_factory=dict[str, list[Object]])
    failures: list[Failure] = field(default_factory=list[Failure])
    writes: list[list[Object]] = field(default_factory=list[list[Object]])
    page: object = None
    base_url: str = ""
    clients: list[AsyncOpenAI] = field(default_factory=list[AsyncOpenAI])
    _given: int = 0

    def client(self, *, max_retries: int = 2) -> AsyncOpenAI:
        """A real client of this server, closed with it."""
        client = AsyncOpenAI(api_key="sk-test", base_url=self.base_url, max_retries=max_retries, timeout=10)
        self.clients.append(client)
        return client

    async def begin(self, _: web.Request) -> web.Response:
        self._given += 1
        self.conversations[id := f"conv_{self._given}"] = []
        return web.json_response({"id": id, "object": "conversation", "created_at": 1763964000, "metadata": {}})

    async def end(self, request: web.Request) -> web.Response:
        self._items(request)
        del self.conversations[request.match_info["conversation"]]
        return web.json_response({"id": request.match_info["conversation"], "deleted": True})

    async def list(self, request: web.Request) -> web.Response:
        if self.page is not None:
            return web.json_response(self.page)
        items = self._items(request)
        limit, after = int(request.query.get("limit", 20)), request.query.get("after")
        if not 1 <= limit <= 100:
            raise _refused(f"Invalid limit {limit}.")
        ordered = items[::-1] if request.query.get("order", "desc") == "desc" else items
        start = 1 + [item["id"] for item in ordered].index(after) if after else 0
        page = ordered[start : start + limit]
        last = page[-1]["id"] if page else None
        return web.json_response(
            {"object": "list", "data": page, "has_more": start + limit < len(ordered), "last_id": last}
        )

    async def add(self, request: web.Request) -> web.Response:
        sent = (await request.json())["items"]
        failure = self.failures.pop(0) if self.failures else None
        if failure == "limited":
            return web.json_response({"error": {"message": "Slow down."}}, status=429, headers={"Retry-After": "0"})
        if failure == "broken before":
            return web.json_response({"error": {"message": "Broken."}}, status=500)
        self._add(self._items(request), sent)
        if failure == "broken after":
            return web.json_response({"error": {"message": "Broken."}}, status=500)
        if failure == "silent after" and request.transport:
            request.transport.abort()
        return web.json_response({"object": "list", "data": []})

    async def remove(self, request: web.Request) -> web.Response:
        items = self._items(request)
        items[:] = [item for item in items if item["id"] != request.match_info["item"]]
        return web.json_response({"id": request.match_info["conversation"]})

    def _items(self, request: web.Request) -> list[Object]:
        found = self.conversations.get(request.match_info["conversation"])
        if found is None:
            raise web.HTTPNotFound(text='{"error": {"message": "No such conversation."}}')
        return found

    def _add(self, items: list[Object], sent: list[Object]) -> None:
        self.writes.append(sent)
        if not 1 <= len(sent) <= 20:
            raise _refused(f"Expected 1 to 20 items, got {len(sent)}.")
        new = [self._kept(item) for item in sent]
        if {item["id"] for item in items} & {item["id"] for item in new}:
            raise _refused("Duplicate item.")
        items += new

    def _kept(self, item: Object) -> Object:
        type = item.get("type", "message")
        if ("id" in item) != (type in _OWN_ID):
            raise _refused(f"Unexpected or missing id of a {type}.")
        if "created_by" in item:
            raise _refused("Unknown parameter: created_by.")
        self._given += 1
        kept = {"id": f"{type}_{self._given}", "type": type, "status": "completed", "created_by": "u_1"} | item
        if isinstance(content := item.get("content"), str):
            kept["content"] = [{"type": "input_text" if item["role"] == "user" else "output_text", "text": content}]
        return kept | ({"encrypted_content": None} if type == "reasoning" else {})


@asynccontextmanager
async def serving() -> AsyncGenerator[ConversationsServer]:
    """The server, on a free port of this machine, until the block ends."""
    server = ConversationsServer()
    app = web.Application()
    routes: list[tuple[str, str, Callable[[web.Request], Any]]] = [
        ("POST", "", server.begin),
        ("DELETE", "/{conversation}", server.end),
        ("GET", "/{conversation}/items", server.list),
        ("POST", "/{conversation}/items", server.add),
        ("DELETE", "/{conversation}/items/{item}", server.remove),
    ]
    for method, path, answer in routes:
        app.router.add_route(method, f"/v1/conversations{path}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield server
    finally:
        for client in server.clients:
            await client.close()
        await runner.cleanup()


def _refused(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=f'{{"error": {{"message": "{message}"}}}}', content_type="application/json")
