"""What people write reaches the app, and what the app writes reaches people."""

from typing import Any

from bot.workspace.driver import Driver
from tests.workspace.bolt import Bolt, SlackClient


async def test_a_mention_is_answered_in_its_thread(driver: Driver, bolt: Bolt) -> None:
    @bolt.app.event("app_mention")
    async def answer(event: dict[str, Any], say: Any) -> None:
        await say(text=f"Hello <@{event['user']}>", thread_ts=event["ts"])

    await bolt.connect()
    posted = await driver.say("ana", "#ops", "@assent good morning")
    reply = await driver.find(posted, lambda message: message.name == "assent", as_user="ben")
    assert reply.text == "Hello <@U0ANA>"
    assert reply.thread_ts == posted.ts


async def test_a_mention_arrives_as_slack_writes_it(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    posted = await driver.say("ana", "ops", "@assent is 1 < 2 & who is @oncall?")
    await driver.until(bolt.heard_as_many_as(1))
    body = bolt.heard[0]
    event = body["event"]
    assert event["text"] == "<@U0ASSENT> is 1 &lt; 2 &amp; who is <!subteam^S0ONCALL>?"
    assert (event["user"], event["channel"], event["ts"]) == ("U0ANA", "C0OPS", posted.ts)
    assert event["client_msg_id"]
    assert body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["user_id"] == "U0ASSENT"
    section = event["blocks"][0]["elements"][0]
    assert [element["type"] for element in section["elements"]] == ["user", "text", "usergroup", "text"]


async def test_a_direct_message_needs_no_mention(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("message")
    await bolt.connect()
    channel = await driver.direct_message("ana")
    await driver.say("ana", channel.id, "restart web-1")
    await driver.until(bolt.heard_as_many_as(1))
    event = bolt.events()[0]
    assert (event["channel_type"], event["text"]) == ("im", "restart web-1")


async def test_an_external_person_is_told_by_their_team(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    await driver.say("eve", "#ops", "@assent hello")
    await driver.until(bolt.heard_as_many_as(1))
    assert bolt.events()[0]["user_team"] == "T0OTHER"
    assert bolt.heard[0]["is_ext_shared_channel"] is True


async def test_another_bot_is_told_by_its_bot_id(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    await driver.say("robo", "#ops", "@assent hello")
    await driver.until(bolt.heard_as_many_as(1))
    assert bolt.events()[0]["bot_id"] == "B0ROBO"


async def test_a_message_without_a_mention_is_not_heard_in_a_channel(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention", "message")
    await bolt.connect()
    await driver.say("ana", "#ops", "nothing for the bot")
    await driver.say("ana", "#random", "@assent is not here")
    await driver.say("ana", "#ops", "mail me at ana@assent")
    await driver.say("ana", "#ops", "@assent now")
    await driver.until(bolt.heard_as_many_as(1))
    assert [event["text"] for event in bolt.events()] == ["<@U0ASSENT> now"]


async def test_an_app_that_reads_a_channel_hears_a_mention_twice(driver: Driver, bolt: Bolt) -> None:
    await driver.change_app("assent", events=["app_mention", "message.channels"])
    bolt.hear("app_mention", "message")
    await bolt.connect()
    await driver.say("ana", "#ops", "@assent twice")
    await driver.until(bolt.heard_as_many_as(2))
    assert {event["type"] for event in bolt.events()} == {"app_mention", "message"}
    assert len({event["client_msg_id"] for event in bolt.events()}) == 1


async def test_hostile_text_of_a_person_stays_text(driver: Driver, slack: SlackClient) -> None:
    posted = await driver.say("ana", "#ops", "<!channel> <@U0NOBODY> <script>")
    history = await slack.conversations_replies(channel=posted.channel, ts=posted.ts)
    assert history["messages"][0]["text"] == "&lt;!channel&gt; &lt;@U0NOBODY&gt; &lt;script&gt;"
