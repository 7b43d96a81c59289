"""The app is removed from the workspace, or its tokens are revoked: nothing can be done from here but to say so."""

from __future__ import annotations

import structlog
from structlog.typing import FilteringBoundLogger

from bot.slack.listeners.events import Removed

_log: FilteringBoundLogger = structlog.get_logger()


def on_removed(removed: Removed) -> None:
    """Tell the operator, in one line for each thing that happened."""
    if removed.event.type == "app_uninstalled":
        _log.error("the app was removed from the workspace; install it again, and set SLACK_BOT_TOKEN to its new token")
    if removed.event.tokens.bot:
        _log.error("the bot's token was revoked; install the app again, and set SLACK_BOT_TOKEN to its new token")
    if removed.event.tokens.oauth:
        _log.error("tokens of people were revoked; this bot uses none", how_many=len(removed.event.tokens.oauth))
