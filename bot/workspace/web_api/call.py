"""One call of the Web API: its arguments, read strictly, and the errors that answer it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from bot.workspace.model import App, Channel, ChannelKind, Message, User
from bot.workspace.state import State
from bot.workspace.wire import JsonObject, an_object, parsed, strings
from bot.workspace.world import World

_READ_SCOPE: dict[ChannelKind, str] = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
_HISTORY_SCOPE: dict[ChannelKind, str] = {
    "public": "channels:history",
    "private": "groups:history",
    "im": "im:history",
}
_PAGE_LIMIT = 1000

T = TypeVar("T")


class ApiError(Exception):
    """The call fails with Slack's word for why; `more` goes into the answer beside it."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass(frozen=True)
class Call:
    """A call by `app`, whose token has been checked."""

    method: str
    args: JsonObject
    app: App
    world: World

    @property
    def state(self) -> State:
        return self.world.state

    def string(self, name: str) -> str:
        """The argument as a string, empty when it is not there."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.string(name)
        if not value:
            message = f"[ERROR] missing required field: {name}"
            raise ApiError("invalid_arguments", response_metadata={"messages": [message]})
        return value

    def flag(self, name: str) -> bool:
        return self.string(name).lower() in ("1", "true")

    def strings(self, name: str) -> list[str]:
        return strings(parsed(self.args.get(name)))

    def json(self, name: str) -> object:
        """The argument as JSON; forms and query strings carry it as text. None when it is not there."""
        return parsed(self.args.get(name))

    def object(self, name: str) -> JsonObject:
        return an_object(self.json(name))

    def user(self, name: str) -> User:
        user = self.state.people.users.get(self.required(name))
        if user is None:
            raise ApiError("user_not_found")
        return user

    def channel(self, name: str = "channel") -> Channel:
        """The channel that the argument names by id, if the app may know of it."""
        channel = self.state.people.channels.get(self.string(name))
        if channel is None or not (channel.kind == "public" or self.is_member(channel)):
            raise ApiError("channel_not_found")
        return channel

    def is_member(self, channel: Channel) -> bool:
        return self.app.bot_user_id in channel.members

    def message(self, channel: Channel, name: str = "ts") -> Message:
        message = self.state.messages.get(channel.id, self.string(name))
        if message is None or message.tombstone:
            raise ApiError("message_not_found")
        return message

    def need(self, *scopes: str) -> None:
        """Refuse the call unless the app has one of `scopes`."""
        if scopes and not set(scopes) & set(self.app.scopes):
            raise ApiError("missing_scope", needed=scopes[0], provided=",".join(self.app.scopes))

    def may_read(self, channel: Channel) -> bool:
        return _READ_SCOPE[channel.kind] in self.app.scopes

    def need_to_read(self, channel: Channel) -> None:
        self.need(_READ_SCOPE[channel.kind])

    def need_history(self, channel: Channel) -> None:
        self.need(_HISTORY_SCOPE[channel.kind])

    def page(self, items: Sequence[T], key: Callable[[T], str], *, default: int = 100) -> tuple[list[T], str]:
        """The items after the call's cursor, up to its limit, and the next cursor, empty at the end."""
        cursor = self.string("cursor")
        keys = [key(item) for item in items]
        if cursor and cursor not in keys:
            raise ApiError("invalid_cursor")
        begin = keys.index(cursor) + 1 if cursor else 0
        limit = self._limit(default)
        shown = list(items[begin : begin + limit])
        return shown, keys[begin + limit - 1] if begin + limit < len(items) else ""

    def _limit(self, default: int) -> int:
        written = self.string("limit") or str(default)
        if not written.isdecimal() or int(written) > _PAGE_LIMIT:
            raise ApiError("invalid_limit")
        return int(written) or default


@dataclass(frozen=True)
class Method:
    """A Web API method: what it does, whose token it takes, and of which scopes the app needs one."""

    run: Callable[[Call], JsonObject]
    needs: tuple[str, ...] = ()
    token: Literal["bot", "app"] = "bot"
