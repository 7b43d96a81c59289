"""The engine: durable wake-ups over all replicas. A task is a hint that carries ids and never contains a run."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from docket import Docket, Worker

from bot.approvals.decide import GAP_THAT_COUNTS
from bot.store.cancellation import not_losing_cancellation
from bot.store.clock import now
from bot.store.errors import StoreError, UnknownRequest
from bot.store.index import Index
from bot.store.pending import Listed, Pending, alive_at, beat
from bot.store.rebuild import rebuild
from bot.store.thread import Thread
from bot.worker.driver import Driver
from bot.worker.showing import LOOK_AGAIN, show
from bot.worker.work import Work

_log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(seconds=1)
ADD_WITHIN = 0.3
"""Seconds for handing a task to the engine; what does not get there is found by the sweep."""

SHOW_WITHIN = 5.0
REFUSED_FOR = timedelta(minutes=10)
"""How long a post is left alone that Slack will not have."""

_DUE_AT_ONCE = 200
_RESTART_AFTER = 1.0


class Wakes:
    """Hands work to the engine, best effort."""

    def __init__(self, docket: Docket) -> None:
        self._docket = docket

    async def advance(self, thread: Thread) -> None:
        """Look at the thread now."""
        await self._add("advance", str(thread))

    async def show(self, thread: Thread, name: str) -> None:
        """Write that post now."""
        await self._add("show", str(thread), name)

    async def _add(self, task: str, *ids: str) -> None:
        """One key per event: the engine drops a key that is running, and with it the wake-up."""
        add = self._docket.add(task, key=f"{task}:{secrets.token_hex(8)}")
        try:
            async with asyncio.timeout(ADD_WITHIN):
                await not_losing_cancellation(add(*ids))
        except Exception as error:  # noqa: BLE001 - Redis away in any of the engine's ways: the sweep covers it
            _log.info("not enqueued", task=task, thread=ids[0], why=type(error).__name__)


@dataclass
class Engine:
    """The workers of this process. `drivers` are the threads that are in its hands, `parts` what must not end."""

    work: Work
    wakes: Wakes
    concurrency: int
    drivers: dict[Thread, Driver] = field(default_factory=dict[Thread, Driver])
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    newer: dict[Thread, datetime] = field(default_factory=dict[Thread, datetime])
    parts: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    stopping: bool = False

    async def advance(self, thread: Thread) -> None:
        """Claim the thread and bring it on in this process, if there is room; returns at once."""
        if not self._has_room(thread):
            return
        held = await self.work.runs.claim(thread)
        if held is None:
            return
        if not self._has_room(thread):  # it was claimed while we were told to stop, or while others took the room
            await held.lease.hand_over()
            return
        driver = self.drivers[thread] = Driver(self.work, self.wakes, held, newer=self.newer)
        task = asyncio.create_task(driver.bring_on(), name=f"drive {thread}")
        self.tasks.add(task)
        task.add_done_callback(lambda ended: self._left(thread, ended))

    async def show(self, thread: Thread, name: str) -> None:
        """Write one post; what cannot be written now is looked at again."""
        async with asyncio.timeout(SHOW_WITHIN):
            shown = await show(self.work, self.wakes, thread, name)
        match shown.how:
            case "done":
                return
            case "busy":
                await Index(self.work.client).lower(thread, after=LOOK_AGAIN)
            case "later":
                wait = max(timedelta(0), shown.at - await now(self.work.client)) if shown.at else LOOK_AGAIN
                await Index(self.work.client).lower(thread, after=wait)
            case "refused":
                await self.work.posts.refused(thread, name, until=await now(self.work.client) + REFUSED_FOR)

    async def sweep(self) -> None:
        """Say that a worker is alive, and wake what is due; neither stops the other."""
        await _guarded("beat", "", self._be_alive())
        await _guarded("sweep", "", self._wake_what_is_due())

    def begin_nothing(self) -> None:
        """From now on claim no thread, and let every thread go after its step."""
        self.stopping = True
        for driver in self.drivers.values():
            driver.stop()

    async def stop(self) -> None:
        """Begin nothing any more; let every thread go after its step, or when the time that calls have is over."""
        self.begin_nothing()
        if self.tasks:
            _, running = await asyncio.wait(self.tasks, timeout=self.work.shuts_down_in.total_seconds())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _has_room(self, thread: Thread) -> bool:
        return not self.stopping and thread not in self.drivers and len(self.drivers) < self.concurrency

    async def _be_alive(self) -> None:
        await self._give_time_after_a_gap()
        await beat(self.work.client)

    async def _wake_what_is_due(self) -> None:
        for thread in await Index(self.work.client).due(_DUE_AT_ONCE):
            if thread not in self.drivers:
                await self.wakes.advance(thread)

    async def _give_time_after_a_gap(self) -> None:
        """Whoever could not decide because no worker was alive gets more time."""
        last = await alive_at(self.work.client)
        if last is None or await now(self.work.client) - last <= GAP_THAT_COUNTS:
            return
        for waiting in await Pending(self.work.client).oldest():
            await self._give_time(waiting)

    async def _give_time(self, waiting: Listed) -> None:
        try:
            await self.work.requests.change(waiting.thread, waiting.name, lambda _request, _at: None)
        except UnknownRequest:
            return
        except StoreError:
            raise  # no worker is alive before all have got their time
        except Exception as error:  # noqa: BLE001 - one that cannot be read must not cost the others their time
            _log.error("no time given", thread=str(waiting.thread), request=waiting.name, error=type(error).__name__)

    def _left(self, thread: Thread, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self.drivers.pop(thread, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("driver failed", thread=str(thread), error=type(error).__name__, exc_info=error)


@asynccontextmanager
async def docket_at(redis_url: str) -> AsyncGenerator[Docket]:
    """The engine's own queue. A task's result is never kept: one that cannot be pickled would end the workers."""
    joined = "&" if "?" in redis_url else "?"
    url = f"{redis_url}{joined}max_connections=500"
    async with Docket(name="assent-engine", url=url, execution_ttl=timedelta(0)) as docket:
        yield docket


@asynccontextmanager
async def running_engine(docket: Docket, work: Work, *, concurrency: int) -> AsyncGenerator[Engine]:
    """Workers in this process, until the block ends: then nothing new is begun, and what is begun is handed over."""
    engine = Engine(work, Wakes(docket), concurrency)
    for task in _tasks(engine):
        docket.register(task)
    rebuilding = asyncio.create_task(_rebuild(engine), name="rebuild")
    parts = {"engine": _supervise(engine, docket), "sweep": _keep_sweeping(engine)}
    engine.parts = [asyncio.create_task(part, name=name) for name, part in parts.items()]
    try:
        yield engine
    finally:
        await engine.stop()
        for task in (*engine.parts, rebuilding):
            task.cancel()
        await asyncio.gather(*engine.parts, rebuilding, return_exceptions=True)


def _tasks(engine: Engine) -> list[Callable[..., Awaitable[None]]]:
    """The engine's tasks. No exception leaves one."""

    async def advance(thread: str) -> None:
        await _guarded("advance", thread, engine.advance(Thread.parse(thread)))

    async def show(thread: str, name: str) -> None:
        await _guarded("show", thread, engine.show(Thread.parse(thread), name))

    return [advance, show]


