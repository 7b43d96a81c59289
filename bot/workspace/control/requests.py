"""The bodies that the control API takes."""

from pydantic import BaseModel, ConfigDict, Field

from bot.workspace.deeds.inputs import Values


class Body(BaseModel):
    """A JSON body; a field that nobody knows is an error, so that a misspelt one is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Say(Body):
    user: str
    channel: str
    text: str
    thread_ts: str | None = None
    forge: bool = False


class Press(Body):
    """A click on a message (`channel`, `ts`) or in a view (`view_id`)."""

    user: str
    action_id: str
    channel: str = ""
    ts: str = ""
    view_id: str = ""
    block_id: str = ""
    value: object = None
    values: Values = Field(default_factory=dict)
    forge: bool = False


class Submit(Body):
    user: str
    values: Values = Field(default_factory=dict)


class Close(Body):
    user: str
    all: bool = False


class Command(Body):
    user: str
    channel: str
    command: str
    text: str = ""
    forge: bool = False


class OpenHome(Body):
    user: str
    app: str = ""


class OpenDirectMessage(Body):
    user: str
    app: str = ""


class Stop(Body):
    user: str
    channel: str
    thread_ts: str


class Delete(Body):
    channel: str
    ts: str


class ChangeUser(Body):
    real_name: str | None = None
    team_id: str | None = None
    is_admin: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    deleted: bool | None = None


class ChangeGroup(Body):
    users: tuple[str, ...] | None = None
    name: str | None = None


class ChangeChannel(Body):
    members: tuple[str, ...] | None = None
    topic: str | None = None
    is_archived: bool | None = None


class ChangeApp(Body):
    """What an operator changes at api.slack.com: scopes, subscriptions, commands."""

    scopes: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    commands: tuple[str, ...] | None = None
    home_tab: bool | None = None
