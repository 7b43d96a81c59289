"""Bring a thread's run as far as it can go: first run, resume and what follows a crash are the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.agents.loop.drive import drive
from bot.agents.loop.ending import fail
from bot.agents.loop.setting import Setting
from bot.agents.record.message import Message
from bot.agents.record.saved import NewerVersion, UnreadableRun
from bot.agents.record.tree import Call, RunTree, Turn, each_once, new_run_id
from bot.approvals.decide import cancel, expire
from bot.slack.blocks import Content
from bot.slack.notices import too_new, unreadable
from bot.store.clock import milliseconds, now
from bot.store.errors import Contended, LeaseLost, StoreUnavailable
from bot.store.held import Held
from bot.store.pending import Granted
from bot.store.thread import Thread
from bot.worker.asking import open_requests, person
from bot.worker.evidence import add_evidence
from bot.worker.hold import Hold, holding
from bot.worker.showing import LOOK_AGAIN, enqueue_differences, keep_wanted
from bot.worker.status import ShowsStatus
from bot.worker.work import Enqueue, Work

_log = structlog.get_logger(__name__)

_STORE_ERRORS = (LeaseLost, StoreUnavailable, Contended)

NOT_MINE = timedelta(seconds=5)
"""When to look again at a run that was saved by a newer version."""

_SETTLES_IN = timedelta(milliseconds=20)
_EXPIRY_EVERY = timedelta(seconds=5)

UNREADABLE_FOR = timedelta(minutes=10)
"""When to look again at a run that is damaged."""

NOT_MINE_FOR_LONG = timedelta(minutes=5)
"""How long that may last before the thread is told."""


class Driver:
    """Works on one thread that is held, until there is nothing to do now, and then lets it go.

    `newer` has the threads that a newer version saved, each with when that was first seen.
    """

    def __init__(self, work: Work, enqueue: Enqueue, held: Held, *, newer: dict[Thread, datetime]) -> None:
        self.newer = newer
        self.work = work
        self.enqueue = enqueue
        self.held = held
        self.thread = held.thread
        self.run: RunTree | None = None
        self._stopping = False
        self._hold: Hold | None = None
        self._changed = asyncio.Event()
        self._presenting = asyncio.Lock()
        self._enqueued: dict[str, str] = {}

    def stop(self) -> None:
        """Begin nothing any more, and hand the thread over after the step that is being made."""
        self._stopping = True
        if self._hold:
            self._hold.stopping.set()

    async def bring_on(self) -> None:
        """Where Redis stays away this ends: the index has the end of the lease, and then another look is taken."""
        try:
            while await self._hold_once():
                again = await self.work.runs.claim(self.thread)
                if again is None:
                    return
                self.held = again
        except _STORE_ERRORS as error:
            _log.warning("thread left", thread=str(self.thread), why=type(error).__name__)

    async def _hold_once(self) -> bool:
        """Work while the thread is held; true when something came before it was let go."""
        self._enqueued.clear()
        async with holding(self.held, changed=self._changed.set, prices=self.work.prices) as self._hold:
            if self._stopping:
                self._hold.stopping.set()
            try:
                await self._work(self._hold)
            except NewerVersion:
                await self._leave_to_a_newer_version()
                return False
            except UnreadableRun as error:
                await self._leave_unreadable(error)
                return False
            except (asyncio.CancelledError, *_STORE_ERRORS):
                with suppress(*_STORE_ERRORS):
                    await self.held.lease.hand_over()
                raise
            # Whatever else it is, the lease runs out: like a crash it counts as a takeover, and in the end it rests.
            if self._hold.stopping.is_set():
                await self.held.lease.hand_over()
                return False
            lease = self.held.lease
            look_at = await lease.lasting(self._next_look)
            return await lease.lasting(lambda: lease.release(look_at=look_at))

    async def _leave_to_a_newer_version(self) -> None:
        """Look again soon; the log says it once, and the thread when it has lasted."""
        at = await now(self.work.client)
        since = self.newer.setdefault(self.thread, at)
        if since == at:
            _log.warning("saved by a newer version", thread=str(self.thread))
        if at - since >= NOT_MINE_FOR_LONG:

            async def told() -> Content:
                return too_new()

            await self.work.writer.show(self.thread, f"newer {milliseconds(since)}", told)
        await self.held.lease.release(look_at=at + NOT_MINE)

    async def _leave_unreadable(self, error: UnreadableRun) -> None:
        """Nothing can go on here; the thread is told once, and looked at rarely."""
        _log.error("unreadable run", thread=str(self.thread), why=str(error))

        async def told() -> Content:
            return unreadable()

        await self.work.writer.show(self.thread, "unreadable", told)
        await self.held.lease.release(look_at=await now(self.work.client) + UNREADABLE_FOR)

    async def _work(self, hold: Hold) -> None:
        self.run = await self.held.load()
        if self.run and not self.run.ended:
            await self._expire(self.run)
        if self.held.lease.parked:
            _log.warning("parked", thread=str(self.thread))
            return
        presenting = asyncio.create_task(self._keep_presenting())
        try:
            while await self._next_run():
                await self._bring_on_run(hold)
                if self.run is None or not self.run.ended or hold.stopping.is_set():
                    return
        finally:
            presenting.cancel()
            await asyncio.gather(presenting, return_exceptions=True)

    async def _next_run(self) -> bool:
        """Whether there is a run to go on with: the one that is open, else one for what was said since."""
        if self.run and not self.run.ended:
            return True
        if self.run:
            await self._settle_leftovers(self.run)
        incoming = await self.held.incoming()
        if incoming.messages:
            self.run = await self._begin(incoming.messages)
        return bool(incoming.messages)

    async def _begin(self, messages: Sequence[Message]) -> RunTree:
        """The next run; it replaces the last one in one step, which goes to the archive and into the conversation."""
        last = self.run
        if last:
            await keep_wanted(self.work, self.thread)
        agent = self.work.agent.name
        run = RunTree(
            run_id=new_run_id(),
            start_agent=agent,
            agent=agent,
            max_turns=self.work.max_turns,
            turns=[Turn(agent=agent, input=list(messages))],
            earlier=each_once([*last.earlier, *last.origins]) if last else [],
        )
        await self.held.start(run, session_items=last.items if last else [])
        _log.info("run began", thread=str(self.thread), run=run.run_id, messages=len(messages))
        return run

    async def _bring_on_run(self, hold: Hold) -> None:
        run = self.run
        if run is None:
            return
        await add_evidence(self.work, self.thread, run.run_id)
        status = ShowsStatus(self.work.writer, self.thread)
        setting = Setting(
            agents=self.work.agents,
            config=self.work.run_config,
            hooks=status,
            context=self.work.context,
            history=await self.work.runs.session(self.thread),
            journal=hold.journal(),
            more_turns=self.work.max_turns,
        )
        try:
            await drive(run, setting)
        except _STORE_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an agent raises becomes something that people see
            _log.warning("run failed", thread=str(self.thread), run=run.run_id, error=type(error).__name__)
            fail(run, error)
            await hold.save(run)
        finally:
            await status.end(waiting=not run.ended)
        async with self._presenting:
            await self._put_before_people()

    async def _expire(self, run: RunTree) -> None:
        """Settle what ran out; the decisions come back with what is incoming."""
        at = await now(self.work.client)
        for request in await self.work.requests.of(self.thread):
            if request.run == run.run_id and not request.settled and request.expires_at <= at:
                await self.work.requests.change(self.thread, request.name, expire)

    async def _settle_leftovers(self, run: RunTree) -> None:
        """What waits for a person though its run has ended, or its call was cancelled, is cancelled as well."""
        calls = _cancelled_calls(run)
        decider = run.ended.by if run.ended else next((call.decision.by for call in calls if call.decision), None)
        by = person(decider) if decider else None
        paths = [call.path for call in calls]
        for request in await self.work.requests.of(self.thread):
            if not request.settled and (run.ended or request.path in paths):
                await self.work.requests.change(self.thread, request.name, lambda found, at: cancel(found, at, by=by))
            if request.always and run.ended:
                await Granted(self.work.client).remove(self.thread, request.name)

    async def _next_look(self) -> datetime | None:
        """When something runs out, or is to be shown again."""
        looks = [request.expires_at for request in await self.work.requests.of(self.thread) if not request.settled]
        differs = await self._enqueue_differences()
        return min([*looks, *([differs] if differs else [])], default=None)

    async def _enqueue_differences(self) -> datetime | None:
        return await enqueue_differences(self.work, self.enqueue, self.thread, enqueued=self._enqueued)

    async def _keep_presenting(self) -> None:
        """While the run goes: after each save, and when something came, put before people what waits and is new."""
        look_in, expired_at = _EXPIRY_EVERY, 0.0
        while True:
            try:
                async with asyncio.timeout(look_in.total_seconds()):
                    await self._changed.wait()
                await asyncio.sleep(_SETTLES_IN.total_seconds())  # what follows at once is shown with it
            except TimeoutError:
                self._enqueued.clear()  # what does not stand by now was lost or put off
            self._changed.clear()
            look_in = LOOK_AGAIN
            with suppress(*_STORE_ERRORS):  # it is tried again soon, and before the thread is let go
                if self.run and not self.run.ended and time.monotonic() - expired_at >= _EXPIRY_EVERY.total_seconds():
                    await self._expire(self.run)
                    expired_at = time.monotonic()
                if await self._present() is None:
                    look_in = _EXPIRY_EVERY

    async def _present(self) -> datetime | None:
        """Put before people what waits and what changed; when to look whether all of it stands, or None if it does."""
        async with self._presenting:
            await self._put_before_people()
            return await self._enqueue_differences()

    async def _put_before_people(self) -> None:
        if self.run and not self.run.ended:
            await open_requests(self.work, self.held, self.run)
        if self.run and _cancelled_calls(self.run):
            await self._settle_leftovers(self.run)


def _cancelled_calls(run: RunTree) -> list[Call]:
    return [call for call in run.all_calls if call.decision and call.decision.source == "cancel"]
