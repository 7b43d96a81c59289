"""Users, apps, user groups and channels, found by id or by name."""

import secrets

from bot.workspace.changes import Changes
from bot.workspace.config import AppConfig, ChannelConfig, Config, made_id
from bot.workspace.model import App, Channel, Group, User


class People:
    """Everyone and every place in the workspace."""

    def __init__(self, config: Config, *, changes: Changes) -> None:
        self._changes = changes
        self.team_name = config.team_name
        apps = [_app(app) for app in config.apps]
        self.apps = {app.id: app for app in apps}
        users = [user.user() for user in config.users] + [_bot_user(app) for app in apps]
        self.users = {user.id: user for user in users}
        self.groups = {
            id: Group(id=id, handle=one.handle, name=one.name or one.handle, users=self._ids(one.users))
            for one in config.groups
            for id in [one.id or made_id("S", one.handle)]
        }
        channels = [self._channel(channel) for channel in config.channels]
        self.channels = {channel.id: channel for channel in channels}

    def user(self, name: str) -> User | None:
        """The user with this id or name; "@ana" is "ana"."""
        bare = name.removeprefix("@")
        named = (user for user in self.users.values() if user.name == bare.lower())
        return self.users.get(bare) or next(named, None)

    def channel(self, name: str) -> Channel | None:
        """The channel with this id or name; "#ops" is "ops". Direct messages have ids only."""
        bare = name.removeprefix("#")
        named = (one for one in self.channels.values() if one.kind != "im" and one.name == bare.lower())
        return self.channels.get(bare) or next(named, None)

    def group(self, name: str) -> Group | None:
        """The user group with this id or handle."""
        bare = name.removeprefix("@")
        named = (one for one in self.groups.values() if one.handle == bare.lower())
        return self.groups.get(bare) or next(named, None)

    def app(self, name: str) -> App | None:
        """The app with this id, name or bot user id; without a name, the only or first one."""
        if not name:
            return next(iter(self.apps.values()), None)
        return next((app for app in self.apps.values() if name in (app.id, app.name, app.bot_user_id)), None)

    def app_with_bot_token(self, token: str) -> App | None:
        return next((app for app in self.apps.values() if secrets.compare_digest(app.bot_token, token)), None)

    def app_with_app_token(self, token: str) -> App | None:
        return next((app for app in self.apps.values() if secrets.compare_digest(app.app_token, token)), None)

    def app_in(self, channel: Channel) -> App | None:
        """The app at the other end of a direct message."""
        return next((app for app in self.apps.values() if app.bot_user_id in channel.members), None)

    def is_shared(self, channel: Channel) -> bool:
        """Whether somebody from another team is in the channel."""
        return any(self.users[id].is_external for id in channel.members if id in self.users)

    def direct_message(self, user: User, app: App) -> Channel:
        """The direct message between the two, opened if there is none."""
        id = "D0" + user.id.removeprefix("U0") + app.bot_user_id.removeprefix("U0")
        if id not in self.channels:
            self.put_channel(Channel(id=id, name="", kind="im", members=(user.id, app.bot_user_id)))
        return self.channels[id]

    def put_user(self, user: User) -> None:
        """Keep `user`; who is deactivated leaves every channel, as in Slack."""
        self.users[user.id] = user
        if user.deleted:
            for channel in list(self.channels.values()):
                left = tuple(id for id in channel.members if id != user.id)
                self.channels[channel.id] = channel if channel.kind == "im" else channel.but(members=left)
        self._changes.tell("people")

    def put_group(self, group: Group) -> None:
        self.groups[group.id] = group
        self._changes.tell("people")

    def put_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self._changes.tell("people")

    def put_app(self, app: App) -> None:
        self.apps[app.id] = app
        self._changes.tell("people")

    def _channel(self, config: ChannelConfig) -> Channel:
        return Channel(
            id=config.id or made_id("G" if config.kind == "private" else "C", config.name),
            name=config.name,
            kind=config.kind,
            members=self._ids(config.members),
            topic=config.topic,
        )

    def _ids(self, names: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for name in names:
            group = self.group(name) if name.startswith("@") else None
            active = [user.id for user in self.users.values() if not user.deleted]
            found += active if name == "*" else group.users if group else [self._id(name)]
        return tuple(dict.fromkeys(found))

    def _id(self, name: str) -> str:
        user = self.user(name)
        if user is None:
            raise ValueError(f"{name} is not declared")  # the config has checked its names
        return user.id


def _app(config: AppConfig) -> App:
    return App(
        id=made_id("A", config.name),
        name=config.name,
        bot_user_id=made_id("U", config.name),
        bot_id=made_id("B", config.name),
        bot_token=config.bot_token or f"xoxb-{secrets.token_hex(24)}",
        app_token=config.app_token or f"xapp-1-{made_id('A', config.name)}-{secrets.token_hex(32)}",
        signing_secret=config.signing_secret or secrets.token_hex(16),
        verification_token=secrets.token_hex(12),
        scopes=config.scopes,
        events=config.events,
        commands=config.commands,
        home_tab=config.home_tab,
    )


def _bot_user(app: App) -> User:
    return User(
        id=app.bot_user_id,
        name=app.name,
        real_name=app.name.capitalize(),
        is_bot=True,
        bot_id=app.bot_id,
        app_id=app.id,
    )
