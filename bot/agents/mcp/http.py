"""The HTTP client of MCP connections: it tells which requests the server surely never took."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2

NOT_TAKEN = -32_090
"""Our code for a request that the server surely did nothing with; JSON-RPC leaves -32099 to -32000 to servers."""

ANSWER_LOST = -32_091
"""Our code for one that it may have taken."""

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_REFUSED = (401, 403, 404, 405, 429)
_SESSION = "mcp-session-id"


class TellingClient(httpx2.AsyncClient):
    """Answers in the server's place when there is no answer, as an error that says what is known.

    Otherwise one request that fails takes the connection with it, and all that wait for others learn only that it is
    gone. `lost` is called when the server could not be reached, or knows the session no more.
    """

    def __init__(self, lost: Callable[[str], None], **options: Any) -> None:  # Any: what httpx takes
        super().__init__(**options)
        self._lost = lost

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        if request.method != "POST":
            return await super().send(request, **options)
        try:
            response = await super().send(request, **options)
        except _NEVER_SENT as error:
            words = f"it cannot be reached: {type(error).__name__} {error}".rstrip()
            self._lost(words)
            return _error(request, NOT_TAKEN, words)
        except httpx2.TransportError as error:
            return _error(request, ANSWER_LOST, f"its answer was lost: {type(error).__name__} {error}".rstrip())
        if response.status_code == 404 and _SESSION in request.headers:
            await response.aclose()
            self._lost("it does not know the session any more")
            return _error(request, NOT_TAKEN, "it does not know the session any more")
        if response.status_code < 400 or "json" in response.headers.get("content-type", ""):
            return response
        await response.aclose()
        code = NOT_TAKEN if response.status_code in _REFUSED else ANSWER_LOST
        return _error(request, code, f"it answered with HTTP {response.status_code} {response.reason_phrase}".rstrip())


def _error(request: httpx2.Request, code: int, words: str) -> httpx2.Response:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": words}}
    content = json.dumps(body).encode()
    return httpx2.Response(503, headers={"content-type": "application/json"}, content=content, request=request)
