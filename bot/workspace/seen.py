"""What the control API answers, as values: messages, views and results as a person sees them."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from bot.workspace.block_kit import interactive
from bot.workspace.model import ChannelKind, SessionStatus, UserKind
from bot.workspace.wire import JsonObject, a_list, an_object, objects, text


class Seen(BaseModel):
    """An answer; fields that are new since are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class User(Seen):
    id: str
    name: str
    kind: UserKind
    is_bot: bool
    is_restricted: bool
    is_external: bool
    deleted: bool


class Channel(Seen):
    id: str
    name: str
    kind: ChannelKind
    members: tuple[str, ...]
    is_ext_shared: bool


class Posted(Seen):
    """Where a message went; `thread_ts` is its own ts when it is top-level."""

    channel: str
    ts: str
    thread_ts: str


class Button(Seen):
    """Something to click in a message or view."""

    action_id: str
    block_id: str
    type: str
    label: str
    value: str
    style: str
    options: tuple[str, ...]


class _WithBlocks(Seen):
    blocks: list[JsonObject] = []

    @property
    def buttons(self) -> list[Button]:
        """All that can be clicked or chosen, in order."""
        return [_button(block, element) for block in self.blocks for element in interactive(block)]

    @property
    def labels(self) -> list[str]:
        """What is written on the buttons."""
        return [button.label for button in self.buttons if button.label]

    def button(self, label: str) -> Button:
        """The button with this label; raises `LookupError`."""
        for button in self.buttons:
            if button.label == label:
                return button
        raise LookupError(f"No button says {label!r}. Buttons: {', '.join(self.labels) or 'none'}.")

    @property
    def shown(self) -> str:
        """All the text in the blocks, a line for each piece."""
        return "\n".join(_texts(self.blocks))


class Edited(Seen):
    user: str
    ts: str


class File(Seen):
    """A file in a message, and the first 1,000 characters of it."""

    id: str
    name: str
    size: int
    preview: str
    is_whole: bool


class Message(_WithBlocks):
    """A message as somebody sees it."""

    channel: str
    ts: str
    thread_ts: str | None
    user: str
    name: str
    text: str
    app_id: str | None
    ephemeral: bool
    edited: Edited | None
    metadata: JsonObject | None
    reply_count: int
    subtype: str | None
    files: list[File] = []

    @property
    def visible(self) -> str:
        """What a person reads: the blocks, or without any the text, and the names of its files."""
        return "\n".join([self.shown or self.text, *(file.name for file in self.files)])


class Status(Seen):
    """The line under a thread while an app works."""

    app_id: str
    text: str
    loading_messages: tuple[str, ...]
    session: SessionStatus | None


class Thread(Seen):
    channel: str
    thread_ts: str
    messages: list[Message]
    status: Status | None


class View(_WithBlocks):
    """An open modal, or a Home tab."""

    id: str
    type: str
    user: str
    callback_id: str
    private_metadata: str
    external_id: str
    title: JsonObject | None
    submit: JsonObject | None
    hash: str
    errors: dict[str, str]
    state: JsonObject

    @property
    def heading(self) -> str:
        return text(an_object(self.title).get("text"))


class ActionResult(Seen):
    """Whether the app acked, and what Slack's client shows when it did not."""

    acked: bool
    ack_ms: float | None
    warning: str | None


class Submitted(ActionResult):
    """`sent` is false when an input kept the client from sending; `errors` stand beside the inputs."""

    sent: bool
    closed: bool
    response_action: str | None
    errors: dict[str, str]


class Entry(Seen):
    """A line of the log: an API call (`method`, `args`...) or an envelope (`type`, `payload`...)."""

    n: int
    kind: str
    at: float
    app_id: str | None = None
    fault: str | None = None
    method: str = ""
    args: JsonObject = Field(default_factory=dict)
    ok: bool | None = None
    error: str | None = None
    status: int | None = None
    type: str = ""
    envelope_id: str = ""
    attempt: int = 0
    payload: JsonObject = Field(default_factory=dict)
    acked: bool = False
    ack_ms: float | None = None
    response: JsonObject | None = None


Place = Message | Posted | View
"""Where one can click."""


def _button(block: JsonObject, element: JsonObject) -> Button:
    label = element.get("text") or element.get("placeholder")
    return Button(
        action_id=text(element.get("action_id")),
        block_id=text(block.get("block_id")),
        type=text(element.get("type")),
        label=text(an_object(label).get("text")),
        value=text(element.get("value")),
        style=text(element.get("style")),
        options=tuple(text(option.get("value")) for option in objects(element.get("options"))),
    )


def _texts(value: object) -> Iterator[str]:
    fields = an_object(value)
    if text(fields.get("text")):
        yield text(fields.get("text"))
    for part in [*fields.values(), *a_list(value)]:
        yield from _texts(part)
