"""Events as values: of all that Slack tells, what we read."""

from __future__ import annotations

import re

from pydantic import Field

from bot.slack.listeners.payloads import Read, place_at
from bot.store.thread import DIRECT, Thread


class Event(Read):
    """A message event, or a mention."""

    type: str
    channel: str
    ts: str
    user: str = ""
    text: str = ""
    subtype: str | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    channel_type: str | None = None
    client_msg_id: str | None = None
    edited: object = None
    hidden: bool = False

    @property
    def direct(self) -> bool:
        return self.channel_type == "im" or self.channel.startswith("D")


class Said(Read):
    """A message, as an event tells it."""

    event_id: str
    event: Event

    def meant_for(self, bot_user: str) -> bool:
        """Whether somebody says this to the bot now: no edit, nothing of its own, and in a channel with its mention."""
        event = self.event
        if event.user == bot_user or event.subtype not in _SPOKEN or event.edited or event.hidden:
            return False
        return event.direct or f"<@{bot_user}>" in event.text or f"<@{bot_user}|" in event.text

    def words(self, bot_user: str) -> str:
        """The text without the leading mention of the bot, as it was typed; other mentions as Slack writes them."""
        spoken = re.sub(rf"^\s*<@{re.escape(bot_user)}(\|[^<>]*)?>[\s,:]*", "", self.event.text)
        return spoken.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()

    def thread(self, team: str) -> Thread:
        """The conversation that it belongs to."""
        alone = DIRECT if self.event.direct else self.event.ts
        return Thread(team, self.event.channel, self.event.thread_ts or alone)

    def place(self, team: str) -> Thread | None:
        """Where the person is who said it: a thread that has just this message is not open before anybody."""
        return place_at(team, self.event.channel, self.event.thread_ts)

    @property
    def seen_ids(self) -> list[str]:
        """All the names under which Slack may tell the same message again."""
        names = (self.event_id, f"{self.event.channel}:{self.event.ts}", self.event.client_msg_id)
        return [name for name in names if name]


class Stopped(Read):
    """Somebody pressed the Stop button that Slack shows under a thread while an agent works."""

    event_id: str
    event: _Stop

    def thread(self, team: str) -> Thread:
        """The conversation whose run is to stop."""
        return Thread(team, self.event.channel, self.event.thread_ts)


class Opened(Read):
    """Somebody opens the app, at one of its tabs."""

    event: _Opening


class Removed(Read):
    """The app was removed from the workspace, or some of its tokens were revoked."""

    event: _Removal


class _Stop(Read):
    user: str = Field(min_length=1)
    channel: str
    thread_ts: str


class _Opening(Read):
    user: str = Field(min_length=1)
    tab: str = "home"


class _Tokens(Read):
    oauth: tuple[str, ...] = ()
    bot: tuple[str, ...] = ()


class _Removal(Read):
    type: str
    tokens: _Tokens = _Tokens()


_SPOKEN = {None, "file_share", "thread_broadcast", "bot_message"}
