"""Await what the app wrote (rules, hooks, contexts, instructions), which may hang, raise anything, or want to exit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.agents.errors import UserError
from bot.agents.loop.journal import Journal

WITHIN = 60.0
"""Seconds that a rule, a hook, a context or instructions may take."""


class BrokenOff(UserError):
    """The app's own code took too long, or was stopped because somebody cancelled the run."""


@asynccontextmanager
async def app_code(what: str, journal: Journal) -> AsyncGenerator[None]:
    """Around the app's own code: it has 60 s, ends when the run is cancelled, and nothing but errors comes out of it.

    Raises `BrokenOff` when it had to be stopped, `UserError` when it would have ended the process or cancelled itself,
    and otherwise what it raises.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    limit = asyncio.timeout(WITHIN)
    over = False

    def stop(_: asyncio.Future[None]) -> None:
        if not over and not limit.expired():
            limit.reschedule(loop.time())

    try:
        async with limit:
            journal.cancelling.add_done_callback(stop)
            try:
                yield
            finally:
                over = True
                journal.cancelling.remove_done_callback(stop)
    except TimeoutError as error:
        if limit.expired():
            why = "was stopped" if journal.cancelling.done() else f"did not end within {WITHIN:.0f} s"
            raise BrokenOff(f"{what} {why}.") from error
        raise
    except SystemExit as error:
        raise UserError(f"{what} would have ended the process (sys.exit).") from error
    except asyncio.CancelledError as error:
        if task and task.cancelling():
            raise
        raise UserError(f"{what} was cancelled from within.") from error
