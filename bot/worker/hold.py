"""A thread in our hands: its lease renewed, and what the loop is given to keep its run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from bot.agents.loop.journal import Journal
from bot.agents.pricing import Prices
from bot.agents.record.decision import Status
from bot.agents.record.forms import answer_as_text
from bot.agents.record.tree import RunTree
from bot.store.errors import LeaseLost, StoreUnavailable
from bot.store.held import Held

_log = structlog.get_logger(__name__)

RENEW_EVERY = timedelta(seconds=1)


class Hold:
    """What the loop is given of a held thread. `changed` is called when there may be more to show; it must not wait."""

    def __init__(self, held: Held, *, changed: Callable[[], None], prices: Prices | None = None) -> None:
        self.held = held
        self.prices = prices
        self.lost = False
        self.moved = asyncio.Event()
        self.stopping = asyncio.Event()
        self.cancelling: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed = changed
        self._statuses: dict[str, Status] = {}

    def journal(self) -> Journal:
        """For one run."""
        self.cancelling = asyncio.get_running_loop().create_future()
        return Journal(
            save=self.save,
            incoming=self.held.incoming,
            revoked=self.held.revoked,
            may_start=self.may_start,
            moved=self.moved,
            stopping=self.stopping,
            cancelling=self.cancelling,
        )

    async def save(self, run: RunTree) -> None:
        """Save the run; when that fails for good, keep what calls did that had been started, for whoever asks."""
        try:
            await self.held.save(run)
        except (LeaseLost, StoreUnavailable):
            await self._keep_evidence(run)
            raise
        self._note_transitions(run)
        self._changed()

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
            except Exception as error:  # noqa: BLE001 - a run that stays held goes on; the next renewal may well work
                _log.error("not renewed", thread=str(self.held.thread), error=type(error).__name__, exc_info=error)
                continue
            cancelled = self.held.run_id in beat.cancelled_runs
            if cancelled and not self.cancelling.done():
                self.cancelling.set_result(None)
            if beat.moved or cancelled:
                self.moved.set()
                self._changed()

    async def _keep_evidence(self, run: RunTree) -> None:
        for call in run.recent_calls:
            if self._statuses.get(call.path) == "started" and call.over and call.output:
                told = answer_as_text(call.output)
                with suppress(StoreUnavailable):
                    await self.held.late(call.path, told if call.status == "done" else f"It failed: {told}")

    def _note_transitions(self, run: RunTree) -> None:
        """A line of the log for each call that is in another status than when it was saved last, and for the end."""
        log = _log.bind(thread=str(self.held.thread), run=run.run_id)
        for call in run.recent_calls:
            if self._statuses.get(call.path) != call.status:
                log.info(call.status, call=call.path, tool=call.tool, round=call.round)
        self._statuses = {call.path: call.status for call in run.recent_calls}
        if run.ended:
            log.info("run ended", how=run.ended.how, turns=run.current_turn, **self._used(run))

    def _used(self, run: RunTree) -> dict[str, int | str]:
        """The tokens of a run and, where the operator gave prices, what they cost in dollars."""
        usage = run.usage
        tokens = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        if self.prices is None:
            return {**tokens}
        cost = self.prices.total(run.usage_by_model)
        return {**tokens, "dollars": "unknown" if cost is None else f"{cost:.6f}"}


@asynccontextmanager
async def holding(held: Held, *, changed: Callable[[], None], prices: Prices | None = None) -> AsyncGenerator[Hold]:
    """The thread in our hands for as long as the block lasts. With `prices` the log says what a run has cost."""
    hold = Hold(held, changed=changed, prices=prices)
    renewing = asyncio.create_task(hold.renew())
    try:
        yield hold
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
