"""assistant.threads.setStatus and agents.sessions.setStatus: what a thread shows while the app works."""

from typing import cast, get_args

from bot.workspace.model import SessionStatus, Status
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.wire import JsonObject

_LOADING_MESSAGES_LIMIT = 10


def _set_status(call: Call) -> JsonObject:
    place = _place(call)
    loading = call.strings("loading_messages")
    if len(loading) > _LOADING_MESSAGES_LIMIT:
        raise ApiError("invalid_arguments")
    known = call.state.statuses.get(place) or Status(app_id=call.app.id)
    status = known.but(app_id=call.app.id, text=call.string("status"), loading_messages=tuple(loading))
    call.state.set_status(*place, status if status.text or status.session else None)
    return {}


def _set_session(call: Call) -> JsonObject:
    place = _place(call)
    session = call.required("status")
    if session not in get_args(SessionStatus):
        raise ApiError("invalid_arguments")
    known = call.state.statuses.get(place) or Status(app_id=call.app.id)
    status = known.but(app_id=call.app.id, session=cast("SessionStatus", session))  # checked on the line above
    call.state.set_status(*place, status)
    return {"session": {"channel_id": place[0], "thread_ts": place[1], "status": session}}


def _place(call: Call) -> tuple[str, str]:
    """The thread: its channel and the ts of its parent."""
    channel = call.channel("channel_id")
    if not call.is_member(channel):
        raise ApiError("not_in_channel")
    parent = call.state.messages.get(channel.id, call.required("thread_ts"))
    if parent is None:
        raise ApiError("thread_not_found")
    return channel.id, parent.root_ts


METHODS = {
    "assistant.threads.setStatus": Method(_set_status, needs=("chat:write", "assistant:write")),
    "agents.sessions.setStatus": Method(_set_session, needs=("assistant:write",)),
}