async def _keep_sweeping(engine: Engine) -> None:
    """In every replica by itself: a task that repeats itself would be gone for long when its worker is killed."""
    while True:
        await engine.sweep()
        await asyncio.sleep(SWEEP_EVERY.total_seconds())


async def _rebuild(engine: Engine) -> None:
    """Once after each start, beside the work: find what the global lists have lost."""
    while True:
        try:
            lost = await rebuild(engine.work.client)
        except StoreError as error:
            _log.info("not all threads were looked through", why=type(error).__name__)
            await asyncio.sleep(_RESTART_AFTER)
            continue
        if lost:
            _log.warning("threads were missing in the index", count=lost)
        return


async def _guarded(task: str, thread: str, working: Awaitable[None]) -> None:
    try:
        await working
    except (StoreError, TimeoutError) as error:
        _log.info("task gave up", task=task, thread=thread, why=type(error).__name__)
    except Exception as error:  # noqa: BLE001 - the index calls it again; an exception here would end the worker
        _log.error("task failed", task=task, thread=thread, error=type(error).__name__, exc_info=error)


async def _later(*_args: Any, **_words: Any) -> None:
    """A task that only a newer version knows: the sweep of one will find its thread."""


async def _supervise(engine: Engine, docket: Docket) -> None:
    """A worker that ends is followed by another, until we stop: a cancelled worker ends without a word."""
    while not engine.stopping:
        try:
            worker = Worker(
                docket,
                name=f"assent-{secrets.token_hex(4)}",
                concurrency=50,
                redelivery_timeout=timedelta(seconds=10),
                reconnection_delay=timedelta(seconds=1),
                minimum_check_interval=timedelta(milliseconds=50),
                scheduling_resolution=timedelta(milliseconds=250),
                fallback_task=_later,
            )
            async with worker:
                await worker.run_forever()
        except Exception as error:  # noqa: BLE001 - whatever ended it
            _log.warning("engine restarts", why=type(error).__name__)
            await asyncio.sleep(_RESTART_AFTER)
