"""Somebody says something to the bot: it is kept for their run, or they learn why not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.approvals.ask import may_ask
from bot.approvals.people import Refusal
from bot.slack import notices
from bot.slack.listeners.cancelling import cancel
from bot.slack.listeners.counting import NotCounted
from bot.slack.listeners.events import Said
from bot.slack.listeners.listening import WITHIN, Listening
from bot.store.thread import Thread

_BOTS = Refusal(code="bot", reason="Bots and apps cannot ask me to do things.")


async def on_said(listening: Listening, said: Said, *, tells_again: bool) -> None:
    """Keep what was said, then return, so that the ack follows; whatever raises makes Slack tell it again.

    When it does not tell it again, the person is told to.
    """
    if not said.meant_for(listening.bot_user):
        return
    kept = False
    try:
        async with asyncio.timeout(WITHIN):
            await _hear(listening, said, said.thread(listening.team))
            kept = True
    finally:
        if not (kept or tells_again):
            listening.tell(said.event.user, said.place(listening.team), notices.not_kept())


async def _hear(listening: Listening, said: Said, thread: Thread) -> None:
    words = said.words(listening.bot_user)
    event = said.event
    if event.bot_id or not event.user:
        return _refuse(listening, thread, _BOTS)
    if words.casefold() == "cancel":
        return await _cancel(listening, said, thread)
    asker = await listening.directory.asker(event.user, listening.ask_rules)
    if refusal := may_ask(asker, listening.ask_rules, channel=event.channel):
        return _refuse(listening, thread, refusal)
    if not words:
        return listening.post(thread, f"nothing said {event.ts}", notices.nothing_said())
    await listening.inbox.receive(
        thread, id=event.ts, text=words, by=asker.person, at=_moment(event.ts), seen_ids=said.seen_ids
    )
    return await listening.wake_up(thread)


def _refuse(listening: Listening, thread: Thread, refusal: Refusal) -> None:
    """Say so once in a thread for each reason: a bot that answers every message must not keep us talking."""
    listening.post(thread, f"may not ask {refusal.code}", notices.may_not_ask(refusal))


async def _cancel(listening: Listening, said: Said, thread: Thread) -> None:
    try:
        await cancel(listening, thread, user=said.event.user, seen_ids=said.seen_ids)
    except NotCounted as refusal:
        listening.tell(said.event.user, said.place(listening.team), refusal.content)


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
