"""Slack's payloads as values: of all that Slack sends, what we read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from bot.store.thread import DIRECT, Thread


class Read(BaseModel):
    """Something that Slack sent; what we do not know is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


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
        return _place(team, self.event.channel, self.event.thread_ts)

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


class Removed(Read):
    """The app was removed from the workspace, or some of its tokens were revoked."""

    event: _Removal


class Opened(Read):
    """Somebody opens the app, at one of its tabs."""

    event: _Opening


class Click(Read):
    """A click on a button, or a choice from a menu."""

    user: _Id
    container: _Container
    channel: _Id | None = None
    message: _Message | None = None
    trigger_id: str | None = None
    actions: list[_Action] = Field(min_length=1)

    @property
    def action_id(self) -> str:
        return self.actions[0].action_id

    @property
    def block_id(self) -> str:
        return self.actions[0].block_id

    @property
    def value(self) -> str:
        """What the button carries, or the value of the option."""
        option = self.actions[0].selected_option
        carried = option.value if option else self.actions[0].value
        return carried if isinstance(carried, str) else ""

    @property
    def channel_id(self) -> str:
        return self.channel.id if self.channel else self.container.channel_id

    @property
    def message_ts(self) -> str:
        return self.container.message_ts

    @property
    def thread_ts(self) -> str | None:
        """The thread that the message stands in; None for one that stands by itself, though it may have replies."""
        in_message = self.message.thread_ts if self.message else None
        thread_ts = self.container.thread_ts or in_message
        return None if thread_ts == self.message_ts else thread_ts

    def place(self, team: str) -> Thread | None:
        """Where the person is who clicked, or None in a Home tab."""
        return _place(team, self.channel_id, self.thread_ts)


class Submission(Read):
    """A form that somebody sent."""

    user: _Id
    view: _View

    def typed(self, name: str) -> str:
        """What stands in the input of that name."""
        entry = self.view.state.values.get(name, {}).get(name)
        return (entry.value or "") if entry else ""


class Command(Read):
    """A slash command."""

    channel_id: str
    user_id: str
    text: str = ""


class _Stop(Read):
    user: str = Field(min_length=1)
    channel: str
    thread_ts: str


class _Opening(Read):
    user: str = Field(min_length=1)
    tab: str = "home"


class _Tokens(Read):
    oauth: list[str] = []
    bot: list[str] = []


class _Removal(Read):
    type: str
    tokens: _Tokens = _Tokens()


class _Id(Read):
    id: str = Field(min_length=1)


class _Container(Read):
    channel_id: str = ""
    message_ts: str = ""
    thread_ts: str | None = None


class _Message(Read):
    thread_ts: str | None = None


class _Option(Read):
    value: object = None


class _Action(Read):
    action_id: str
    block_id: str = ""
    value: object = None
    selected_option: _Option | None = None


class _Entry(Read):
    value: str | None = None


class _State(Read):
    values: Mapping[str, Mapping[str, _Entry]] = Field(default_factory=dict[str, Mapping[str, _Entry]])


class _View(Read):
    callback_id: str = ""
    private_metadata: str = ""
    state: _State = _State()


def _place(team: str, channel: str, thread_ts: str | None) -> Thread | None:
    try:
        return Thread(team, channel, thread_ts or DIRECT)
    except ValueError:
        return None


_SPOKEN = {None, "file_share", "thread_broadcast", "bot_message"}
