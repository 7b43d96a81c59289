"""`assent serve`: the bot for Slack."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer

from bot.app.bot import Bot, BotConfig, running_bot
from bot.app.health import health_server
from bot.app.logs import set_up_logs
from bot.app.served import Served
from bot.app.target import load_target
from bot.cli.failed import CommandFailed, port_refused
from bot.cli.model import client_of, use_settings_for_models
from bot.cli.options import DataDir, Target
from bot.cli.prices import prices_of
from bot.cli.until_stopped import until_it_fails, until_stopped
from bot.config import ConfigError, ServeSettings, SharedServeSettings, read_settings
from bot.slack.api import SlackRefused
from bot.store.client import worker_client
from bot.store.connect import exposed, look_at_server
from bot.store.embedded import embedded_redis

REDIS_OF_SERVE = "serve"
"""Where in the data directory the embedded Redis of `serve` keeps its files."""

_log = structlog.get_logger(__name__)


def serve(
    target: Target,
    embedded: Annotated[
        bool, typer.Option("--embedded-redis", help="Keep runs in a Redis that Assent starts, in the data directory.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Serve an agent in Slack."""
    settings = read_settings(ServeSettings if embedded else SharedServeSettings)
    set_up_logs(settings.log)
    until_stopped(_serve(target, settings, data_dir=data_dir or settings.data_dir))


async def _serve(target: str, settings: ServeSettings, *, data_dir: Path) -> None:
    use_settings_for_models(settings)
    async with _redis(settings, data_dir) as redis_url, load_target(target) as served:
        client_of(served)  # without a key it is better to say so now
        await _warn_of_redis(redis_url)
        try:
            await _run(_config(settings, redis_url), served, settings)
        except SlackRefused as refused:
            raise CommandFailed(f"{refused}. See what is wrong with: assent check") from refused


@asynccontextmanager
async def _redis(settings: ServeSettings, data_dir: Path) -> AsyncGenerator[str]:
    if not isinstance(settings, SharedServeSettings):
        async with embedded_redis(data_dir / REDIS_OF_SERVE) as redis:
            yield redis.url
        return
    url = settings.redis_url.get_secret_value()
    if why := exposed(url):
        if not settings.insecure_redis:
            raise ConfigError(
                f"REDIS_URL is not safe: {why}. Whoever writes to that Redis runs code in this process. "
                "Use rediss:// and a password, or set ASSENT_INSECURE_REDIS=1 if nobody else can reach it."
            )
        _log.warning("ASSENT_INSECURE_REDIS is set: whoever writes to this Redis runs code here", why=why)
    yield url


async def _warn_of_redis(url: str) -> None:
    client = worker_client(url)
    try:
        for warning in (await look_at_server(client)).warnings:
            _log.warning(warning)
    finally:
        await client.aclose()


def _config(settings: ServeSettings, redis_url: str) -> BotConfig:
    return BotConfig(
        redis_url=redis_url,
        slack_bot_token=settings.slack_bot_token.get_secret_value(),
        slack_app_token=settings.slack_app_token.get_secret_value(),
        slack_api_url=settings.slack_api_url,
        approvers=settings.approvers,
        requesters=settings.requesters,
        channels=settings.channels,
        expires_for=settings.expires_for,
        max_turns=settings.max_turns,
        prices=prices_of(settings),
    )


async def _run(config: BotConfig, served: Served, settings: ServeSettings) -> None:
    """Run the bot until it dies; whether it is ready is told from before it is."""
    running: list[Bot] = []
    async with AsyncExitStack() as stack:
        try:
            port = await stack.enter_async_context(
                health_server(
                    lambda: any(bot.ready for bot in running), host=settings.http_host, port=settings.http_port
                )
            )
        except OSError as error:
            raise port_refused(settings.http_port, error, choose="ASSENT_HTTP_PORT") from error
        _log.info("health is served", host=settings.http_host, port=port)
        bot = await stack.enter_async_context(running_bot(config, served))
        running.append(bot)
        await until_it_fails(bot)
