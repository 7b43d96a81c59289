"""A conversation with the bot, as the people in it see it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.approvals.request import Request
from bot.slack.modals import REASON
from bot.store import keys
from bot.store.client import Client
from bot.store.posts import Posts
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.thread import DIRECT, Thread
from bot.workspace.driver import Driver
from bot.workspace.seen import Message, Posted, View
from tests.slack.people import TEAM

PATIENCE = 30.0
"""Seconds that something may take on a busy machine; nothing here should."""


@dataclass
class Conversation:
    """A thread of a channel, or with `direct` a whole direct message; what everybody sees is what `reader` sees."""

    driver: Driver
    store: Client
    posted: Posted
    direct: bool = False
    reader: str = "ana"

    @property
    def thread(self) -> Thread:
        """What it is called in the record."""
        return Thread(TEAM, self.posted.channel, DIRECT if self.direct else self.posted.thread_ts)

    async def say(self, user: str, text: str, *, forge: bool = False) -> Posted:
        """Say something more here."""
        ts = None if self.direct else self.posted.thread_ts
        return await self.driver.say(user, self.posted.channel, text, ts, forge=forge)

    async def seen_by(self, user: str) -> list[Message]:
        """All that the bot wrote here, as somebody sees it."""
        if self.direct:
            messages = await self.driver.channel(self.posted.channel, user)
        else:
            messages = (await self.driver.thread(self.posted.channel, self.posted.thread_ts, user)).messages
        return [one for one in messages if one.name == "assent"]

    async def cards(self, showing: str = "", *, button: str = "") -> list[Message]:
        """The cards that stand here, with that text and that button if any is named."""
        seen = [one for one in await self.seen_by(self.reader) if not one.ephemeral and _is_card(one)]
        return [one for one in seen if showing in one.visible and (not button or button in one.labels)]

    async def card(self, showing: str = "", *, button: str = "Approve") -> Message:
        """Wait for a card with that button."""

        async def look() -> Message | None:
            return next(reversed(await self.cards(showing, button=button)), None)

        return await self.driver.until(look, within=PATIENCE)

    async def turned(self, card: Message, *words: str) -> Message:
        """Wait until a card that stands has turned into one with these words."""

        async def look() -> Message | None:
            there = [one for one in await self.seen_by(self.reader) if one.ts == card.ts]
            return next((one for one in there if all(word in one.visible for word in words)), None)

        return await self.driver.until(look, within=PATIENCE)

    async def now(self, card: Message) -> Message:
        """A card as it stands now."""
        return next(one for one in await self.seen_by(self.reader) if one.ts == card.ts)

    async def approve(self, user: str, card: Message) -> None:
        await self.click(user, card, "Approve")

    async def reject(self, user: str, card: Message, reason: str = "") -> None:
        """Click Reject, write why, and send it."""
        await self.click(user, card, "Reject")
        view = await self.form(user)
        sent = await self.driver.submit(user, view.id, {REASON: {REASON: reason}} if reason else {})
        assert sent.closed, sent.errors

    async def click(self, user: str, card: Message, label: str, *, forge: bool = False) -> None:
        """Click a button that the card has, or had when it was looked at."""
        button = card.button(label)
        clicked = await self.driver.click(
            user, card, button.action_id, button.value if forge else None, block_id=button.block_id, forge=forge
        )
        assert clicked.acked
        assert clicked.warning is None

    async def choose(self, user: str, card: Message, option: str) -> None:
        """Choose from the card's menu."""
        clicked = await self.driver.click(user, card, "assent:more", option)
        assert clicked.acked

    async def refused(self, user: str, card: Message, label: str = "Approve", *, forge: bool = False) -> str:
        """Click in vain: what this person is told alone."""
        before = len(await self.whispers(user))
        await self.click(user, card, label, forge=forge)
        return (await self.hears(user, after=before))[-1]

    async def form(self, user: str) -> View:
        """The modal that opens before somebody."""

        async def look() -> View | None:
            return next(iter(await self.driver.views(user)), None)

        return await self.driver.until(look, within=PATIENCE)

    async def whispers(self, user: str) -> list[str]:
        """What the bot told this person alone here."""
        return [one.visible for one in await self.seen_by(user) if one.ephemeral]

    async def hears(self, user: str, *, after: int = 0) -> list[str]:
        """Wait until the bot told this person alone more than `after` things."""

        async def look() -> list[str] | None:
            told = await self.whispers(user)
            return told if len(told) > after else None

        return await self.driver.until(look, within=PATIENCE)

    async def said(self) -> list[str]:
        """What the bot said here before everybody, cards aside."""
        seen = await self.seen_by(self.reader)
        return [one.visible for one in seen if not one.ephemeral and not _is_card(one)]

    async def reply(self, *words: str) -> str:
        """Wait until the bot says something with these words."""

        async def look() -> str | None:
            said = reversed(await self.said())
            return next((one for one in said if all(word in one for word in words)), None)

        return await self.driver.until(look, within=PATIENCE)

    async def requests(self) -> list[Request]:
        """The approval requests of the current run, as they are recorded."""
        return await Requests(self.store).of(self.thread)

    async def rests(self) -> None:
        """Wait until the run waits for people, and nobody holds the thread."""

        async def look() -> bool:
            return await self.store.command("HGET", keys.lease(self.thread), "token") is None

        await self.driver.until(look, within=PATIENCE)

    async def is_quiet(self) -> None:
        """Wait until the bot has nothing more to do here, and nothing is left behind that would make it look again."""
        left = await self._left()
        for _ in range(int(PATIENCE * 10)):
            if not left:
                return
            await asyncio.sleep(0.1)
            left = await self._left()
        raise AssertionError(f"The bot is not done with {self.thread}: {', '.join(left)}")

    async def _left(self) -> list[str]:
        run = await Runs(self.store).find(self.thread)
        posts = await Posts(self.store).of(self.thread)
        address = str(self.thread)
        due = [entry for entry in await self.store.command("ZRANGE", keys.INDEX, 0, -1) if entry.startswith(address)]
        pending = [one for one in await self.store.command("ZRANGE", keys.PENDING, 0, -1) if one.startswith(address)]
        granted = [one for one in await self.store.command("ZRANGE", keys.GRANTED, 0, -1) if one.startswith(address)]
        holder = await self.store.command("HGET", keys.lease(self.thread), "token")
        writing = [one for one in await self.store.command("HKEYS", keys.posts(self.thread)) if one.endswith("#writer")]
        unread = await self.store.command("LLEN", keys.inbox(self.thread))
        found = {
            "its run has not ended": run is not None and run.ended is None,
            f"the index has {due}": bool(due),
            f"a list of what waits has {pending}": bool(pending),
            f"a list of grants has {granted}": bool(granted),
            f"{holder} holds it": bool(holder),
            f"{unread} messages are not taken": bool(unread),
            f"posts are being written: {writing}": bool(writing),
            "a post does not stand": any(post.wanted or not post.ts or not post.shown for post in posts.values()),
        }
        return [what for what, true in found.items() if true]


def _is_card(message: Message) -> bool:
    """Cards alone have a header."""
    return any(block.get("type") == "header" for block in message.blocks)
