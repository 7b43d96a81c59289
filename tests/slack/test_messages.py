"""What people say to the bot is kept once, or they learn why not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.agents.people import Origin
from bot.agents.tree import RunTree
from bot.agents.turn import Message, Turn, text_message
from bot.approvals.ask import AskRules
from bot.approvals.policy import Listed, RequesterAlone, policy_for
from bot.store.runs import Runs
from bot.store.thread import DIRECT, Thread
from bot.workspace import Config, Workspace
from bot.workspace.config import EVENTS
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault
from bot.workspace.seen import Message as Seen
from bot.workspace.seen import Posted
from tests.slack.people import OPS, TEAM
from tests.slack.place import Place, connected


async def test_a_mention_is_kept_for_the_thread_and_the_thread_is_woken(place: Place) -> None:
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1 & tell @ben <now>")
    thread = Thread(TEAM, OPS, posted.ts)
    [message] = await _kept(place, thread)
    assert message.items == [{"role": "user", "content": "restart web-1 & tell <@U0BEN> <now>"}]
    assert message.origin == Origin(id="U0ANA", name="ana", team=TEAM, channel=OPS, thread=posted.ts)
    assert place.woken == [thread]


async def test_a_mention_in_a_thread_goes_on_with_its_conversation(place: Place) -> None:
    first = await place.driver.say("ben", "#ops", "web-1 is down")
    await place.driver.say("ana", "#ops", "@assent, restart it", first.ts)
    [message] = await _kept(place, Thread(TEAM, OPS, first.ts))
    assert message.items == [{"role": "user", "content": "restart it"}]


async def test_a_direct_message_is_one_conversation_and_a_thread_in_it_another(place: Place) -> None:
    dm = await place.driver.direct_message("ana")
    first = await place.driver.say("ana", dm.id, "what is running?")
    await place.driver.say("ana", dm.id, "and here?", first.ts)
    assert len(await _kept(place, Thread(TEAM, dm.id, DIRECT))) == 1
    assert len(await _kept(place, Thread(TEAM, dm.id, first.ts))) == 1


async def test_one_gesture_that_is_told_as_mention_and_message_and_twice_is_kept_once(place: Place) -> None:
    await place.driver.change_app("assent", events=[*EVENTS, "message.channels"])
    await place.driver.fault(Fault(kind="duplicate", times=4))
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1")
    thread = Thread(TEAM, OPS, posted.ts)

    await _woken(place, 4)
    assert len(await _kept(place, thread)) == 1


async def test_talk_without_a_mention_edits_and_deletions_are_nothing_to_us(place: Place) -> None:
    await place.driver.change_app("assent", events=[*EVENTS, "message.channels"])
    posted = await place.driver.say("ana", "#ops", "restart web-1")
    asked = await place.driver.say("ana", "#ops", "@assent restart web-1")
    await place.driver.delete(asked)
    await _settled(place, asked)
    assert await _kept(place, Thread(TEAM, OPS, posted.ts), at_least=0) == []
    assert len(await _kept(place, Thread(TEAM, OPS, asked.ts))) == 1
    assert await place.said(posted) == []


@pytest.mark.parametrize(
    ("user", "told"),
    [("gus", "Guests cannot ask"), ("eve", "outside this workspace cannot ask"), ("robo", "Bots and apps cannot ask")],
)
async def test_who_may_not_ask_is_told_once_in_a_thread_and_starts_nothing(user: str, told: str, place: Place) -> None:
    posted = await place.driver.say(user, "#ops", "@assent restart web-1", forge=True)
    for _ in range(2):
        again = await place.driver.say(user, "#ops", "@assent please", posted.ts, forge=True)
        await _settled(place, again)
    [notice] = await place.said(posted)
    assert told in notice
    assert await _kept(place, Thread(TEAM, OPS, posted.ts), at_least=0) == []
    assert place.woken == []


@pytest.mark.parametrize(
    ("rules", "user", "channel", "kept"),
    [
        (AskRules(team=TEAM, requesters=Listed(groups=("oncall",))), "ben", "#ops", 1),
        (AskRules(team=TEAM, requesters=Listed(groups=("oncall",))), "ana", "#ops", 0),
        (AskRules(team=TEAM, channels=frozenset({OPS})), "ana", "#ops", 1),
        (AskRules(team=TEAM, channels=frozenset({OPS})), "ana", "#payments", 0),
    ],
)
async def test_who_may_ask_and_where_can_be_narrowed(
    rules: AskRules, user: str, channel: str, kept: int, workspace: Workspace, driver: Driver, redis_url: str
) -> None:
    async with connected(workspace, driver, redis_url, rules=rules) as place:
        posted = await driver.say(user, channel, "@assent restart web-1")
        await _settled(place, posted)
        assert len(await _kept(place, Thread(TEAM, posted.channel, posted.ts), at_least=0)) == kept
        assert len(await place.said(posted)) == 1 - kept


async def test_a_mention_alone_is_told_what_to_write(place: Place) -> None:
    posted = await place.driver.say("ana", "#ops", "@assent")
    await _settled(place, posted)
    [notice] = await place.said(posted)
    assert "say what you would like me to do" in notice
    assert place.woken == []


async def test_where_slack_does_not_say_who_asks_the_event_comes_again(place: Place) -> None:
    await place.driver.fault(Fault(kind="error", method="users.info", status=500))
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1")
    assert len(await _kept(place, Thread(TEAM, OPS, posted.ts))) == 1


async def test_what_slack_tells_no_more_is_told_to_be_written_again(redis_url: str) -> None:
    impatient = Config(ack_within=0.3, retry_after=(0.05, 0.05, 0.05))
    async with (
        Workspace(impatient) as workspace,
        Driver(workspace.url, workspace.control_token) as driver,
        connected(workspace, driver, redis_url) as place,
    ):
        await driver.fault(Fault(kind="error", method="users.info", status=500, times=4))
        posted = await driver.say("ana", "#ops", "@assent restart web-1")

        async def told() -> list[Seen]:
            return [one for one in await driver.channel("#ops", "ana") if one.ephemeral]

        [message] = await driver.until(told)
        assert "write it again" in message.visible
        assert await _kept(place, Thread(TEAM, OPS, posted.ts), at_least=0) == []


async def test_the_other_events_are_acked(place: Place) -> None:
    await place.driver.open_home("ana")

    async def acked() -> bool:
        return any(entry.acked for entry in await place.driver.log() if entry.type == "events_api")

    await place.driver.until(acked)


@pytest.mark.parametrize("user", ["ana", "chloe"])
async def test_the_word_cancel_stops_the_run_for_its_requesters(user: str, place: Place) -> None:
    posted, thread = await _running(place, asked_by=("ana", "chloe"))
    await place.driver.say(user, "#ops", "@assent Cancel", posted.ts)
    await _woken(place, 1)
    assert await _cancelled_by(place, thread) == f"U0{user.upper()}"
    assert await _kept(place, thread, at_least=0) == []


async def test_somebody_else_may_not_cancel_where_only_the_requester_decides(
    workspace: Workspace, driver: Driver, redis_url: str
) -> None:
    alone = policy_for(RequesterAlone(), risk="low")
    async with connected(workspace, driver, redis_url, cancel_policy=alone) as place:
        posted, thread = await _running(place, asked_by=("ana",))
        said = await driver.say("ben", "#ops", "@assent cancel", posted.ts)
        await _settled(place, said)
        assert await place.heard(posted, as_user="ben") == ["Only the requester may cancel this run."]
        assert await _cancelled_by(place, thread) is None


async def test_an_approver_may_cancel_and_a_guest_may_not(place: Place) -> None:
    posted, thread = await _running(place, asked_by=("ana",))
    said = await place.driver.say("gus", "#ops", "@assent cancel", posted.ts)
    await _settled(place, said)
    assert await place.heard(posted, as_user="gus") == [
        "Guests cannot cancel a run. A full member of this workspace can."
    ]
    assert await _cancelled_by(place, thread) is None
    await place.driver.say("ben", "#ops", "@assent cancel", posted.ts)
    await _woken(place, 1)
    assert await _cancelled_by(place, thread) == "U0BEN"


async def test_where_nothing_goes_there_is_nothing_to_cancel(place: Place) -> None:
    dm = await place.driver.direct_message("ana")
    await _settled(place, await place.driver.say("ana", dm.id, "cancel"))
    [message] = [one for one in await place.driver.channel(dm.id, "ana") if one.ephemeral]
    assert "nothing to cancel" in message.visible


async def test_what_has_not_begun_cannot_be_cancelled_yet_and_that_is_said(place: Place) -> None:
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1")
    await _kept(place, Thread(TEAM, OPS, posted.ts))
    said = await place.driver.say("ana", "#ops", "@assent cancel", posted.ts)
    await _settled(place, said)
    [told] = await place.heard(posted, as_user="ana")
    assert "have not begun" in told


async def test_a_word_that_is_told_again_does_not_stop_the_next_run(place: Place) -> None:
    posted, thread = await _running(place, asked_by=("ana",))
    inbox = place.listening.inbox
    by = place.listening.directory
    ana = (await by.asker("U0ANA", AskRules(team=TEAM))).person
    assert await inbox.cancel(thread, "r_1", by=ana, seen_ids=["Ev1", f"{OPS}:9.0"])
    assert not await inbox.cancel(thread, "r_2", by=ana, seen_ids=["Ev2", f"{OPS}:9.0"])
    assert await place.store.command("HKEYS", f"assent:{thread.tag}:cancel") == ["r_1"]
    assert posted.ts == thread.ts


async def test_a_run_is_cancelled_by_the_menu_of_its_card(place: Place) -> None:
    card = await place.asked()
    await _start(place, card.thread, asked_by=("ana",))
    assert await card.click("ana", "assent:more", "cancel") is None
    assert await _cancelled_by(place, card.thread) == "U0ANA"


async def test_the_menu_of_an_earlier_run_cancels_nothing(place: Place) -> None:
    card = await place.asked(run="r_0")
    await _start(place, card.thread, asked_by=("ana",))
    assert "nothing to cancel" in (await card.click("ana", "assent:more", "cancel") or "")
    assert await _cancelled_by(place, card.thread) is None


async def test_the_command_tells_what_waits_in_the_channel(place: Place) -> None:
    await place.asked()
    await place.asked(channel="C0PAYMENTS", tool="pay", label="pay")
    for channel, wanted in {"#ops": "restart_service", "#payments": "pay", "#general": "Nothing waits"}.items():
        result = await place.driver.command("ana", channel, "/assent")
        assert result.acked
        answers = [one.visible for one in await place.driver.channel(channel, "ana") if one.ephemeral]
        assert wanted in answers[-1]
        assert answers[-1].count("•") == (0 if channel == "#general" else 1)


async def _running(place: Place, *, asked_by: Sequence[str]) -> tuple[Posted, Thread]:
    posted = await place.driver.say("ana", "#ops", "please")
    thread = Thread(TEAM, OPS, posted.ts)
    await _start(place, thread, asked_by=asked_by)
    return posted, thread


async def _start(place: Place, thread: Thread, *, asked_by: Sequence[str]) -> None:
    """A run in the thread, as its holder left it."""
    held = await Runs(place.store).claim(thread)
    assert held
    await held.load()
    said = [
        text_message(name, "please", origin=Origin(id=f"U0{name.upper()}", name=name, team=TEAM)) for name in asked_by
    ]
    state = RunTree(run_id="r_1", start_agent="a", agent="a", turns=[Turn(agent="a", input=said)])
    requests = await place.requests.of(thread)
    await held.start(state, session_items=[])
    for request in requests:
        key = f"assent:{thread.tag}:requests"
        await place.store.command("HSET", key, request.name, request.model_dump_json())
    await held.lease.release(look_at=None)


async def _cancelled_by(place: Place, thread: Thread) -> str | None:
    held = await Runs(place.store).claim(thread)
    assert held
    await held.load()
    by = (await held.incoming()).cancelled_by
    await held.lease.release(look_at=None)
    return by and by.id


async def _kept(place: Place, thread: Thread, *, at_least: int = 1) -> list[Message]:
    async def enough() -> bool:
        return len(await Runs(place.store).messages(thread)) >= at_least

    await place.driver.until(enough)
    return await Runs(place.store).messages(thread)


async def _woken(place: Place, times: int) -> None:
    async def enough() -> bool:
        return len(place.woken) >= times

    await place.driver.until(enough)


async def _settled(place: Place, posted: Posted) -> None:
    """Wait until what was said there has been heard and acked, and what follows the ack is done."""

    async def acked() -> bool:
        heard = [entry for entry in await place.driver.log() if entry.type == "events_api" and entry.acked]
        return any(entry.payload["event"].get("ts") == posted.ts for entry in heard)

    await place.driver.until(acked)
    await place.listening.afterwards.drain(within=5)
