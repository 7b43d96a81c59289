"""`assent demo`: everything on this machine, with an agent that operates a make-believe fleet."""

from typing import Annotated

import typer
from openai import AsyncOpenAI

from bot.app.logs import set_up_logs
from bot.app.served import Served
from bot.cli.local import Local, serve_locally
from bot.cli.model import client_for
from bot.cli.options import DataDir, NoOpen, Port
from bot.cli.until_stopped import until_stopped
from bot.config import CommonSettings, drop_proxies, read_settings
from bot.demo.agent import agent
from bot.demo.model_server import ModelServer

_TO_TYPE = ("@assent restart web-1", "@assent scale api to 8", "@assent what is running?")


def demo(
    port: Port = 3030,
    data_dir: DataDir = None,
    no_open: NoOpen = False,
    live: Annotated[bool, typer.Option("--live", help="Ask OpenAI's model, with OPENAI_API_KEY.")] = False,
) -> None:
    """Try it on this machine, with an agent of ours."""
    settings = read_settings(CommonSettings)
    set_up_logs(settings.log, level="WARNING")
    local = Local(
        port=port,
        data_dir=data_dir or settings.data_dir,
        open_page=not no_open,
        heading="This is a local Slack with a bot in it. The services it operates are make-believe.",
        to_type=_TO_TYPE,
    )
    until_stopped(_live(local, settings) if live else _offline(local, settings))


async def _offline(local: Local, settings: CommonSettings) -> None:
    drop_proxies()
    async with ModelServer() as server, AsyncOpenAI(api_key=server.api_key, base_url=server.base_url) as client:
        await serve_locally(Served(agent), local, settings=settings, openai_client=client)


async def _live(local: Local, settings: CommonSettings) -> None:
    async with client_for(settings, proxy=drop_proxies()) as client:
        await serve_locally(Served(agent), local, settings=settings, openai_client=client)
