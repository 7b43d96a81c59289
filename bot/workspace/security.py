"""The door: who may talk to the workspace at all.

Real tools run behind its buttons, so a web page somewhere else must not be able to press them: not by a form, not by a
name that it rebinds to this machine, and not without the token that was printed at the start.
"""

import secrets

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TOKEN_IN_ADDRESS = ("/", "/control/stream")
"""Where a browser cannot send a header: the page itself, and the stream that it listens to."""


def new_token() -> str:
    return secrets.token_urlsafe(32)


def guard(*, token: str) -> Middleware:
    """Let through what comes from this machine's own page or tools and, on page and control API, has the token."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = _refusal(request, token=token)
        response = refused or await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    return check


def stream_headers() -> dict[str, str]:
    """The same headers, for an answer that begins before the guard sees it."""
    return dict(_HEADERS)


def _refusal(request: web.Request, *, token: str) -> web.Response | None:
    if not _own_host(request):
        return _refused(403, "foreign_host", "Call the workspace by its own address, 127.0.0.1 and its port.")
    if not _own_origin(request):
        return _refused(403, "foreign_origin", "Only the workspace's own page may call it from a browser.")
    if request.path != "/" and not request.path.startswith("/control/"):
        return None
    if request.method == "POST" and request.content_type != "application/json":
        return _refused(415, "not_json", "Send JSON, with Content-Type: application/json.")
    if not secrets.compare_digest(_token_of(request).encode(), token.encode()):
        return _refused(
            401,
            "invalid_token",
            "The control token is missing or wrong. Open the address printed at the start, or send the token in the "
            "file control-token as Authorization: Bearer.",
        )
    return None


def _own_host(request: web.Request) -> bool:
    return request.host in _hosts(request)


def _own_origin(request: web.Request) -> bool:
    origins = request.headers.getall("Origin", [])
    return all(origin.removeprefix("http://") in _hosts(request) and "://" in origin for origin in origins)


def _hosts(request: web.Request) -> tuple[str, ...]:
    port = _port(request)
    return (f"127.0.0.1:{port}", f"localhost:{port}")


def _port(request: web.Request) -> int:
    address = request.transport.get_extra_info("sockname") if request.transport else None
    return address[1] if address else 0


def _token_of(request: web.Request) -> str:
    bearer = request.headers.get("Authorization", "")
    if bearer.startswith("Bearer "):
        return bearer.removeprefix("Bearer ").strip()
    return request.query.get("token", "") if request.path in _TOKEN_IN_ADDRESS else ""


def _refused(status: int, error: str, message: str) -> web.Response:
    return web.json_response({"ok": False, "error": error, "message": message}, status=status)
