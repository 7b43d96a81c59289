"""Ask Slack about tokens: whose they are, and what they may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.clients import make_clients

_IN_WORDS = {
    "invalid_auth": "Slack does not know this token. Copy it again, whole",
    "not_authed": "Slack does not know this token. Copy it again, whole",
    "not_allowed_token_type": "this is a token of another kind",
    "account_inactive": "the app was removed from the workspace. Install it again",
    "token_revoked": "the token was revoked. Install the app again",
    "token_expired": "the token has expired. Install the app again",
    "missing_scope": "the token lacks the scope connections:write. Make a new one with it",
}


class TokenRefused(Exception):
    """Slack does not take the token, or does not answer; the message says why and what to do."""


@dataclass(frozen=True)
class Installed:
    """The app as it is installed: its bot's name, the workspace, and the scopes of its token."""

    bot: str
    workspace: str
    scopes: frozenset[str]


async def installed(bot_token: str, api_url: str) -> Installed:
    """Whose `bot_token` is. Raises `TokenRefused`."""
    client: Any = make_clients(bot_token, api_url).bolt  # Any: slack_sdk leaves its own signatures half untyped
    response = await _asked(client.auth_test)
    scopes = next((value for name, value in response.headers.items() if name.lower() == "x-oauth-scopes"), "")
    return Installed(
        bot=str(response["user"]),
        workspace=str(response["team"]),
        scopes=frozenset(scope.strip() for scope in str(scopes).split(",") if scope.strip()),
    )


async def check_connects(app_token: str, api_url: str) -> None:
    """Whether Socket Mode takes `app_token`. Raises `TokenRefused`."""
    client: Any = make_clients(app_token, api_url).bolt  # Any: as above
    await _asked(lambda: client.apps_connections_open(app_token=app_token))


async def _asked(call: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await call()
    except SlackApiError as error:
        answer: Any = error.response  # pyright: ignore[reportUnknownMemberType]: Slack's answer, or none
        word = str(answer.get("error", "")) if hasattr(answer, "get") else ""
        raise TokenRefused(_IN_WORDS.get(word, f"Slack says {word or 'no'}")) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise TokenRefused(f"Slack does not answer ({type(error).__name__}). Is there a network?") from error
