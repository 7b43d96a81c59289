"""Cancel a run: by the word, by a button of ours, or by the Stop button that Slack shows under a thread."""

from __future__ import annotations

from collections.abc import Sequence

from bot.approvals.decide import may_cancel
from bot.slack import notices
from bot.slack.listeners.counting import NotCounted, refusal_of
from bot.slack.listeners.events import Stopped
from bot.slack.listeners.listening import Listening
from bot.store.thread import Thread


async def cancel(
    listening: Listening, thread: Thread, *, user: str, run_id: str | None = None, seen_ids: Sequence[str] = ()
) -> None:
    """Tell the run that is going in the thread to stop, if it is `run_id` or whatever it is; raises `NotCounted`.

    `seen_ids` are those of the message that says so: told again later, it neither stops the next run nor says anything.
    """
    if await listening.inbox.has_seen(thread, seen_ids):
        return await listening.wake_up(thread)
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
    return await listening.wake_up(thread)


async def on_stopped(listening: Listening, stopped: Stopped) -> None:
    """Cancel the run of the thread, as the word does, or tell the person why not."""
    person = stopped.event.user
    thread = stopped.thread(listening.team)
    refusal = await refusal_of(cancel(listening, thread, user=person, seen_ids=[stopped.event_id]))
    if refusal:
        listening.tell(person, thread, refusal.content)
