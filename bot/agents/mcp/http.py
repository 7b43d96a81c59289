"""The HTTP clients of MCP connections: they tell what the server surely never took, and what it may have taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2

# our codes; of those from -32099 to -32000 JSON-RPC lets everybody choose
NOT_TAKEN = -32_090
SESSION_GONE = -32_091
REFUSED = -32_092
ANSWER_LOST = -32_093
"""The server surely did nothing with a request; nor did it, as it has forgotten the session; nor did it, and never
will; it may have done something."""

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_BUSY = 429
_NOT_FOUND = 404
_REFUSALS = (401, 403, 404, 405)
_SESSION = "mcp-session-id"


class TellingClient(httpx2.AsyncClient):
    """Answers in the server's place when there is no answer, as an error that says what is known.

    Otherwise one request that fails takes the connection with it, and all that wait for others learn only that it is
    gone.
    """

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # Any: what httpx takes
        if request.method != "POST":
            return await super().send(request, **options)
        try:
            response = await super().send(request, **options)
        except _NEVER_SENT as error:
            return _error(request, NOT_TAKEN, f"the server cannot be reached: {_words(error)}")
        except httpx2.TransportError as error:
            return _error(request, ANSWER_LOST, f"the answer of the server was lost: {_words(error)}")
        if response.status_code == _NOT_FOUND and _SESSION in request.headers:
            await response.aclose()
            return _error(request, SESSION_GONE, "the server has forgotten the session")
        if response.status_code < 400 or "json" in response.headers.get("content-type", ""):
            return response
        await response.aclose()
        status = f"HTTP {response.status_code} {response.reason_phrase}".rstrip()
        return _error(request, _code(response.status_code), f"the server answered with {status}")


class LosingClient(httpx2.AsyncClient):
    """Says when a message did not arrive: the client of the package then sends no more, and waits for ever."""

    def __init__(self, lost: Callable[[str], None], **options: Any) -> None:
        super().__init__(**options)
        self._lost = lost

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        try:
            response = await super().send(request, **options)
        except httpx2.TransportError as error:
            self._lost(f"a message did not arrive: {_words(error)}")
            raise
        if request.method == "POST" and response.status_code >= 400:
            self._lost(f"a message was answered with HTTP {response.status_code}")
        return response


def _code(status: int) -> int:
    if status == _BUSY:
        return NOT_TAKEN
    return REFUSED if status in _REFUSALS else ANSWER_LOST


def _words(error: Exception) -> str:
    return f"{type(error).__name__} {error}".rstrip()


def _error(request: httpx2.Request, code: int, words: str) -> httpx2.Response:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": words}}
    content = json.dumps(body).encode()
    return httpx2.Response(503, headers={"content-type": "application/json"}, content=content, request=request)
