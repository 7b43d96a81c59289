"""A workspace, a Redis, and our side of Slack between the two."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.slack.clients import Clients, make_clients
from bot.slack.directory import Directory
from bot.slack.writer import ThreadWriter
from bot.store.client import Client, listener_client
from bot.store.posts import Posts
from bot.workspace import Config, Workspace
from bot.workspace.driver import Driver
from tests.slack.people import BOT, TEAM
from tests.slack.place import Place, connected


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk's Socket Mode client sends even loopback traffic through a proxy that the environment names."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace(Config(retry_after=(0.1, 0.3, 0.3))) as workspace:
        yield workspace


@pytest.fixture
async def driver(workspace: Workspace) -> AsyncIterator[Driver]:
    async with Driver(workspace.url, workspace.control_token) as driver:
        yield driver


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Client]:
    client = listener_client(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def clients(workspace: Workspace) -> Clients:
    return make_clients(workspace.bot_token, workspace.api_url)


@pytest.fixture
def posts(store: Client) -> Posts:
    return Posts(store)


@pytest.fixture
def writer(clients: Clients, posts: Posts) -> ThreadWriter:
    return ThreadWriter(clients.posting, posts, bot_user=BOT)


@pytest.fixture
def directory(clients: Clients) -> Directory:
    return Directory(clients.looking_up, team=TEAM, bot_user=BOT)


@pytest.fixture
async def place(workspace: Workspace, driver: Driver, redis_url: str) -> AsyncIterator[Place]:
    async with connected(workspace, driver, redis_url) as place:
        yield place
