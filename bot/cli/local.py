"""A local Slack with a bot in it, on this machine alone: what `demo` and `dev` start."""

import asyncio
import webbrowser
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI

from bot.app.bot import BotConfig, running_bot
from bot.app.served import Served
from bot.approvals.policy import AnyMember
from bot.cli.failed import port_refused
from bot.cli.prices import prices_of
from bot.cli.say import say
from bot.cli.until_stopped import until_it_fails
from bot.config import CommonSettings
from bot.store.embedded import embedded_redis
from bot.store.embedded.directory import DataDir
from bot.workspace import Config, Workspace

REDIS_OF_LOCAL = "redis"
"""Where in the data directory the Redis of `demo` and `dev` keeps its files; `serve` has another place."""

_HINT = "To act as another person, use the switch beside your name on the page."


@dataclass(frozen=True, kw_only=True)
class Local:
    """Where the local workspace is served and kept, and what its page and the terminal tell people to type."""

    port: int
    data_dir: Path
    open_page: bool
    heading: str
    to_type: Sequence[str]


async def serve_locally(
    served: Served, local: Local, *, settings: CommonSettings, openai_client: AsyncOpenAI | None = None
) -> None:
    """Serve an agent in a local workspace until cancelled. Raises when a part of the bot dies for good."""
    async with (
        local_workspace(Config(), port=local.port, data_dir=local.data_dir, welcome=_welcome(local)) as workspace,
        embedded_redis(local.data_dir / REDIS_OF_LOCAL) as redis,
    ):
        config = BotConfig(
            redis_url=redis.url,
            slack_bot_token=workspace.bot_token,
            slack_app_token=workspace.app_token,
            slack_api_url=workspace.api_url,
            approvers=AnyMember(),
            expires_for=settings.expires_for,
            hint=_HINT,
            openai_client=openai_client,
            max_turns=settings.max_turns,
            prices=prices_of(settings),
        )
        async with running_bot(config, served) as bot:
            _introduce(local, workspace)
            if local.open_page:
                await asyncio.to_thread(_open, workspace.page_url)
            await until_it_fails(bot)


@asynccontextmanager
async def local_workspace(config: Config, *, port: int, data_dir: Path, welcome: str = "") -> AsyncGenerator[Workspace]:
    """A local Slack alone, its state in `data_dir`, which no other process may use meanwhile."""
    with DataDir.prepare(data_dir).own():
        workspace = Workspace(config, port=port, data_dir=data_dir, welcome=welcome)
        try:
            await workspace.start()
        except OSError as error:
            raise port_refused(port, error, choose="--port") from error
        try:
            yield workspace
        finally:
            await workspace.close()


def _welcome(local: Local) -> str:
    return f"Type: {local.to_type[0]}" if local.to_type else ""


def _introduce(local: Local, workspace: Workspace) -> None:
    say(local.heading)
    say()
    say(f"  Open  {workspace.page_url}")
    for number, wish in enumerate(local.to_type):
        say(f"  {'or  ' if number else 'Type'}  {wish}")
    say()
    say("Only this machine can reach it. Ctrl-C stops it.")


def _open(url: str) -> None:
    """Open the page, unless the only browser would take the terminal, or there is none."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(url)
