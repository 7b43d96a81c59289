"""The log: every Web API call and every envelope, with how it ended."""

from pydantic import Field

from bot.workspace.faults import EnvelopeType
from bot.workspace.model import Model
from bot.workspace.wire import JsonObject

_KEPT = 20_000
_SECRET = ("token", "client_secret")


class ApiEntry(Model):
    """A call. `ok` is None when the caller got no answer; `status` is the HTTP status."""

    n: int = 0
    kind: str = "api"
    at: float
    method: str
    app_id: str | None = None
    args: JsonObject = Field(default_factory=dict)
    ok: bool | None = None
    error: str | None = None
    status: int | None = None
    fault: str | None = None


class EnvelopeEntry(Model):
    """An envelope that was sent, or could not be. `attempt` 0 is the first delivery; `response` came with the ack."""

    n: int = 0
    kind: str = "envelope"
    at: float
    type: EnvelopeType
    envelope_id: str
    app_id: str
    attempt: int = 0
    payload: JsonObject = Field(default_factory=dict)
    acked: bool = False
    ack_ms: float | None = None
    response: JsonObject | None = None
    fault: str | None = None


Entry = ApiEntry | EnvelopeEntry


class Journal:
    """The latest entries, in the order in which calls and envelopes ended."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._count = 0

    def note(self, entry: Entry) -> None:
        self._count += 1
        self.entries.append(entry.model_copy(update={"n": self._count}))
        if len(self.entries) > _KEPT:
            del self.entries[: _KEPT // 2]

    def clear(self) -> None:
        self.entries.clear()


def without_tokens(args: JsonObject) -> JsonObject:
    """`args` as they may be shown."""
    return {name: value for name, value in args.items() if name not in _SECRET}
