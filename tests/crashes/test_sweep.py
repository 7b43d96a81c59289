"""What a bot recorded that died before it told anybody: the next one finds it, though nobody says it again."""

from __future__ import annotations

from pathlib import Path

from bot.workspace.seen import Message
from tests.crashes.child import Stop
from tests.crashes.ending import Ending, at_rest, check
from tests.crashes.life import Life, life
from tests.crashes.stories import STORIES

WITHIN = 15.0
"""Four seconds till the sweep sees it, and the rest for a busy machine."""


async def test_a_message_that_is_kept_is_found_though_slack_does_not_repeat_it(tmp_path: Path) -> None:
    async with life(tmp_path, retry_after=()) as place:
        await place.bot(stop=Stop(point="inbox written"))
        posted = await place.driver.say("ana", "ops", "@assent scale api to 4")
        await place.bot()
        check(STORIES["a free call"], await at_rest(place, posted, said=[posted], within=WITHIN))


async def test_a_vote_that_is_recorded_is_found_though_nobody_clicks_again(tmp_path: Path) -> None:
    async with life(tmp_path, retry_after=()) as place:
        check(STORIES["one gated call"], await after_one_click(place, Stop(point="vote settled")))


async def test_a_cancel_that_is_recorded_is_found_though_nobody_cancels_again(tmp_path: Path) -> None:
    async with life(tmp_path, retry_after=()) as place:
        end = await after_one_click(place, Stop(point="cancel written"), action_id="assent:more", value="cancel")
        check(STORIES["a cancel"], end)


async def after_one_click(
    place: Life, stop: Stop, *, action_id: str = "assent:approve", value: str | None = None
) -> Ending:
    """How it ends when Ben clicks once on the card, the bot dies of it, and another one comes."""
    first = await place.bot(stop=stop)
    posted = await place.driver.say("ana", "ops", "@assent restart web-1")
    card = await place.driver.find(posted, waits, as_user="ben", within=WITHIN)
    clicked = await place.driver.click("ben", card, action_id, value)
    assert not clicked.acked
    await first.ended()
    await place.bot()
    return await at_rest(place, posted, said=[posted], within=WITHIN)


def waits(message: Message) -> bool:
    return message.name == "assent" and bool(message.buttons)
