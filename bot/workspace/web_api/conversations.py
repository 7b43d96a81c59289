"""conversations.*: channels, their members and what was said in them."""

from bot.workspace.as_slack import channel_json, message_json
from bot.workspace.model import Channel, Message
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.wire import JsonObject

_TYPES = {"public_channel": "public", "private_channel": "private", "im": "im"}
_READ = ("channels:read", "groups:read", "im:read")


def _info(call: Call) -> JsonObject:
    channel = call.channel()
    call.need_to_read(channel)
    return {"channel": _shown(call, channel)}


def _list(call: Call) -> JsonObject:
    known = [one for one in _of_types(call) if one.kind == "public" or call.is_member(one)]
    return _page_of(call, known)


def _of_user(call: Call) -> JsonObject:
    user = call.string("user") or call.app.bot_user_id
    known = [one for one in _of_types(call) if one.kind == "public" or call.is_member(one)]
    return _page_of(call, [one for one in known if user in one.members])


def _page_of(call: Call, channels: list[Channel]) -> JsonObject:
    if call.flag("exclude_archived"):
        channels = [one for one in channels if not one.is_archived]
    shown, cursor = call.page(channels, lambda one: one.id)
    return {
        "channels": [_shown(call, one) for one in shown],
        "response_metadata": {"next_cursor": cursor},
    }


def _of_types(call: Call) -> list[Channel]:
    """The channels of the types that the call asks for, all of which the app must be allowed to read."""
    types = call.strings("types") or ["public_channel"]
    if any(name not in (*_TYPES, "mpim") for name in types):
        raise ApiError("invalid_types")
    kinds = [_TYPES[name] for name in types if name in _TYPES]
    channels = [one for one in call.state.people.channels.values() if one.kind in kinds]
    for channel in channels:
        call.need_to_read(channel)
    return channels


def _members(call: Call) -> JsonObject:
    channel = call.channel()
    call.need_to_read(channel)
    shown, cursor = call.page(channel.members, str)
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}


def _open(call: Call) -> JsonObject:
    if call.string("channel"):
        channel = call.channel()
        return {"channel": _opened(call, channel), "no_op": True, "already_open": True}
    users = call.strings("users")
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")  # direct messages of several people are not here
    user = call.state.people.users.get(users[0])
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted or user.is_bot:
        raise ApiError("user_disabled" if user.deleted else "cannot_dm_bot")
    return {"channel": _opened(call, call.state.people.direct_message(user, call.app))}


def _opened(call: Call, channel: Channel) -> JsonObject:
    return _shown(call, channel) if call.flag("return_im") else {"id": channel.id}


def _replies(call: Call) -> JsonObject:
    channel = _readable(call)
    asked = call.state.messages.get(channel.id, call.required("ts"))
    if asked is None:
        raise ApiError("thread_not_found")
    thread = [asked] if asked.thread_ts else call.state.messages.thread(channel.id, asked.ts)
    kept = [one for one in thread if one is thread[0] or _in_range(call, one)]
    return _messages(call, kept)


def _history(call: Call) -> JsonObject:
    channel = _readable(call)
    said = call.state.messages.top_level(channel.id)
    return _messages(call, [one for one in reversed(said) if _in_range(call, one)])


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need_history(channel)
    if not call.is_member(channel):
        raise ApiError("not_in_channel")
    return channel


def _in_range(call: Call, message: Message) -> bool:
    oldest, latest = call.string("oldest") or "0", call.string("latest") or "9999999999"
    ts = float(message.ts)
    if call.flag("inclusive"):
        return float(oldest) <= ts <= float(latest)
    return float(oldest) < ts < float(latest)


def _messages(call: Call, messages: list[Message]) -> JsonObject:
    shown, cursor = call.page(messages, lambda one: one.ts)
    metadata = call.flag("include_all_metadata")
    state = call.state
    return {
        "messages": [message_json(one, state.messages, state.people, metadata=metadata) for one in shown],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _shown(call: Call, channel: Channel) -> JsonObject:
    return channel_json(channel, call.state.people, app=call.app)


METHODS = {
    "conversations.info": Method(_info, needs=_READ),
    "conversations.list": Method(_list, needs=_READ),
    "conversations.members": Method(_members, needs=_READ),
    "conversations.open": Method(_open, needs=("im:write",)),
    "conversations.replies": Method(_replies, needs=("channels:history", "groups:history", "im:history")),
    "conversations.history": Method(_history, needs=("channels:history", "groups:history", "im:history")),
    "users.conversations": Method(_of_user, needs=_READ),
}
