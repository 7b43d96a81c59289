"""`assent check`: whether all is set up, line by line."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import typer

from bot.app.logs import set_up_logs
from bot.app.target import TargetError, load_target
from bot.cli.checks import (
    Check,
    look_at_app_token,
    look_at_bot_token,
    look_at_mcp_server,
    look_at_model,
    look_at_prices,
    look_at_redis,
)
from bot.cli.model import client_for, client_of, use_settings_for_models
from bot.cli.round_trip import round_trip
from bot.cli.say import say
from bot.config import ConfigError, Settings, drop_proxies, missing, read_settings


def check(
    target: Annotated[str | None, typer.Argument(help="What you are going to serve.")] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="NAME", help="Post a test card there, and wait for a click.")
    ] = None,
) -> None:
    """Look whether all is set up, line by line."""
    raise typer.Exit(0 if asyncio.run(_all_well(target, channel)) else 1)


async def _all_well(target: str | None, channel: str | None) -> bool:
    well = True
    async for found in _checks(target, channel):
        first, *more = found.told.splitlines()
        say(f"{'✓' if found.well else '✗'} {found.what}: {first}")
        for line in more:
            say(f"  {line}")
        well = well and found.well
    return well


async def _checks(target: str | None, channel: str | None) -> AsyncIterator[Check]:
    try:
        settings = read_settings(Settings)
    except ConfigError as error:
        for problem in error.problems:
            yield Check(well=False, what="Settings", told=problem)
        return
    set_up_logs(settings.log, level="WARNING")
    proxy = drop_proxies() if settings.slack_is_here else None
    for one in [*_look_at_settings(settings), *look_at_prices(settings)]:
        yield one
    use_settings_for_models(settings, proxy=proxy)
    async for one in _look_at_agent(target, settings):
        yield one
    for one in await look_at_redis(settings):
        yield one
    async for one in _look_at_slack(settings, channel):
        yield one


def _look_at_settings(settings: Settings) -> list[Check]:
    needed = {
        "SLACK_BOT_TOKEN": settings.slack_bot_token,
        "SLACK_APP_TOKEN": settings.slack_app_token,
        "ASSENT_APPROVERS": settings.approvers,
    }
    absent = [missing(name) for name, value in needed.items() if value is None]
    return [Check(well=False, what="Settings", told=told) for told in absent] or [
        Check(well=True, what="Settings", told="all that assent serve needs.")
    ]


async def _look_at_agent(target: str | None, settings: Settings) -> AsyncIterator[Check]:
    """The agent, if one is named, and the model that it asks, or else OpenAI's."""
    try:
        if target is None:
            async with client_for(settings) as client:
                yield await look_at_model(client)
            return
        async with load_target(target) as served:
            tools = ", ".join(tool.name for tool in served.agent.tools) or "none"
            yield Check(well=True, what="Agent", told=f"{served.agent.name} loads. Its tools: {tools}.")
            for server in served.mcp_servers:
                yield await look_at_mcp_server(server)
            client = client_of(served)
            if client is not None:
                yield await look_at_model(client)
    except TargetError as error:
        yield Check(well=False, what="Agent", told=str(error))
    except ConfigError as error:
        yield Check(well=False, what="Model", told=str(error))


async def _look_at_slack(settings: Settings, channel: str | None) -> AsyncIterator[Check]:
    bot, app = settings.slack_bot_token, settings.slack_app_token
    connects = await look_at_app_token(app.get_secret_value(), settings.slack_api_url) if app else None
    if bot:
        for one in await look_at_bot_token(bot.get_secret_value(), settings.slack_api_url):
            yield one
    if connects:
        yield connects
    if channel is None:
        return
    if bot and app and connects and connects.well:
        yield await round_trip(
            channel,
            bot_token=bot.get_secret_value(),
            app_token=app.get_secret_value(),
            api_url=settings.slack_api_url,
        )
    else:
        yield Check(well=False, what="Round trip", told="not tried, as it needs both tokens.")
