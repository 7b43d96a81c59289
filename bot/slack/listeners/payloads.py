"""What people do with our messages, views and commands, as values: of all that Slack sends of it, what we read."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from bot.store.thread import DIRECT, Thread


class Read(BaseModel):
    """Something that Slack sent; what we do not know is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


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
        return place_at(team, self.channel_id, self.thread_ts)


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


def place_at(team: str, channel: str, thread_ts: str | None) -> Thread | None:
    """The thread at these ids, or None when they are none."""
    try:
        return Thread(team, channel, thread_ts or DIRECT)
    except ValueError:
        return None
