"""Who and what is in a workspace at its start: the defaults, or a TOML or JSON file."""

import json
import tomllib
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from bot.workspace.model import OTHER_TEAM_ID, TEAM_ID, ChannelKind, Model, User
from bot.workspace.wire import an_object

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
)
EVENTS = (
    "agent_session_stopped",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_shared",
    "message.im",
    "tokens_revoked",
)


class WorkspaceConfigError(Exception):
    """The file that declares the workspace cannot be read; the message says what to mend."""


class UserConfig(Model):
    """A user as declared; `external` puts them into another team. Ids come from names when left out."""

    name: str = Field(pattern=r"^[a-z0-9._-]{1,80}$")
    id: str = ""
    real_name: str = ""
    tz: str = "Etc/UTC"
    admin: bool = False
    guest: bool = False
    single_channel_guest: bool = False
    external: bool = False
    bot: bool = False
    deactivated: bool = False

    def user(self) -> User:
        return User(
            id=self.id or made_id("U", self.name),
            name=self.name,
            real_name=self.real_name or self.name.capitalize(),
            team_id=OTHER_TEAM_ID if self.external else TEAM_ID,
            tz=self.tz,
            is_admin=self.admin,
            is_restricted=self.guest or self.single_channel_guest,
            is_ultra_restricted=self.single_channel_guest,
            is_bot=self.bot,
            deleted=self.deactivated,
            bot_id=made_id("B", self.name) if self.bot else None,
        )


class ChannelConfig(Model):
    """A channel as declared. `members` are names of users, groups' `@handle`, apps; `*` is everyone who is active."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,80}$")
    id: str = ""
    kind: ChannelKind = "public"
    members: tuple[str, ...] = ("*",)
    topic: str = ""


class GroupConfig(Model):
    """A user group as declared, its users by name."""

    handle: str = Field(pattern=r"^[a-z0-9._-]{1,80}$")
    id: str = ""
    name: str = ""
    users: tuple[str, ...] = ()


class AppConfig(Model):
    """An app as declared; tokens that are left out are drawn at random at the first start."""

    name: str = Field(pattern=r"^[a-z0-9._-]{1,80}$")
    scopes: tuple[str, ...] = SCOPES
    events: tuple[str, ...] = EVENTS
    commands: tuple[str, ...] = ("/assent",)
    home_tab: bool = True
    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""


_USERS = (
    UserConfig(name="ana", real_name="Ana Alves"),
    UserConfig(name="ben", real_name="Ben Bauer", tz="Europe/Berlin"),
    UserConfig(name="chloe", real_name="Chloe Costa"),
    UserConfig(name="ada", real_name="Ada Admin", admin=True),
    UserConfig(name="gus", real_name="Gus Guest", guest=True),
    UserConfig(name="eve", real_name="Eve External", external=True),
    UserConfig(name="robo", real_name="Robo", bot=True),
    UserConfig(name="dora", real_name="Dora Departed", deactivated=True),
)
_CHANNELS = (
    ChannelConfig(name="ops", topic="What runs, and what should"),
    ChannelConfig(name="general", topic="Everything else"),
    ChannelConfig(name="payments", members=("ana", "ben", "assent")),
    ChannelConfig(name="leads", kind="private", members=("ana", "ada", "assent")),
    ChannelConfig(name="random", members=("ana", "ben", "chloe", "ada"), topic="The app is not here"),
)
_GROUPS = (GroupConfig(handle="oncall", name="On call", users=("ben", "chloe")),)


class Config(Model):
    """A whole workspace, and how patient it is.

    `ack_within` is Slack's deadline for an app, in seconds; `retry_after` are the pauses before each redelivery of an
    event, which Slack makes three times: at once, after a minute, after five.
    """

    team_name: str = "Local workspace"
    users: tuple[UserConfig, ...] = _USERS
    channels: tuple[ChannelConfig, ...] = _CHANNELS
    groups: tuple[GroupConfig, ...] = _GROUPS
    apps: tuple[AppConfig, ...] = (AppConfig(name="assent"),)
    ack_within: float = Field(default=3.0, gt=0)
    retry_after: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger_lives_for: float = Field(default=3.0, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _own_people_do_without_the_default_channels(cls, values: object) -> object:
        declared = an_object(values)
        if not ("users" in declared or "apps" in declared):
            return values
        return {"channels": [{"name": "general"}], "groups": []} | declared

    @model_validator(mode="after")
    def _names_are_known_and_used_once(self) -> Self:
        people = [user.name for user in self.users] + [app.name for app in self.apps]
        handles = [group.handle for group in self.groups]
        if _clash([made_id("", name) for name in people + handles]):
            raise ValueError("users, apps and user groups need names of their own; two are the same or nearly so")
        if _clash([made_id("", channel.name) for channel in self.channels]):
            raise ValueError("two channels have the same name or nearly so")
        for channel in self.channels:
            _check_known(channel.members, [*people, "*", *(f"@{handle}" for handle in handles)], f"#{channel.name}")
        for group in self.groups:
            _check_known(group.users, people, f"@{group.handle}")
        return self


def load_config(path: Path) -> Config:
    """The workspace that the TOML or JSON file at `path` declares; raises `WorkspaceConfigError`."""
    try:
        written = path.read_text()
        values = json.loads(written) if path.suffix == ".json" else tomllib.loads(written)
        return Config.model_validate(values)
    except OSError as error:
        raise WorkspaceConfigError(f"Cannot read {path}: {error.strerror}.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors())
        raise WorkspaceConfigError(f"{path} does not declare a workspace. {wrong}.") from error
    except ValueError as error:
        raise WorkspaceConfigError(f"{path} is neither TOML nor JSON: {error}.") from error


def made_id(letter: str, name: str) -> str:
    """A readable id in Slack's form: `made_id("U", "ana")` is "U0ANA"."""
    return f"{letter}0" + "".join(sign for sign in name.upper() if sign.isascii() and sign.isalnum())


def _clash(names: list[str]) -> bool:
    return len(set(names)) != len(names)


def _check_known(names: tuple[str, ...], known: list[str], where: str) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{where} names {', '.join(unknown)}, which the file does not declare")
