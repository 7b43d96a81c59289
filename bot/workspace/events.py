"""The events that apps hear when something is said or opened."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.workspace.as_slack import message_json, view_json
from bot.workspace.model import TEAM_ID, App, Channel, Message, User, View
from bot.workspace.stamps import new_id
from bot.workspace.state import State
from bot.workspace.wire import JsonObject

_SUBSCRIPTION = {"public": "message.channels", "private": "message.groups", "im": "message.im"}
_CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im"}
_HISTORY_SCOPE = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


@dataclass(frozen=True)
class Told:
    """An event on its way to one app: the whole `event_callback` payload."""

    app: App
    payload: JsonObject


def of_post(message: Message, state: State) -> Iterator[Told]:
    """What apps hear of a new message: one gesture may be both a mention and a message in a channel they read."""
    for app, channel in _listeners(message, state):
        written = _spoken(message, channel, state)
        mentioned = f"<@{app.bot_user_id}>" in message.text and message.user != app.bot_user_id
        if mentioned and channel.kind != "im" and _hears(app, "app_mention", "app_mentions:read"):
            yield _told(app, channel, state, written | {"type": "app_mention"})
        if _hears(app, _SUBSCRIPTION[channel.kind], _HISTORY_SCOPE[channel.kind]):
            yield _told(app, channel, state, written | {"channel_type": _CHANNEL_TYPE[channel.kind]})


def of_change(before: Message, after: Message | None, state: State) -> Iterator[Told]:
    """What apps hear when a message is edited, or deleted (`after` is None)."""
    for app, channel in _listeners(before, state):
        if not _hears(app, _SUBSCRIPTION[channel.kind], _HISTORY_SCOPE[channel.kind]):
            continue
        ts = state.stamps.next_ts()
        change: JsonObject = {
            "type": "message",
            "subtype": "message_changed" if after else "message_deleted",
            "hidden": True,
            "channel": channel.id,
            "channel_type": _CHANNEL_TYPE[channel.kind],
            "previous_message": message_json(before, state.messages, state.people),
            "ts": ts,
            "event_ts": ts,
        }
        news = {"message": message_json(after, state.messages, state.people)} if after else {"deleted_ts": before.ts}
        yield _told(app, channel, state, change | news)


def of_home(user: User, channel: Channel, view: View | None, *, app: App, state: State) -> Iterator[Told]:
    """What the app hears when a user opens its Home; `channel` is their direct message."""
    if "app_home_opened" not in app.events:
        return
    event: JsonObject = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": state.stamps.next_ts(),
    }
    yield _told(app, channel, state, event | ({"view": view_json(view, app)} if view else {}))


def of_stop(user: User, channel: Channel, thread_ts: str, *, app: App, state: State) -> Iterator[Told]:
    """What the app hears when a user presses the Stop button of a session."""
    if "agent_session_stopped" not in app.events:
        return
    event: JsonObject = {
        "type": "agent_session_stopped",
        "user": user.id,
        "channel": channel.id,
        "thread_ts": thread_ts,
        "event_ts": state.stamps.next_ts(),
    }
    yield _told(app, channel, state, event)


def _listeners(message: Message, state: State) -> Iterator[tuple[App, Channel]]:
    channel = state.people.channels[message.channel]
    if message.only_for:
        return
    for app in state.people.apps.values():
        if app.bot_user_id in channel.members:
            yield app, channel


def _hears(app: App, event: str, scope: str) -> bool:
    return event in app.events and scope in app.scopes


def _spoken(message: Message, channel: Channel, state: State) -> JsonObject:
    author = state.people.users[message.user]
    written = message_json(message, state.messages, state.people, metadata=True)
    outside = {"user_team": author.team_id, "source_team": author.team_id, "user_profile": {"name": author.name}}
    return {
        **written,
        **(outside if author.is_external else {}),
        "channel": channel.id,
        "event_ts": message.ts,
    }


def _told(app: App, channel: Channel, state: State, event: JsonObject) -> Told:
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM_ID,
        "user_id": app.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    payload: JsonObject = {
        "token": app.verification_token,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(state.stamps.clock()),
        "authorizations": [authorization],
        "is_ext_shared_channel": state.people.is_shared(channel),
        "event_context": new_id("4-"),
    }
    return Told(app, payload)
