"""A run and its session: what was there before it, and what it brings, written before each question and at rest."""

from __future__ import annotations

import logging

from bot.agents.loop.app_code import app_code
from bot.agents.loop.live import Live
from bot.agents.record.kept import Kept
from bot.agents.record.plain import Item
from bot.agents.record.tree import RunTree
from bot.agents.sessions.append import append
from bot.agents.sessions.cursor import Cursor
from bot.agents.sessions.history import paired
from bot.agents.sessions.interface import ALL, Session
from bot.agents.sessions.mark import mark_of, place_of
from bot.agents.sessions.projection import Batch, next_batch

_log = logging.getLogger(__name__)


async def read_session(run: RunTree, session: Session) -> list[Item]:
    """The conversation before the run, which stays the same whatever comes into the session since.

    Of a session that has lost it, as it was cleared or is another one, it is nothing: what is there came later. What a
    session has lost of the run itself is written into it again.
    """
    items = await session.get_items(limit=ALL)
    kept = run.kept or Kept(before=len(items), mark=mark_of(items))
    place = place_of(kept.mark, items, before=kept.before)
    if place is None or place < kept.before:
        _log.warning("The session of %s has no longer all that was in it before the run.", run.run_id)
    place = place or 0
    whole = len(items) >= place + _written(run, kept.cursor)
    run.kept = Kept(before=place, mark=mark_of(items[:place]), cursor=kept.cursor if whole else Cursor())
    return paired(items[:place])


async def write_session(live: Live) -> None:
    """Write what the session does not have yet; when that fails it is tried again before the model is asked.

    A turn that the model has not answered is left out: what a guardrail stops is not kept.
    """
    run, session = live.run, live.setting.session
    if session is None or run.kept is None:
        return
    kept = run.kept
    batch = _batch(run, kept.cursor)
    if batch.cursor == kept.cursor:
        return
    again, live.may_be_written = live.may_be_written, True
    async with app_code("The session", live.setting.journal):
        before = kept.before if kept.cursor == Cursor() else None
        await append(session, batch.entries, again=again, before=before)
    live.may_be_written = False
    run.kept = kept.model_copy(update={"cursor": batch.cursor})
    await live.save()


def _batch(run: RunTree, cursor: Cursor) -> Batch:
    return next_batch(run.run_id, [turn for turn in run.turns if turn.response], cursor)


def _written(run: RunTree, cursor: Cursor) -> int:
    """How many items of the run its session has been given, up to the cursor."""
    return len(_batch(run, Cursor()).entries) - len(_batch(run, cursor).entries)
