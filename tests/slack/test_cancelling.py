"""A run is cancelled by the word, by its card or by Slack's Stop button, and by those who may."""

from __future__ import annotations

import asyncio

import pytest

from bot.approvals.ask import AskRules
from bot.approvals.policy import RequesterAlone, policy_for
from bot.slack.api import Answered
from bot.store import keys
from bot.store.thread import Thread
from bot.workspace import Config, Workspace
from bot.workspace.config import SCOPES
from bot.workspace.driver import Driver
from bot.workspace.seen import Posted
from tests.slack.people import OPS, TEAM
from tests.slack.place import Place, connected
from tests.slack.running import cancelled_by, kept_for, running, settled, start, woken


@pytest.mark.parametrize("user", ["ana", "chloe"])
async def test_the_word_cancel_stops_the_run_for_its_requesters(user: str, place: Place) -> None:
    posted, thread = await running(place, asked_by=("ana", "chloe"))
    await place.driver.say(user, "#ops", "@assent Cancel", posted.ts)
    await woken(place, 1)
    assert await cancelled_by(place, thread) == f"U0{user.upper()}"
    assert await kept_for(place, thread, at_least=0) == []


async def test_somebody_else_may_not_cancel_where_only_the_requester_decides(
    workspace: Workspace, driver: Driver, redis_url: str
) -> None:
    alone = policy_for(RequesterAlone(), risk="low")
    async with connected(workspace, driver, redis_url, cancel_policy=alone) as place:
        posted, thread = await running(place, asked_by=("ana",))
        said = await driver.say("ben", "#ops", "@assent cancel", posted.ts)
        await settled(place, said)
        assert await place.heard(posted, as_user="ben") == ["Only the requester may cancel this run."]
        assert await cancelled_by(place, thread) is None


async def test_an_approver_may_cancel_and_a_guest_may_not(place: Place) -> None:
    posted, thread = await running(place, asked_by=("ana",))
    said = await place.driver.say("gus", "#ops", "@assent cancel", posted.ts)
    await settled(place, said)
    assert await place.heard(posted, as_user="gus") == [
        "Guests cannot cancel a run. A full member of this workspace can."
    ]
    assert await cancelled_by(place, thread) is None
    await place.driver.say("ben", "#ops", "@assent cancel", posted.ts)
    await woken(place, 1)
    assert await cancelled_by(place, thread) == "U0BEN"


async def test_where_nothing_goes_there_is_nothing_to_cancel(place: Place) -> None:
    dm = await place.driver.direct_message("ana")
    await settled(place, await place.driver.say("ana", dm.id, "cancel"))
    [message] = [one for one in await place.driver.channel(dm.id, "ana") if one.ephemeral]
    assert "nothing to cancel" in message.visible


async def test_what_has_not_begun_cannot_be_cancelled_yet_and_that_is_said(place: Place) -> None:
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1")
    await kept_for(place, Thread(TEAM, OPS, posted.ts))
    said = await place.driver.say("ana", "#ops", "@assent cancel", posted.ts)
    await settled(place, said)
    [told] = await place.heard(posted, as_user="ana")
    assert "have not begun" in told


async def test_a_word_that_is_told_again_does_not_stop_the_next_run(place: Place) -> None:
    posted, thread = await running(place, asked_by=("ana",))
    inbox = place.listening.inbox
    by = place.listening.directory
    ana = (await by.asker("U0ANA", AskRules(team=TEAM))).person
    assert await inbox.cancel(thread, "r_1", by=ana, seen_ids=["Ev1", f"{OPS}:9.0"])
    assert not await inbox.cancel(thread, "r_2", by=ana, seen_ids=["Ev2", f"{OPS}:9.0"])
    assert await place.store.command("HKEYS", f"assent:{thread.tag}:cancel") == ["r_1"]
    assert posted.ts == thread.ts


async def test_a_run_is_cancelled_by_the_menu_of_its_card(place: Place) -> None:
    card = await place.asked()
    await start(place, card.thread, asked_by=("ana",))
    assert await card.click("ana", "assent:more", "cancel") is None
    assert await cancelled_by(place, card.thread) == "U0ANA"


async def test_the_menu_of_an_earlier_run_cancels_nothing(place: Place) -> None:
    card = await place.asked(run="r_0")
    await start(place, card.thread, asked_by=("ana",))
    assert "nothing to cancel" in (await card.click("ana", "assent:more", "cancel") or "")
    assert await cancelled_by(place, card.thread) is None


async def test_the_word_told_again_after_its_run_ended_is_heard_in_silence(redis_url: str) -> None:
    """The first telling was recorded, and its ack came too late."""
    threads: list[Thread] = []

    async def end_the_run_and_take_long(thread: Thread) -> None:
        threads.append(thread)
        await place.store.command("DEL", keys.run(thread))
        await asyncio.sleep(1)

    impatient = Config(ack_within=0.2, retry_after=(0.2, 0.3, 0.3))
    async with (
        Workspace(impatient) as workspace,
        Driver(workspace.url, workspace.control_token) as driver,
        connected(workspace, driver, redis_url, wake=end_the_run_and_take_long) as place,
    ):
        posted, thread = await running(place, asked_by=("ana",))
        await driver.say("ana", "#ops", "@assent cancel", posted.ts)

        async def told_again() -> bool:
            return len([entry for entry in await driver.log() if entry.type == "events_api"]) >= 2

        await driver.until(told_again)
        await asyncio.sleep(0.5)
        assert await place.heard(posted, as_user="ana") == []
        assert threads[:2] == [thread, thread], "a message that came before wakes the thread as well"


async def test_slacks_stop_button_stops_the_run_of_its_thread(place: Place) -> None:
    posted, thread = await running(place, asked_by=("ana",))
    await _show_a_stop_button(place, posted)
    await place.driver.stop("ana", posted)
    await woken(place, 1)
    assert await cancelled_by(place, thread) == "U0ANA"


async def test_slacks_stop_button_stops_nothing_for_those_who_may_not(
    workspace: Workspace, driver: Driver, redis_url: str
) -> None:
    alone = policy_for(RequesterAlone(), risk="low")
    async with connected(workspace, driver, redis_url, cancel_policy=alone) as place:
        posted, thread = await running(place, asked_by=("ana",))
        await _show_a_stop_button(place, posted)
        await driver.stop("ben", posted)

        async def told() -> list[str]:
            return await place.heard(posted, as_user="ben")

        assert await driver.until(told) == ["Only the requester may cancel this run."]
        assert await cancelled_by(place, thread) is None


async def test_slacks_stop_button_where_nothing_goes_says_so(place: Place) -> None:
    posted = await place.driver.say("ana", "#ops", "please")
    await _show_a_stop_button(place, posted)
    await place.driver.stop("ana", posted)

    async def told() -> list[str]:
        return await place.heard(posted, as_user="ana")

    [words] = await place.driver.until(told)
    assert "nothing to cancel" in words


async def _show_a_stop_button(place: Place, posted: Posted) -> None:
    """Show a session under the thread, as only apps that were declared agents can."""
    await place.driver.change_app("assent", scopes=[*SCOPES, "assistant:write"])
    await place.slack.write(
        "agents.sessions.setStatus",
        Answered,
        channel_id=posted.channel,
        thread_ts=posted.thread_ts,
        status="processing",
    )
