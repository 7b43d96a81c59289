"""/healthz and /readyz: whether the process is alive, and whether the bot can work."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def health_server(ready: Callable[[], bool], *, host: str, port: int) -> AsyncGenerator[int]:
    """Serve both for as long as the block lasts; yields the port, as 0 takes a free one.

    Raises `OSError` when the port is taken.
    """
    application = web.Application()
    application.add_routes([web.get("/healthz", _alive), web.get("/readyz", _readiness(ready))])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


def _readiness(ready: Callable[[], bool]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        now = ready()
        return web.json_response({"ready": now}, status=200 if now else 503)

    return answer
