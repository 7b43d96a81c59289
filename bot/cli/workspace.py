"""`assent workspace`: the local Slack alone, for any bot to join."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.local import local_workspace
from bot.cli.options import DataDir, Port
from bot.cli.say import say
from bot.cli.until_stopped import until_stopped
from bot.config import CommonSettings, read_settings
from bot.workspace import Config, Workspace, load_config


def workspace(
    port: Port = 3030,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Users, channels and apps, as TOML or JSON.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve a local Slack alone, for any bot to join."""
    settings = read_settings(CommonSettings)
    declared = load_config(config) if config else Config()
    until_stopped(_serve(declared, port=port, data_dir=data_dir or settings.data_dir))


async def _serve(config: Config, *, port: int, data_dir: Path) -> None:
    async with local_workspace(config, port=port, data_dir=data_dir) as served:
        _introduce(served, data_dir)
        await asyncio.get_running_loop().create_future()


def _introduce(served: Workspace, data_dir: Path) -> None:
    say("# A local Slack. A bot joins it with these settings:")
    say(f"SLACK_API_URL={served.api_url}")
    say(f"SLACK_BOT_TOKEN={served.bot_token}")
    say(f"SLACK_APP_TOKEN={served.app_token}")
    say(f"SLACK_SIGNING_SECRET={served.signing_secret}")
    say(f"# The page:    {served.page_url}")
    say(f"# Control API: {served.url}/control/, with the token in {data_dir / 'control-token'}")
    say("# Only this machine can reach it. Ctrl-C stops it.")
