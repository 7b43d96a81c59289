"""The line under a thread that says what the bot does: nice to have, and given up where Slack has no such thing."""

from __future__ import annotations

import structlog
from structlog.typing import FilteringBoundLogger

from bot.slack.api import Answered, SlackApi, SlackError, SlackRefused
from bot.store.thread import DIRECT, Thread

_NEVER_WILL = {"unknown_method", "missing_scope", "not_allowed_token_type", "method_deprecated", "feature_not_enabled"}

_log: FilteringBoundLogger = structlog.get_logger()


class StatusLine:
    """Sets the line; after Slack has said that it never will, asks no more."""

    def __init__(self, slack: SlackApi) -> None:
        self._slack = slack
        self._given_up = False

    async def set(self, thread: Thread, text: str) -> None:
        """Show `text`, or with an empty text nothing; never raises."""
        if self._given_up or thread.ts == DIRECT:
            return
        try:
            await self._slack.write(
                "assistant.threads.setStatus", Answered, channel_id=thread.channel, thread_ts=thread.ts, status=text
            )
        except SlackRefused as refused:
            self._given_up = refused.error in _NEVER_WILL
            _log.info("no status is shown", thread=str(thread), error=refused.error, given_up=self._given_up)
        except SlackError as error:
            _log.info("no status is shown", thread=str(thread), error=type(error).__name__)
