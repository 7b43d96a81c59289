"""What a person sees, as the control API writes it."""

from bot.workspace.as_slack import view_json
from bot.workspace.delivery import Outcome
from bot.workspace.model import App, Channel, File, Group, Message, Status, User, View
from bot.workspace.people import People
from bot.workspace.state import State
from bot.workspace.wire import JsonObject
from bot.workspace.world import World


def user_shown(user: User) -> JsonObject:
    fields = ("id", "name", "real_name", "team_id", "is_admin", "is_restricted", "is_ultra_restricted", "is_bot")
    return {name: getattr(user, name) for name in fields} | {
        "kind": user.kind,
        "is_app": user.is_app,
        "is_external": user.is_external,
        "deleted": user.deleted,
    }


def group_shown(group: Group) -> JsonObject:
    return {"id": group.id, "handle": group.handle, "name": group.name, "users": list(group.users)}


def app_shown(app: App, world: World) -> JsonObject:
    return {
        "id": app.id,
        "name": app.name,
        "bot_user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "commands": list(app.commands),
        "home_tab": app.home_tab,
        "connections": len(world.sockets.of(app.id)),
    }


def channel_shown(channel: Channel, people: People, *, reader: User | None) -> JsonObject:
    other = _other_side(channel, people, reader)
    return {
        "id": channel.id,
        "name": other.name if other else channel.name,
        "kind": channel.kind,
        "is_private": channel.kind != "public",
        "is_im": channel.kind == "im",
        "is_member": reader is not None and reader.id in channel.members,
        "is_archived": channel.is_archived,
        "is_ext_shared": people.is_shared(channel),
        "members": list(channel.members),
        "topic": channel.topic,
        "with": other.id if other else None,
    }


def channels_seen(people: People, reader: User | None) -> list[Channel]:
    """All channels; or those that `reader` is in, and public ones for full members."""
    if reader is None:
        return list(people.channels.values())
    full = reader.kind in ("member", "admin")
    return [one for one in people.channels.values() if reader.id in one.members or (full and one.kind == "public")]


def message_shown(message: Message, state: State, *, reader: str | None) -> JsonObject:
    replies = [] if message.thread_ts else state.messages.replies(message, reader=reader)
    author = state.people.users.get(message.user)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.root_ts if message.thread_ts or replies else None,
        "user": message.user,
        "name": author.name if author else message.user,
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "text": message.text,
        "blocks": message.blocks,
        "files": [_file_shown(file) for file in message.files],
        "subtype": "tombstone" if message.tombstone else None,
        "ephemeral": message.only_for is not None,
        "edited": {"user": message.edited.user, "ts": message.edited.ts} if message.edited else None,
        "metadata": message.metadata,
        "reply_count": len(replies),
        "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
        "latest_reply": replies[-1].ts if replies else None,
        "reactions": [{"name": name, "users": list(users)} for name, users in message.reactions.items()],
    }


def view_shown(view: View, people: People) -> JsonObject:
    return view_json(view, people.apps[view.app_id]) | {"user": view.user, "errors": view.errors}


def status_shown(status: Status | None) -> JsonObject | None:
    return status.model_dump(mode="json") if status else None


def outcome_shown(outcome: Outcome, app: App) -> JsonObject:
    """Whether the deed was acked, after how long, and the warning that Slack's client shows when it was not."""
    return {
        "acked": outcome.acked,
        "ack_ms": outcome.ack_ms,
        "warning": None if outcome.acked else _warning(outcome, app),
    }


PREVIEWED = 1000
"""Characters of a file that are told with its message."""


def _file_shown(file: File) -> JsonObject:
    preview = file.text[:PREVIEWED]
    whole = len(preview) == len(file.text)
    return {"id": file.id, "name": file.name, "size": len(file.content), "preview": preview, "is_whole": whole}


def _warning(outcome: Outcome, app: App) -> str:
    if not outcome.connected:
        return f"{app.name} is not connected. Nothing was sent."
    return f"{app.name} did not answer in time. Try again."


def _other_side(channel: Channel, people: People, reader: User | None) -> User | None:
    if channel.kind != "im":
        return None
    app = people.app_in(channel)
    bot = app.bot_user_id if app else channel.members[-1]
    person = next((id for id in channel.members if id != bot), bot)
    return people.users[person if reader is not None and reader.id == bot else bot]
