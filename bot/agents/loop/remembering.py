"""Write what a run brings into its session: before each question to the model, at a pause, and at the end."""

from __future__ import annotations

from bot.agents.loop.app_code import app_code
from bot.agents.loop.live import Live
from bot.agents.record.kept import Kept
from bot.agents.sessions.append import append
from bot.agents.sessions.cursor import Cursor
from bot.agents.sessions.projection import next_batch


async def write_session(live: Live) -> None:
    """Write what the session does not have yet; when that fails it is tried again before the model is asked.

    A turn that the model has not answered is left out: what a guardrail stops is not kept.
    """
    run, session = live.run, live.setting.session
    if session is None or run.kept is None:
        return
    kept = run.kept
    answered = [turn for turn in run.turns if turn.response]
    batch = next_batch(run.run_id, answered, kept.cursor)
    if batch.cursor == kept.cursor:
        return
    again, live.may_be_written = live.may_be_written, True
    async with app_code("The session", live.setting.journal):
        before = kept.before if kept.cursor == Cursor() else None
        await append(session, batch.entries, again=again, before=before)
    live.may_be_written = False
    run.kept = Kept(before=kept.before, cursor=batch.cursor)
    await live.save()
