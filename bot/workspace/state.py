"""All that a workspace is at one moment."""

from collections.abc import Callable

from bot.workspace.changes import Changes
from bot.workspace.config import Config
from bot.workspace.messages import Messages
from bot.workspace.model import Status
from bot.workspace.people import People
from bot.workspace.stamps import Stamps
from bot.workspace.views import Views


class State:
    """People, messages, views, and the status lines under threads, named (channel, ts of the thread)."""

    def __init__(self, config: Config, *, clock: Callable[[], float]) -> None:
        self.config = config
        self.changes = Changes()
        self.stamps = Stamps(clock)
        self.people = People(config, changes=self.changes)
        self.messages = Messages(changes=self.changes)
        self.views = Views(changes=self.changes, clock=clock)
        self.statuses: dict[tuple[str, str], Status] = {}

    def set_status(self, channel: str, thread_ts: str, status: Status | None) -> None:
        """Show `status` under the thread, or nothing."""
        if status is None:
            if self.statuses.pop((channel, thread_ts), None) is None:
                return
        else:
            self.statuses[channel, thread_ts] = status
        self.changes.tell("status", channel=channel, thread_ts=thread_ts)

    def clear(self) -> None:
        """Forget what was said and shown; people, channels and tokens stay."""
        self.messages.clear()
        self.views.clear()
        self.statuses.clear()
        self.changes.tell("reset")
