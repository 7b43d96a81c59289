"""People, channels, messages and views as Slack's Web API and events write them."""

from bot.workspace.messages import Messages
from bot.workspace.model import TEAM_ID, App, Channel, File, Group, Message, User, View
from bot.workspace.people import People
from bot.workspace.wire import JsonObject


def user_json(user: User) -> JsonObject:
    """A user as in users.info; people of another team are strangers, with less said of them."""
    profile = {
        "real_name": user.real_name,
        "display_name": user.name,
        "real_name_normalized": user.real_name,
        "display_name_normalized": user.name,
        "team": user.team_id,
    }
    written: JsonObject = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile | ({"bot_id": user.bot_id, "api_app_id": user.app_id or ""} if user.is_bot else {}),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if user.deleted:
        return written
    return written | {
        "real_name": user.real_name,
        "tz": user.tz,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        **({"is_stranger": True} if user.is_external else {}),
    }


def channel_json(channel: Channel, people: People, *, app: App) -> JsonObject:
    """A conversation as `app` reads it."""
    if channel.kind == "im":
        other = next((id for id in channel.members if id != app.bot_user_id), app.bot_user_id)
        return {
            "id": channel.id,
            "is_im": True,
            "is_org_shared": False,
            "user": other,
            "is_user_deleted": people.users[other].deleted,
            "is_archived": False,
            "context_team_id": TEAM_ID,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "private",
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_member": app.bot_user_id in channel.members,
        "is_shared": people.is_shared(channel),
        "is_ext_shared": people.is_shared(channel),
        "is_org_shared": False,
        "num_members": len(channel.members),
        "context_team_id": TEAM_ID,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def group_json(group: Group, *, with_users: bool) -> JsonObject:
    written: JsonObject = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "user_count": len(group.users),
        "date_delete": 0,
    }
    return written | ({"users": list(group.users)} if with_users else {})


def message_json(message: Message, messages: Messages, people: People, *, metadata: bool = False) -> JsonObject:
    """A message as history, replies and payloads write it; its metadata only when asked for."""
    author = people.users.get(message.user)
    written: JsonObject = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    written["team"] = author.team_id if author else TEAM_ID
    if message.tombstone:
        written |= {"subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    if message.client_msg_id:
        written["client_msg_id"] = message.client_msg_id
    if message.bot_id:
        written |= {"bot_id": message.bot_id} | ({"app_id": message.app_id} if message.app_id else {})
        written["bot_profile"] = bot_json(author) if author else {"id": message.bot_id}
    if message.blocks:
        written["blocks"] = message.blocks
    if message.files:
        written |= {"files": [file_json(file, user=message.user) for file in message.files], "upload": True}
    if message.edited:
        written["edited"] = {"user": message.edited.user, "ts": message.edited.ts}
    if message.reactions:
        written["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if metadata and message.metadata:
        written["metadata"] = message.metadata
    return written | _place_in_thread(message, messages)


def _place_in_thread(message: Message, messages: Messages) -> JsonObject:
    if message.thread_ts:
        parent = messages.get(message.channel, message.thread_ts)
        return {"thread_ts": message.thread_ts} | ({"parent_user_id": parent.user} if parent else {})
    replies = messages.replies(message)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
    }


def file_json(file: File, *, user: str) -> JsonObject:
    """A file as messages and files.completeUploadExternal write it."""
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "size": len(file.content),
        "user": user,
        "mode": "hosted",
        "is_external": False,
    }


def bot_json(user: User) -> JsonObject:
    """The bot behind a bot user, as in bots.info."""
    return {
        "id": user.bot_id,
        "app_id": user.app_id or f"A0{user.name.upper()}",
        "user_id": user.id,
        "name": user.name,
        "deleted": user.deleted,
        "updated": 0,
        "team_id": user.team_id,
    }


def view_json(view: View, app: App) -> JsonObject:
    """A view as views.open answers it and payloads carry it."""
    return {
        "callback_id": "",
        "private_metadata": "",
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        **view.content,
        "id": view.id,
        "team_id": TEAM_ID,
        "app_id": app.id,
        "app_installed_team_id": TEAM_ID,
        "bot_id": app.bot_id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": view.state},
    }
