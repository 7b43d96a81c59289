"""People in the thread: they ask, and decide what waits for them, whatever happens to the bot meanwhile."""

from __future__ import annotations

import asyncio
import re

from bot.workspace.driver import ControlRefused, Driver
from bot.workspace.seen import ActionResult, Message, Posted, View
from bot.workspace.wire import JsonObject
from tests.crashes.fleet import Effects, outcome_of

_MODAL_WITHIN = 2.0
_LOOK_EVERY = 0.1


class Decider:
    """Ben, who decides on every card once: after an ack he clicks again only when he is told that it did not count.

    What may have run he goes to look at, and says that it is done, or has it run again.
    """

    def __init__(
        self,
        driver: Driver,
        posted: Posted,
        effects: Effects,
        *,
        rejects: frozenset[str] = frozenset(),
    ) -> None:
        self._driver = driver
        self._posted = posted
        self._effects = effects
        self._rejects = rejects
        self._decided: dict[str, int] = {}

    async def decide(self, *, after: asyncio.Event | None = None) -> None:
        """Decide whatever comes, without end; with `after`, from that moment on."""
        if after:
            await after.wait()
        while True:
            seen = await self._driver.thread(self._posted.channel, self._posted.thread_ts, "ben")
            told = sum(1 for message in seen.messages if message.ephemeral)
            waiting = [message for message in seen.messages if message.name == "assent" and message.buttons]
            for card in waiting:
                if self._decided.get(card.ts, -1) < told:  # never decided, or he has been told something since
                    await self._decide_on(card, told)
            await asyncio.sleep(_LOOK_EVERY)

    async def _decide_on(self, card: Message, told: int) -> None:
        try:
            counted = await self._click(card)
        except ControlRefused:  # the card has changed since he looked
            return
        if counted:
            self._decided[card.ts] = told

    async def _click(self, card: Message) -> bool:
        """Whether the bot took it."""
        tool, service = what_about(card)
        if "Run again" in card.labels:
            if self._effects.done(tool, service):
                return await self._fill(card, "assent:done", {"outcome": {"outcome": outcome_of(tool, service)}})
            return _counted(await self._driver.click("ben", card, "assent:again"))
        if service in self._rejects:
            return await self._fill(card, "assent:reject", {"reason": {"reason": f"Not {service}."}})
        return _counted(await self._driver.click("ben", card, "assent:approve"))

    async def _fill(self, card: Message, action_id: str, values: JsonObject) -> bool:
        """Open the form, fill it in and send it; if something goes wrong, close it."""
        if not _counted(await self._driver.click("ben", card, action_id)):
            return False

        async def opened() -> View | None:
            return next(iter(await self._driver.views("ben")), None)

        try:
            view = await self._driver.until(opened, within=_MODAL_WITHIN)
        except TimeoutError:
            return False
        sent = await self._driver.submit("ben", view.id, values)
        if not sent.closed:
            await self._driver.close_view("ben", view.id, everything=True)
        return sent.acked and sent.closed


def what_about(card: Message) -> tuple[str, str]:
    """The tool and the service that a card speaks of."""
    tool = re.search(r"\b(list_services|restart_service|scale_service|rotate_secret)\b", card.shown)
    service = re.search(r"\b(web-\d|api)\b", card.shown)
    return (tool[0] if tool else "", service[0] if service else "all")


def _counted(result: ActionResult) -> bool:
    return result.acked
