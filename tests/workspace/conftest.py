"""A workspace, a driver, and real Slack clients to talk to it."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace import Config, Workspace
from bot.workspace.driver import Driver
from tests.workspace.bolt import Bolt, SlackClient


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk's Socket Mode client sends even loopback traffic through a proxy that the environment names."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config() -> Config:
    """A workspace that is as patient as a test should be."""
    return Config(ack_within=0.5, retry_after=(0.0, 0.1, 0.1))


@pytest.fixture
async def workspace(config: Config) -> AsyncIterator[Workspace]:
    async with Workspace(config, welcome="type: @assent hello") as workspace:
        yield workspace


@pytest.fixture
async def driver(workspace: Workspace) -> AsyncIterator[Driver]:
    async with Driver(workspace.url, workspace.control_token) as driver:
        yield driver


@pytest.fixture
def slack(workspace: Workspace) -> SlackClient:
    """The Web API as the bot calls it, without any retries."""
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


@pytest.fixture
async def bolt(workspace: Workspace) -> AsyncIterator[Bolt]:
    """A Bolt app that is not connected yet, so that a test can add its listeners first."""
    bolt = Bolt(workspace)
    yield bolt
    await bolt.close()
