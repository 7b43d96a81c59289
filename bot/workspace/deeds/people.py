"""Who does it and where, checked as Slack's client would: nobody acts where they cannot be."""

from dataclasses import dataclass
from http import HTTPStatus

from bot.workspace.model import App, Channel, User
from bot.workspace.people import People


class DeedRefused(Exception):
    """Nobody could do this in Slack's client: `error` names it, the message says what to do instead."""

    def __init__(self, error: str, message: str, *, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.error = error
        self.status = status


@dataclass(frozen=True)
class Actor:
    """Who acts. With `forged`, what Slack's client would not let happen goes through: tests forge clicks."""

    user: User
    forged: bool = False


def find_user(people: People, name: str) -> User:
    user = people.user(name)
    if user is None:
        known = ", ".join(one.name for one in people.users.values())
        raise DeedRefused("user_not_found", f"There is no user {name}. Users: {known}.", status=HTTPStatus.NOT_FOUND)
    return user


def find_channel(people: People, name: str) -> Channel:
    channel = people.channel(name)
    if channel is None:
        known = ", ".join(f"#{one.name}" for one in people.channels.values() if one.kind != "im")
        message = f"There is no channel {name}. Channels: {known}; direct messages go by their id."
        raise DeedRefused("channel_not_found", message, status=HTTPStatus.NOT_FOUND)
    return channel


def find_app(people: People, name: str) -> App:
    app = people.app(name)
    if app is None:
        known = ", ".join(one.name for one in people.apps.values())
        raise DeedRefused("app_not_found", f"There is no app {name}. Apps: {known}.", status=HTTPStatus.NOT_FOUND)
    return app


def find_actor(people: People, name: str, *, forged: bool, bots_too: bool = False) -> Actor:
    """The user, if they could be at a client: not deactivated, and no bot unless `bots_too`."""
    user = find_user(people, name)
    if user.deleted and not forged:
        raise DeedRefused("account_inactive", f'{user.name} is deactivated and has no client. Say "forge": true.')
    if user.is_bot and not (bots_too or forged):
        raise DeedRefused("user_is_bot", f'{user.name} is a bot and cannot click. Say "forge": true to forge it.')
    return Actor(user, forged)


def check_inside(actor: Actor, channel: Channel, *, to_write: bool = False) -> None:
    """Refuse unless the user is in the channel; full members look into public channels without being in them."""
    if actor.user.id in channel.members or actor.forged:
        return
    may_look = channel.kind == "public" and actor.user.kind in ("member", "admin")
    if to_write or not may_look:
        where = "this direct message" if channel.kind == "im" else f"#{channel.name}"
        raise DeedRefused("not_in_channel", f"{actor.user.name} is not in {where}.")
