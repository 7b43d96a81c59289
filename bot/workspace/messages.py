"""The messages of every channel, as each reader may see them."""

from collections.abc import Iterator

from bot.workspace.changes import Changes
from bot.workspace.model import Message
from bot.workspace.wire import JsonObject

_EARLIER_KEPT = 10


class Messages:
    """Keeps messages in the order of their ts. Ephemeral ones have one reader and are unknown to the Web API."""

    def __init__(self, *, changes: Changes) -> None:
        self._changes = changes
        self._channels: dict[str, dict[str, Message]] = {}
        self._replies: dict[tuple[str, str], list[str]] = {}
        self._earlier: dict[tuple[str, str], list[list[JsonObject]]] = {}

    def __iter__(self) -> Iterator[Message]:
        """All that are stored, ephemeral ones too."""
        return (message for channel in self._channels.values() for message in channel.values())

    def get(self, channel: str, ts: str, *, reader: str | None = None) -> Message | None:
        """The message, if `reader` sees it; without a reader, as apps see it."""
        message = self._channels.get(channel, {}).get(ts)
        return message if message and _visible(message, reader) else None

    def add(self, message: Message) -> None:
        self._channels.setdefault(message.channel, {})[message.ts] = message
        if message.thread_ts:
            self._replies.setdefault((message.channel, message.thread_ts), []).append(message.ts)
        self._tell(message, "posted")

    def replace(self, message: Message, *, what: str = "edited") -> None:
        """Put `message` where one with its channel and ts stands."""
        before = self._channels[message.channel][message.ts]
        if before.blocks != message.blocks:
            earlier = self._earlier.get((message.channel, message.ts), [])
            self._earlier[message.channel, message.ts] = [before.blocks, *earlier][:_EARLIER_KEPT]
        self._channels[message.channel][message.ts] = message
        self._tell(message, what)

    def earlier_blocks(self, message: Message) -> list[list[JsonObject]]:
        """What the message showed before its last edits, newest first: somebody may have it on their screen still."""
        return self._earlier.get((message.channel, message.ts), [])

    def delete(self, message: Message) -> None:
        """Take it away; of a parent with replies a tombstone stays, as in Slack."""
        if self.replies(message):
            tomb = message.but(text="This message was deleted.", blocks=[], files=(), metadata=None, tombstone=True)
            return self.replace(tomb, what="deleted")
        del self._channels[message.channel][message.ts]
        self._earlier.pop((message.channel, message.ts), None)
        if message.thread_ts:
            self._replies[message.channel, message.thread_ts].remove(message.ts)
        return self._tell(message, "deleted")

    def replies(self, parent: Message, *, reader: str | None = None) -> list[Message]:
        stamps = self._replies.get((parent.channel, parent.ts), [])
        found = (self._channels[parent.channel][ts] for ts in stamps)
        return [message for message in found if _visible(message, reader)]

    def thread(self, channel: str, ts: str, *, reader: str | None = None) -> list[Message]:
        """The parent and its replies, oldest first; nothing when there is no such parent."""
        parent = self.get(channel, ts, reader=reader)
        return [parent, *self.replies(parent, reader=reader)] if parent else []

    def top_level(self, channel: str, *, reader: str | None = None) -> list[Message]:
        """What stands in the channel itself, oldest first."""
        found = self._channels.get(channel, {}).values()
        return [one for one in found if _visible(one, reader) and (not one.thread_ts or one.broadcast)]

    def clear(self) -> None:
        self._channels.clear()
        self._replies.clear()
        self._earlier.clear()

    def _tell(self, message: Message, what: str) -> None:
        where = {"channel": message.channel, "thread_ts": message.thread_ts or None, "ts": message.ts}
        if message.only_for:
            self._changes.tell("ephemeral", **where, user=message.only_for)
        else:
            self._changes.tell("changed", **where, what=what)


def _visible(message: Message, reader: str | None) -> bool:
    return message.only_for is None or message.only_for == reader
