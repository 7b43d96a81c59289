"""What a workspace is made of: people, channels, apps, messages and views, as plain values."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.workspace.wire import JsonObject

TEAM_ID = "T0LOCAL"
OTHER_TEAM_ID = "T0OTHER"

UserKind = Literal["member", "admin", "guest", "external", "bot", "app", "deactivated"]
ChannelKind = Literal["public", "private", "im"]
SessionStatus = Literal["processing", "active", "suspended", "closed"]


class Model(BaseModel):
    """A value that does not change; a field nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def but(self, **changes: object) -> Self:
        """The same with `changes`, checked like a new one."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(fields | changes)


class User(Model):
    """A person, another bot, or the bot user of an app (`app_id`)."""

    id: str
    name: str
    real_name: str = ""
    team_id: str = TEAM_ID
    tz: str = "Etc/UTC"
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None

    @property
    def is_external(self) -> bool:
        return self.team_id != TEAM_ID

    @property
    def is_app(self) -> bool:
        return self.app_id is not None

    @property
    def kind(self) -> UserKind:
        kinds: list[tuple[UserKind, bool]] = [
            ("deactivated", self.deleted),
            ("app", self.is_app),
            ("bot", self.is_bot),
            ("external", self.is_external),
            ("guest", self.is_restricted or self.is_ultra_restricted),
            ("admin", self.is_admin),
            ("member", True),
        ]
        return next(kind for kind, true in kinds if true)


class Channel(Model):
    """A channel or a direct message (`im`), which has exactly two members, one of them an app's bot user."""

    id: str
    name: str
    kind: ChannelKind = "public"
    members: tuple[str, ...] = ()
    topic: str = ""
    is_archived: bool = False


class Group(Model):
    """A user group, mentioned as @handle."""

    id: str
    handle: str
    name: str = ""
    users: tuple[str, ...] = ()


class App(Model):
    """An installed app: its bot user, its tokens, what it may do (`scopes`) and what it hears of (`events`)."""

    id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str
    scopes: tuple[str, ...]
    events: tuple[str, ...]
    commands: tuple[str, ...] = ()
    home_tab: bool = True


class Edit(Model):
    """Who edited a message, and when (a ts)."""

    user: str
    ts: str


class File(Model):
    """A file that an app uploaded; what is in it is kept with it."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    name: str
    title: str = ""
    content: bytes = b""

    @property
    def text(self) -> str:
        """What is in it, as far as that is text."""
        return self.content.decode(errors="replace")


class Message(Model):
    """A message. `thread_ts` is the parent's ts in a reply and empty in a top-level message.

    `only_for` names the one reader of an ephemeral message; `broadcast` is a reply that also stands in the channel.
    """

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[JsonObject] = []
    thread_ts: str = ""
    bot_id: str | None = None
    app_id: str | None = None
    client_msg_id: str | None = None
    edited: Edit | None = None
    metadata: JsonObject | None = None
    files: tuple[File, ...] = ()
    only_for: str | None = None
    broadcast: bool = False
    tombstone: bool = False
    reactions: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def root_ts(self) -> str:
        """The ts of the thread that the message is in or could begin."""
        return self.thread_ts or self.ts


class View(Model):
    """A modal or a Home tab as one user has it before them. `content` is what the app sent, checked."""

    id: str
    app_id: str
    user: str
    content: JsonObject
    hash: str
    root_id: str
    previous_id: str | None = None
    state: JsonObject = {}
    errors: dict[str, str] = {}

    @property
    def is_home(self) -> bool:
        return self.content.get("type") == "home"


class Status(Model):
    """What an app shows under a thread while it works."""

    app_id: str
    text: str = ""
    loading_messages: tuple[str, ...] = ()
    session: SessionStatus | None = None
