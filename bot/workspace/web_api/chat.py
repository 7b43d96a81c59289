"""chat.*, reactions.add: apps write, change and delete messages."""

from bot.workspace.as_slack import message_json
from bot.workspace.model import TEAM_ID, Channel, Edit, Message
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.web_api.content import read_blocks, read_markdown, read_metadata, read_text
from bot.workspace.wire import JsonObject


def _post(call: Call) -> JsonObject:
    channel = where_to_write(call)
    message = _written(call, channel)
    call.world.posting.post(message)
    return {"channel": channel.id, "ts": message.ts, "message": _shown(call, message)}


def _post_ephemeral(call: Call) -> JsonObject:
    channel = where_to_write(call)
    reader = call.required("user")
    if reader not in channel.members:
        raise ApiError("user_not_in_channel")
    message = _written(call, channel).but(only_for=reader, metadata=None)
    call.world.posting.post(message)
    return {"message_ts": message.ts}


def _update(call: Call) -> JsonObject:
    channel = call.channel()
    before = _own(call, channel, "ts", otherwise="cant_update_message")
    blocks, text = _body(call)
    metadata = read_metadata(call) if "metadata" in call.args else before.metadata
    silent = blocks is not None  # an edit with blocks shows no "edited"
    stamp = Edit(user=call.app.bot_user_id, ts=call.state.stamps.next_ts())
    after = before.but(text=text, blocks=blocks or [], metadata=metadata, edited=before.edited if silent else stamp)
    call.world.posting.edit(before, after)
    return {"channel": channel.id, "ts": after.ts, "text": after.text, "message": _shown(call, after)}


def _delete(call: Call) -> JsonObject:
    channel = call.channel()
    message = _own(call, channel, "ts", otherwise="cant_delete_message")
    call.world.posting.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def _permalink(call: Call) -> JsonObject:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    link = f"{call.world.place.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    in_thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": link + in_thread}


def _react(call: Call) -> JsonObject:
    channel = call.channel()
    message = call.message(channel, "timestamp")
    name = call.required("name").strip(":")
    users = message.reactions.get(name, ())
    if call.app.bot_user_id in users:
        raise ApiError("already_reacted")
    reactions = message.reactions | {name: (*users, call.app.bot_user_id)}
    call.state.messages.replace(message.but(reactions=reactions), what="reacted")
    return {}


def _written(call: Call, channel: Channel) -> Message:
    blocks, text = _body(call)
    return Message(
        ts=call.state.stamps.next_ts(),
        channel=channel.id,
        user=call.app.bot_user_id,
        bot_id=call.app.bot_id,
        app_id=call.app.id,
        text=text,
        blocks=blocks or [],
        metadata=read_metadata(call),
        thread_ts=thread_to_write_in(call, channel),
        broadcast=call.flag("reply_broadcast") and bool(call.string("thread_ts")),
    )


def _body(call: Call) -> tuple[list[JsonObject] | None, str]:
    """The blocks, None when none were given, and the text."""
    blocks = read_markdown(call) or read_blocks(call)
    text = read_text(call) or call.string("markdown_text")
    if not blocks and not text:
        raise ApiError("no_text")
    return blocks, text


def where_to_write(call: Call, name: str = "channel") -> Channel:
    """The channel to write to; a user's id means their direct message, and a name with # is taken too."""
    people = call.state.people
    written = call.string(name)
    user = people.users.get(written)
    if user and not user.is_bot:
        return people.direct_message(user, call.app)
    channel = people.channel(written)
    if channel is None or (channel.kind != "public" and not call.is_member(channel)):
        raise ApiError("channel_not_found")
    if channel.is_archived:
        raise ApiError("is_archived")
    if not call.is_member(channel) and "chat:write.public" not in call.app.scopes:
        raise ApiError("not_in_channel")
    return channel


def thread_to_write_in(call: Call, channel: Channel) -> str:
    """The ts of the thread to reply in, empty for none; a reply's ts leads to its thread."""
    ts = call.string("thread_ts")
    if not ts:
        return ""
    parent = call.state.messages.get(channel.id, ts)
    if parent is None:
        raise ApiError("thread_not_found")
    return parent.root_ts


def _own(call: Call, channel: Channel, name: str, *, otherwise: str) -> Message:
    message = call.message(channel, name)
    if message.app_id != call.app.id:
        raise ApiError(otherwise)
    return message


def _shown(call: Call, message: Message) -> JsonObject:
    written = message_json(message, call.state.messages, call.state.people, metadata=True)
    return written | {"team": TEAM_ID}


_WRITE = ("chat:write",)
METHODS = {
    "chat.postMessage": Method(_post, needs=_WRITE),
    "chat.postEphemeral": Method(_post_ephemeral, needs=_WRITE),
    "chat.update": Method(_update, needs=_WRITE),
    "chat.delete": Method(_delete, needs=_WRITE),
    "chat.getPermalink": Method(_permalink),
    "reactions.add": Method(_react, needs=("reactions:write",)),
}
