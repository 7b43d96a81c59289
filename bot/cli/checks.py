"""What `assent check` looks at, each with a verdict and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from openai import AsyncOpenAI
from redis.exceptions import RedisError

from bot.agents import AgentsError
from bot.agents.mcp import MCPServer
from bot.cli.model import ModelUnreachable, check_reachable
from bot.cli.prices import prices_of
from bot.cli.slack import TokenRefused, check_connects, installed
from bot.config import ConfigError, Settings
from bot.manifest import scopes
from bot.store.client import worker_client
from bot.store.connect import exposed, look_at_server
from bot.store.embedded import find_server
from bot.store.errors import EmbeddedRedisUnavailable, StoreUnavailable


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something looked at, whether it is well, and what was seen or is to be done."""

    well: bool
    what: str
    told: str


async def look_at_model(client: AsyncOpenAI) -> Check:
    try:
        await check_reachable(client)
    except ModelUnreachable as error:
        return Check(well=False, what="Model", told=f"{error}. See OPENAI_API_KEY and OPENAI_BASE_URL.")
    return Check(well=True, what="Model", told=f"{client.base_url.host} answers.")


async def look_at_mcp_server(server: MCPServer) -> Check:
    """Whether it opens, and what it lists."""
    what = f"MCP server {server.name}"
    try:
        if why := await server.try_to_connect():
            return Check(well=False, what=what, told=f"it cannot be opened: {why}.")
        tools = ", ".join(tool.name for tool in await server.list_tools()) or "none"
    except (AgentsError, OSError) as error:
        return Check(well=False, what=what, told=f"its tools cannot be listed: {error}.")
    finally:
        await server.cleanup()
    return Check(well=True, what=what, told=f"it opens. Its tools: {tools}.")


def look_at_prices(settings: Settings) -> list[Check]:
    """Whether the file of prices can be read, where one is named."""
    try:
        prices = prices_of(settings)
    except ConfigError as error:
        return [Check(well=False, what="Prices", told=str(error))]
    return [Check(well=True, what="Prices", told=f"of {', '.join(prices.models)}.")] if prices else []


async def look_at_redis(settings: Settings) -> list[Check]:
    """Whether the Redis can be reached, keeps what it accepted, and nobody else can write to it."""
    if settings.redis_url is None:
        return [_look_for_embedded()]
    url = settings.redis_url.get_secret_value()
    client = worker_client(url)
    try:
        server = await look_at_server(client)
    except (StoreUnavailable, RedisError) as error:
        return [Check(well=False, what="Redis", told=f"{error}. See REDIS_URL.")]
    finally:
        await client.aclose()
    version = ".".join(map(str, server.version))
    warnings = [Check(well=False, what="Redis", told=warning) for warning in server.warnings]
    kept = Check(well=True, what="Redis", told=f"version {version}, keeps what it accepts.")
    return [*(warnings or [kept]), _look_at_exposure(url, settings)]


async def look_at_bot_token(token: str, api_url: str) -> list[Check]:
    """Whose the token is, and its scopes beside those of the manifest."""
    try:
        found = await installed(token, api_url)
    except TokenRefused as error:
        return [Check(well=False, what="SLACK_BOT_TOKEN", told=f"{error}.")]
    valid = Check(well=True, what="SLACK_BOT_TOKEN", told=f"it is {found.bot} in {found.workspace}.")
    if absent := [scope for scope in scopes() if scope not in found.scopes]:
        told = f"{', '.join(absent)} missing. Give the app the scopes of manifest.yml, and install it again."
        return [valid, Check(well=False, what="Scopes", told=told)]
    more = ", ".join(sorted(found.scopes - set(scopes())))
    told = f"all of manifest.yml, and without need {more}." if more else "those of manifest.yml."
    return [valid, Check(well=True, what="Scopes", told=told)]


async def look_at_app_token(token: str, api_url: str) -> Check:
    try:
        await check_connects(token, api_url)
    except TokenRefused as error:
        return Check(well=False, what="SLACK_APP_TOKEN", told=f"{error}.")
    return Check(well=True, what="SLACK_APP_TOKEN", told="Socket Mode takes it.")


def _look_for_embedded() -> Check:
    try:
        server = find_server()
    except EmbeddedRedisUnavailable as error:
        return Check(well=False, what="Redis", told=f"REDIS_URL is not set. {error}")
    version = ".".join(map(str, server.version))
    told = f"REDIS_URL is not set; assent serve --embedded-redis would start {server.path}, version {version}."
    return Check(well=True, what="Redis", told=told)


def _look_at_exposure(url: str, settings: Settings) -> Check:
    why = exposed(url)
    if why is None:
        return Check(well=True, what="Redis access", told="only this machine, or TLS and a password.")
    if settings.insecure_redis:
        return Check(well=True, what="Redis access", told=f"{why}; ASSENT_INSECURE_REDIS allows it.")
    told = f"{why}. Whoever writes to it runs code in the workers: use rediss:// and a password."
    return Check(well=False, what="Redis access", told=told)
