"""Cancel a run, by the word or by a button."""

from __future__ import annotations

from collections.abc import Sequence

from bot.approvals.decide import may_cancel
from bot.slack import notices
from bot.slack.listeners.counting import NotCounted
from bot.slack.listeners.listening import Listening
from bot.store.thread import Thread


async def cancel(
    listening: Listening, thread: Thread, *, user: str, run_id: str | None = None, seen_ids: Sequence[str] = ()
) -> None:
    """Tell the run that is going in the thread to stop, if it is `run_id` or whatever it is; raises `NotCounted`.

    `seen_ids` are those of the message that says so: told again later, it does not stop the next run.
    """
    run = await listening.runs.find(thread)
    if run is None and run_id is None and await listening.runs.about_to_begin(thread):
        raise NotCounted(notices.not_begun())
    if run is None or run_id not in (None, run.id):
        raise NotCounted(notices.nothing_to_cancel())
    voter = await listening.directory.voter(user, listening.cancel_policy, channel=thread.channel)
    refusal = may_cancel(voter, thread=str(thread), requesters=run.requesters, policy=listening.cancel_policy)
    if refusal:
        raise NotCounted(notices.may_not_cancel(refusal))
    await listening.inbox.cancel(thread, run.id, by=voter.person, seen_ids=seen_ids)
    await listening.wake_up(thread)
