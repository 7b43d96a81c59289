"""The clients for Slack's Web API: one for each way in which a call may fail."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api import SlackApi

SLACK_API = "https://slack.com/api/"

_POSTING_FOR = 3
_LOOKING_UP_FOR = 1


@dataclass(frozen=True)
class Clients:
    """`posting` never sends anything twice by itself, `looking_up` answers within a second or not; `bolt` is Bolt's."""

    posting: SlackApi
    looking_up: SlackApi
    bolt: AsyncWebClient


def make_clients(token: str, api_url: str = SLACK_API) -> Clients:
    """The clients of the bot whose token this is; nothing is sent yet, and there is nothing to close."""
    return Clients(
        posting=SlackApi(_client(token, api_url, within=_POSTING_FOR, retries=[])),
        looking_up=SlackApi(_client(token, api_url, within=_LOOKING_UP_FOR, retries=[])),
        bolt=_client(token, api_url, within=30, retries=None),
    )


def _client(token: str, api_url: str, *, within: int, retries: list[AsyncRetryHandler] | None) -> AsyncWebClient:
    client = AsyncWebClient(token=token, base_url=api_url, timeout=within, retry_handlers=retries)
    if _is_loopback(api_url):
        client.proxy = None  # slack_sdk takes a proxy from the environment, and knows no NO_PROXY
    return client


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
