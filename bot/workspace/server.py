"""The workspace as a server on 127.0.0.1: page, control API, Web API and Socket Mode on one port."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from aiohttp import web

from bot.workspace.config import Config
from bot.workspace.control import control_routes
from bot.workspace.control.stream import Stream
from bot.workspace.deeds.people import find_app
from bot.workspace.model import App
from bot.workspace.security import guard, new_token
from bot.workspace.state_file import StateFile, write_private
from bot.workspace.web_api import WebApi
from bot.workspace.web_api.files import serve_upload
from bot.workspace.web_api.response_url import serve_response
from bot.workspace.world import World, make_world

HOST = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
_BODY_LIMIT = 8 * 1024 * 1024
_LET_GO_WITHIN = 0.5
"""Seconds that answers under way get when the workspace closes."""


class Workspace:
    """A local Slack. `async with Workspace() as workspace:` serves it until the block ends.

    `port` 0 takes a free one. With `data_dir`, messages and tokens are kept there and found again, and the control
    token is written to `control-token` in it, readable by its owner alone. `welcome` is what the page says at the top.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        port: int = 0,
        data_dir: Path | None = None,
        welcome: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._world: World = make_world(config or Config(), clock=clock)
        self._port = port
        self._data_dir = data_dir
        self._welcome = welcome
        self._stream = Stream(self._world)
        self._file = StateFile(data_dir, self._world.state) if data_dir else None
        self._runner: web.AppRunner | None = None
        self.control_token = new_token()

    @property
    def url(self) -> str:
        """Where everything is served, "http://127.0.0.1:PORT"."""
        return self._world.place.url

    @property
    def api_url(self) -> str:
        """The `base_url` of a Slack client; it ends with a slash."""
        return f"{self.url}/api/"

    @property
    def page_url(self) -> str:
        """The page's address with the control token in it: whoever has it, acts as everyone."""
        return f"{self.url}/?token={self.control_token}"

    @property
    def app(self) -> App:
        """The first app, with its tokens."""
        return find_app(self._world.state.people, "")

    @property
    def bot_token(self) -> str:
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    async def start(self) -> None:
        """Serve. Raises `OSError` when the port is taken, `WorkspaceConfigError` when what was kept is damaged."""
        if self._data_dir and self._file:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file.load()
        self._runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=_LET_GO_WITHIN
        )
        await self._runner.setup()
        await self._listen(self._runner)
        self._world.place.url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        if self._data_dir and self._file:
            write_private(self._data_dir / "control-token", self.control_token)
            await self._file.start()

    async def close(self) -> None:
        """Let everybody go and stop; what is kept is on disk when this returns."""
        self._stream.close()
        await self._world.delivery.close()
        await self._world.sockets.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        if self._file:
            await self._file.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, HOST, self._port).start()
        except OSError:
            await runner.cleanup()
            raise

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[guard(token=self.control_token)], client_max_size=_BODY_LIMIT)
        web_api, world = WebApi(self._world), self._world

        async def serve_answer(request: web.Request) -> web.StreamResponse:
            return await serve_response(world, request)

        async def serve_file(request: web.Request) -> web.StreamResponse:
            return await serve_upload(world, request)

        application.add_routes(control_routes(world, stream=self._stream, welcome=self._welcome))
        application.add_routes(
            [
                web.route("*", "/api/{method}", web_api.serve),
                web.get("/link/", world.sockets.serve),
                web.post("/response/{secret}", serve_answer),
                web.post("/upload/{secret}", serve_file),
                web.get("/", _index),
                web.static("/page", _PAGE),
            ]
        )
        return application


async def _index(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(_PAGE / "index.html")
