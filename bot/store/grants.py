"""The grants of a thread's run: what people decided for the calls that may still come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.agents.record.tree import RunTree
from bot.approvals.grants import in_force
from bot.approvals.request import Request
from bot.store.client import Client
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import Thread


@dataclass(frozen=True)
class Grants:
    """The grants of all threads."""

    client: Client

    async def of(self, thread: Thread) -> list[Request]:
        """The requests of the thread's current run whose "always" is in force."""
        run = await Runs(self.client).find(thread)
        return holding(run, await Requests(self.client).of(thread)) if run else []


def holding(run: RunTree, requests: Sequence[Request]) -> list[Request]:
    """Those of a run's requests whose "always" can decide a call: none once the run is over, or the run within."""
    if run.ended:
        return []
    return [request for request in in_force(requests) if request.run == run.run_id and _goes_on(run, request.path)]


def _goes_on(run: RunTree, path: str) -> bool:
    """Whether the run that made the call at `path` may make another."""
    around = path.rpartition("/")[0]
    call = run.find(around) if around else None
    return not around or (call is not None and not call.over)
