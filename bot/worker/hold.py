"""A thread in our hands: its lease renewed, and what the loop is given to keep its run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from bot.agents.call import text_of
from bot.agents.journal import Journal
from bot.agents.tree import RunTree
from bot.store.errors import LeaseLost, StoreUnavailable
from bot.store.held import Held

_log = structlog.get_logger(__name__)

RENEW_EVERY = timedelta(seconds=1)


class Hold:
    """What the loop is given of a held thread. `saved` is called after each save, and must not wait."""

    def __init__(self, held: Held, *, saved: Callable[[], None]) -> None:
        self.held = held
        self.lost = False
        self.moved = asyncio.Event()
        self.stopping = asyncio.Event()
        self._saved = saved
        self._started: set[str] = set()

    @property
    def journal(self) -> Journal:
        return Journal(
            save=self.save,
            incoming=self.held.incoming,
            may_start=self.may_start,
            moved=self.moved,
            stopping=self.stopping,
        )

    async def save(self, run: RunTree) -> None:
        """Save the run; when that fails for good, keep what calls did that had been started, for whoever asks."""
        try:
            await self.held.save(run)
        except (LeaseLost, StoreUnavailable):
            await self._keep_evidence(run)
            raise
        self._started = {call.path for call in run.calls if call.status == "started"}
        _log.info("saved", thread=str(self.held.thread), run=run.run_id, turn=run.current_turn, **_counts(run))
        self._saved()

    def may_start(self) -> None:
        """Raises `LeaseLost` when the lease is over or nearly so: nothing may begin then."""
        if self.lost or self.held.lease.remaining <= timedelta(0):
            raise LeaseLost(f"The lease on {self.held.thread} is too near its end to begin anything")

    async def renew(self) -> None:
        """Hold on to the thread, and hear what comes for it, until the thread is another's."""
        while True:
            await asyncio.sleep(RENEW_EVERY.total_seconds())
            try:
                beat = await self.held.lease.renew()
            except StoreUnavailable:
                continue  # the lease lasts for a while; without it nothing is begun and nothing saved
            except LeaseLost:
                self.lost = True
                self.stopping.set()
                _log.warning("lease lost", thread=str(self.held.thread))
                return
            if beat.moved or beat.cancelled_run:
                self.moved.set()

    async def _keep_evidence(self, run: RunTree) -> None:
        for call in run.calls:
            if call.path in self._started and call.over and call.output:
                told = text_of(call.output, "output")
                with suppress(StoreUnavailable):
                    await self.held.late(call.path, told if call.status == "done" else f"It failed: {told}")


@asynccontextmanager
async def holding(held: Held, *, saved: Callable[[], None]) -> AsyncGenerator[Hold]:
    """The thread in our hands for as long as the block lasts."""
    hold = Hold(held, saved=saved)
    renewing = asyncio.create_task(hold.renew())
    try:
        yield hold
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


def _counts(run: RunTree) -> dict[str, object]:
    """How many calls of the last turn are in which status; names and numbers only."""
    calls = run.turns[-1].calls if run.turns else []
    counts = {status: sum(1 for call in calls if call.status == status) for status in {call.status for call in calls}}
    return {**counts, **({"ended": run.ended.how} if run.ended else {})}
