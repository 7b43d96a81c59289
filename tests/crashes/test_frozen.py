"""A bot that stands still for longer than its lease, and then goes on as if nothing had happened."""

from __future__ import annotations

import signal
from pathlib import Path

from bot.store import keys
from bot.workspace.seen import Message
from tests.crashes.child import Stop
from tests.crashes.ending import at_rest, check
from tests.crashes.fleet import outcome_of
from tests.crashes.life import life
from tests.crashes.lived import meanwhile
from tests.crashes.people import Decider
from tests.crashes.stories import STORIES

ONE_CALL = STORIES["one gated call"]
OUTCOME = outcome_of("restart_service", "web-1")
WITHIN = 60.0


async def test_what_a_frozen_bot_had_done_is_evidence_on_the_card_that_asks(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        frozen = await place.bot(stop=Stop(point="body done", by="freeze"))
        posted = await place.driver.say("ana", "ops", f"@assent {ONE_CALL.asks}")
        card = await place.driver.find(posted, asks, as_user="ben", within=WITHIN)
        await place.driver.click("ben", card, "assent:approve")
        await frozen.frozen()
        await place.bot()
        await place.driver.find(posted, asks_again, as_user="ben", within=WITHIN)

        before = await place.store.command("HGETALL", keys.run(place.thread(posted)))
        frozen.send(signal.SIGCONT)
        told = await place.driver.find(posted, lambda card: OUTCOME in card.visible, as_user="ben", within=WITHIN)
        assert asks_again(told)
        assert await place.store.command("HGETALL", keys.run(place.thread(posted))) == before

        async with meanwhile(Decider(place.driver, posted, place.effects).decide()):
            end = await at_rest(place, posted, said=[posted], within=WITHIN)
        check(ONE_CALL, end)
        assert [mark.what for mark in end.marks] == ["begun", "done"]


async def test_a_bot_that_froze_before_it_began_a_call_does_not_begin_it_any_more(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        frozen = await place.bot(stop=Stop(point="started saved", by="freeze"))
        posted = await place.driver.say("ana", "ops", f"@assent {ONE_CALL.asks}")
        async with meanwhile(Decider(place.driver, posted, place.effects).decide()):
            await frozen.frozen()
            other = await place.bot()
            end = await at_rest(place, posted, said=[posted], within=WITHIN)
            frozen.send(signal.SIGCONT)
            end = await at_rest(place, posted, said=[posted], within=WITHIN)
        check(ONE_CALL, end)
        assert {mark.pid for mark in end.marks} == {other.pid}


async def test_a_bot_that_froze_while_the_model_answered_loses_its_answer(tmp_path: Path) -> None:
    async with life(tmp_path) as place:
        frozen = await place.bot(stop=Stop(point="model asked", by="freeze"))
        posted = await place.driver.say("ana", "ops", f"@assent {ONE_CALL.asks}")
        async with meanwhile(Decider(place.driver, posted, place.effects).decide()):
            await frozen.frozen()
            await place.bot()
            await place.driver.find(posted, asks, as_user="ben", within=WITHIN)
            frozen.send(signal.SIGCONT)
            end = await at_rest(place, posted, said=[posted], within=WITHIN)
        check(ONE_CALL, end)
        assert [mark.what for mark in end.marks] == ["begun", "done"]


def asks(message: Message) -> bool:
    return message.name == "assent" and bool(message.buttons)


def asks_again(message: Message) -> bool:
    return "Run again" in message.labels
