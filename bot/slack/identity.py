"""Who the bot is, as Slack says; asked once, at the start."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from bot.slack.api import Answered, SlackApi, SlackBusy, SlackUnanswered

_log = structlog.get_logger(__name__)

_LONGEST_WAIT = 30.0


@dataclass(frozen=True)
class Identity:
    """Our installation's team, and the bot's own user."""

    team: str
    user: str
    bot_id: str


class _AuthTest(Answered):
    team_id: str
    user_id: str
    bot_id: str = ""


async def who_am_i(slack: SlackApi) -> Identity:
    """Ask Slack until it answers, with longer and longer pauses. Raises `SlackRefused` when the token is no good."""
    wait = 1.0
    while True:
        try:
            told = await slack.read("auth.test", _AuthTest)
        except (SlackBusy, SlackUnanswered) as error:
            _log.warning("Slack does not say who I am yet", why=str(error), again_in=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
        else:
            return Identity(told.team_id, told.user_id, told.bot_id)
