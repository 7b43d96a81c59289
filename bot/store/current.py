"""What a listener needs to know of a thread's run: whether one is going, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from bot.approvals.people import Person
from bot.store.client import Client
from bot.store.runs import Runs
from bot.store.thread import Thread


@dataclass(frozen=True)
class CurrentRun:
    """A run that has not ended; its requesters are all whose messages are in it."""

    id: str
    requesters: tuple[Person, ...]


@dataclass(frozen=True)
class CurrentRuns:
    """The runs that are going, by thread."""

    client: Client

    async def about_to_begin(self, thread: Thread) -> bool:
        """Whether something was said that no run has taken up yet."""
        return bool(await Runs(self.client).messages(thread))

    async def find(self, thread: Thread) -> CurrentRun | None:
        """The run that is going in the thread, working or waiting, or None."""
        state = await Runs(self.client).find(thread)
        if state is None or state.ended is not None:
            return None
        requesters = (Person(id=origin.id, name=origin.name, team=origin.team) for origin in state.origins)
        return CurrentRun(state.run_id, tuple(requesters))
