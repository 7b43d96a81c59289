"""What people say to the bot is kept once, or they learn why not."""

from __future__ import annotations

import pytest

from bot.agents.record.people import Origin
from bot.approvals.ask import AskRules
from bot.approvals.policy import Listed
from bot.store.thread import DIRECT, Thread
from bot.workspace import Config, Workspace
from bot.workspace.config import EVENTS
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault
from bot.workspace.seen import Message as Seen
from tests.slack.people import OPS, TEAM
from tests.slack.place import Place, connected
from tests.slack.running import kept_for, settled, woken


async def test_a_mention_is_kept_for_the_thread_and_the_thread_is_woken(place: Place) -> None:
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1 & tell @ben <now>")
    thread = Thread(TEAM, OPS, posted.ts)
    [message] = await kept_for(place, thread)
    assert message.items == [{"role": "user", "content": "restart web-1 & tell <@U0BEN> <now>"}]
    assert message.origin == Origin(id="U0ANA", name="ana", team=TEAM, channel=OPS, thread=posted.ts)
    assert place.woken == [thread]


async def test_a_mention_in_a_thread_goes_on_with_its_conversation(place: Place) -> None:
    first = await place.driver.say("ben", "#ops", "web-1 is down")
    await place.driver.say("ana", "#ops", "@assent, restart it", first.ts)
    [message] = await kept_for(place, Thread(TEAM, OPS, first.ts))
    assert message.items == [{"role": "user", "content": "restart it"}]


async def test_a_direct_message_is_one_conversation_and_a_thread_in_it_another(place: Place) -> None:
    dm = await place.driver.direct_message("ana")
    first = await place.driver.say("ana", dm.id, "what is running?")
    await place.driver.say("ana", dm.id, "and here?", first.ts)
    assert len(await kept_for(place, Thread(TEAM, dm.id, DIRECT))) == 1
    assert len(await kept_for(place, Thread(TEAM, dm.id, first.ts))) == 1


async def test_one_gesture_that_is_told_as_mention_and_message_and_twice_is_kept_once(place: Place) -> None:
    await place.driver.change_app("assent", events=[*EVENTS, "message.channels"])
    await place.driver.fault(Fault(kind="duplicate", times=4))
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1")
    thread = Thread(TEAM, OPS, posted.ts)

    await woken(place, 4)
    assert len(await kept_for(place, thread)) == 1


async def test_talk_without_a_mention_edits_and_deletions_are_nothing_to_us(place: Place) -> None:
    await place.driver.change_app("assent", events=[*EVENTS, "message.channels"])
    posted = await place.driver.say("ana", "#ops", "restart web-1")
    asked = await place.driver.say("ana", "#ops", "@assent restart web-1")
    await place.driver.delete(asked)
    await settled(place, asked)
    assert await kept_for(place, Thread(TEAM, OPS, posted.ts), at_least=0) == []
    assert len(await kept_for(place, Thread(TEAM, OPS, asked.ts))) == 1
    assert await place.said(posted) == []


@pytest.mark.parametrize(
    ("user", "told"),
    [("gus", "Guests cannot ask"), ("eve", "outside this workspace cannot ask"), ("robo", "Bots and apps cannot ask")],
)
async def test_who_may_not_ask_is_told_once_in_a_thread_and_starts_nothing(user: str, told: str, place: Place) -> None:
    posted = await place.driver.say(user, "#ops", "@assent restart web-1", forge=True)
    for _ in range(2):
        again = await place.driver.say(user, "#ops", "@assent please", posted.ts, forge=True)
        await settled(place, again)
    [notice] = await place.said(posted)
    assert told in notice
    assert await kept_for(place, Thread(TEAM, OPS, posted.ts), at_least=0) == []
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
        await settled(place, posted)
        assert len(await kept_for(place, Thread(TEAM, posted.channel, posted.ts), at_least=0)) == kept
        assert len(await place.said(posted)) == 1 - kept


async def test_a_mention_alone_is_told_what_to_write(place: Place) -> None:
    posted = await place.driver.say("ana", "#ops", "@assent")
    await settled(place, posted)
    [notice] = await place.said(posted)
    assert "say what you would like me to do" in notice
    assert place.woken == []


async def test_where_slack_does_not_say_who_asks_the_event_comes_again(place: Place) -> None:
    await place.driver.fault(Fault(kind="error", method="users.info", status=500))
    posted = await place.driver.say("ana", "#ops", "@assent restart web-1")
    assert len(await kept_for(place, Thread(TEAM, OPS, posted.ts))) == 1


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
        assert await kept_for(place, Thread(TEAM, OPS, posted.ts), at_least=0) == []


async def test_the_other_events_are_acked(place: Place) -> None:
    await place.driver.open_home("ana")

    async def acked() -> bool:
        return any(entry.acked for entry in await place.driver.log() if entry.type == "events_api")

    await place.driver.until(acked)


async def test_the_command_tells_what_waits_in_the_channel(place: Place) -> None:
    await place.asked()
    await place.asked(channel="C0PAYMENTS", tool="pay", label="pay")
    for channel, wanted in {"#ops": "restart_service", "#payments": "pay", "#general": "Nothing waits"}.items():
        result = await place.driver.command("ana", channel, "/assent")
        assert result.acked
        answers = [one.visible for one in await place.driver.channel(channel, "ana") if one.ephemeral]
        assert wanted in answers[-1]
        assert answers[-1].count("•") == (0 if channel == "#general" else 1)
