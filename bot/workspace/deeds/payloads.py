"""The payloads of interactions, as Slack writes them."""

from dataclasses import dataclass

from bot.workspace.as_slack import message_json, view_json
from bot.workspace.model import TEAM_ID, App, Channel, Message, User, View
from bot.workspace.wire import JsonObject
from bot.workspace.world import World

_CHANNEL_NAME = {"im": "directmessage", "private": "privategroup"}


@dataclass(frozen=True)
class OnMessage:
    """Something done in a message."""

    channel: Channel
    message: Message


@dataclass(frozen=True)
class OnView:
    """Something done in a modal or a Home tab."""

    view: View


Surface = OnMessage | OnView


def block_actions(world: World, app: App, user: User, surface: Surface, action: JsonObject) -> JsonObject:
    """A click or a choice. A Home tab or modal has neither message nor response_url; nor has an ephemeral a message."""
    return _frame(app, user, "block_actions") | _surface(world, app, user, surface) | {"actions": [action]}


def block_suggestion(world: World, app: App, user: User, surface: Surface, asked: JsonObject) -> JsonObject:
    """Options wanted for an external select, for what was typed so far."""
    written = _frame(app, user, "block_suggestion") | _surface(world, app, user, surface) | asked
    return {name: value for name, value in written.items() if name not in ("trigger_id", "response_url", "state")}


def view_submission(world: World, app: App, user: User, view: View) -> JsonObject:
    trigger = world.triggers.issue(app, user.id, view=view)
    frame = _frame(app, user, "view_submission")
    return frame | {"trigger_id": trigger, "view": view_json(view, app), "response_urls": []}


def view_closed(app: App, user: User, view: View, *, cleared: bool) -> JsonObject:
    return _frame(app, user, "view_closed") | {"view": view_json(view, app), "is_cleared": cleared}


def slash_command(world: World, app: App, user: User, channel: Channel, *, command: str, text: str) -> JsonObject:
    """A slash command, whose fields are all strings."""
    return {
        "token": app.verification_token,
        "team_id": TEAM_ID,
        "team_domain": "local",
        "channel_id": channel.id,
        "channel_name": _CHANNEL_NAME.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": _response_url(world, app, user, channel=channel.id, thread_ts="", ts=""),
        "trigger_id": world.triggers.issue(app, user.id),
    }


def _frame(app: App, user: User, kind: str) -> JsonObject:
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": app.id,
        "token": app.verification_token,
        "team": {"id": TEAM_ID, "domain": "local"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _surface(world: World, app: App, user: User, surface: Surface) -> JsonObject:
    match surface:
        case OnView(view):
            return {
                "container": {"type": "view", "view_id": view.id},
                "trigger_id": world.triggers.issue(app, user.id, view=view),
                "view": view_json(view, app),
            }
        case OnMessage(channel, message):
            return _in_message(world, app, user, channel, message)


def _in_message(world: World, app: App, user: User, channel: Channel, message: Message) -> JsonObject:
    ephemeral = message.only_for is not None
    container: JsonObject = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    shown = message_json(message, world.state.messages, world.state.people, metadata=True)
    return {
        "container": container | ({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        "trigger_id": world.triggers.issue(app, user.id),
        "channel": {"id": channel.id, "name": _CHANNEL_NAME.get(channel.kind, channel.name)},
        **({} if ephemeral else {"message": shown}),
        "response_url": _response_url(world, app, user, channel=channel.id, thread_ts=message.thread_ts, ts=message.ts),
    }


def _response_url(world: World, app: App, user: User, *, channel: str, thread_ts: str, ts: str) -> str:
    secret = world.triggers.issue_answer(app, user.id, channel=channel, thread_ts=thread_ts, ts=ts)
    return f"{world.place.url}/response/{secret}"
