"""The control API around deeds: who sees what, changes as they happen, a new beginning."""

import json

import aiohttp
import pytest

from bot.workspace import Workspace
from bot.workspace.driver import ControlRefused, Driver
from bot.workspace.wire import JsonObject
from tests.workspace.bolt import Bolt, SlackClient, refused


async def test_a_newcomer_is_told_where_to_begin(workspace: Workspace, driver: Driver) -> None:
    page = await driver.get("page")
    assert (page["welcome"], page["first_user"], page["first_channel"]) == ("type: @assent hello", "U0ANA", "C0OPS")
    health = await driver.get("health")
    assert (health["bot_token"], health["api_url"]) == (workspace.bot_token, workspace.api_url)


async def test_everybody_sees_their_own_channels(driver: Driver) -> None:
    seen = {name: {one.name for one in await driver.channels(name)} for name in ("ana", "chloe", "gus")}
    assert "leads" in seen["ana"]
    assert "leads" not in seen["chloe"]
    assert "payments" in seen["chloe"]  # public, so a full member may look inside
    assert seen["gus"] == {"ops", "general"}
    with pytest.raises(ControlRefused, match="not_in_channel"):
        await driver.channel("#leads", "chloe")
    with pytest.raises(ControlRefused, match="not_in_channel"):
        await driver.say("chloe", "#payments", "may look, not write")


async def test_what_is_said_to_one_is_streamed_to_them_alone(
    workspace: Workspace, driver: Driver, slack: SlackClient
) -> None:
    url = f"{workspace.url}/control/stream"
    headers = {"Authorization": f"Bearer {workspace.control_token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url, params={"as": "ben"}) as stream:
        assert (await _next_change(stream))["type"] == "hello"
        await slack.chat_postEphemeral(channel="C0OPS", user="U0ANA", text="for ana")
        await slack.chat_postEphemeral(channel="C0OPS", user="U0BEN", text="for ben")
        posted = await driver.say("ana", "#ops", "for all")
        first, second = await _next_change(stream), await _next_change(stream)
        assert (first["type"], first["user"]) == ("ephemeral", "U0BEN")
        assert (second["type"], second["ts"], second["what"]) == ("changed", posted.ts, "posted")


async def test_a_reset_forgets_messages_and_keeps_the_app_connected(driver: Driver, bolt: Bolt) -> None:
    bolt.hear("app_mention")
    await bolt.connect()
    await driver.say("ana", "#ops", "@assent before")
    await driver.until(bolt.heard_as_many_as(1))
    await driver.reset()
    assert await driver.channel("#ops", "ana") == []
    assert await driver.log() == []
    assert await driver.connections() == 1
    await driver.say("ana", "#ops", "@assent after")
    await driver.until(bolt.heard_as_many_as(2))


async def test_who_is_deactivated_is_gone_from_channels(driver: Driver, slack: SlackClient) -> None:
    changed = await driver.change_user("ben", deleted=True)
    assert changed.kind == "deactivated"
    assert "U0BEN" not in (await slack.conversations_members(channel="C0PAYMENTS"))["members"]
    with pytest.raises(ControlRefused, match="account_inactive"):
        await driver.say("ben", "#ops", "still here?")


async def test_a_session_is_stopped_by_its_button(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    await driver.change_app("assent", scopes=["assistant:write", "chat:write"])
    bolt.hear("agent_session_stopped")
    await bolt.connect()
    posted = await driver.say("ana", "#ops", "go")
    with pytest.raises(ControlRefused, match="session_not_found"):
        await driver.stop("ana", posted)
    await slack.agents_sessions_setStatus(channel_id="C0OPS", thread_ts=posted.ts, status="processing")
    await driver.stop("ana", posted)
    await driver.until(bolt.heard_as_many_as(1))
    assert bolt.events()[0]["thread_ts"] == posted.ts


async def test_an_app_hears_of_its_own_edits_in_a_direct_message(
    driver: Driver, bolt: Bolt, slack: SlackClient
) -> None:
    bolt.hear("message")
    await bolt.connect()
    channel = await driver.direct_message("ana")
    posted = await slack.chat_postMessage(channel=channel.id, text="one")
    await slack.chat_update(channel=channel.id, ts=posted["ts"], text="two")

    async def acked() -> list[JsonObject]:
        events = [one.payload["event"] for one in await driver.log() if one.kind == "envelope" and one.acked]
        return events if len(events) == 2 else []

    post, edit = sorted(await driver.until(acked), key=lambda event: event["event_ts"])
    assert post["bot_id"] == "B0ASSENT"
    assert (edit["subtype"], edit["message"]["text"]) == ("message_changed", "two")
    assert bolt.heard == []  # Bolt passes over what its own bot user does


async def test_a_name_is_found_in_any_case(driver: Driver, slack: SlackClient) -> None:
    posted = await driver.say("Ana", "#Ops", "@Assent see https://example.org/a?b=1&c=2.")
    said = (await slack.conversations_replies(channel="C0OPS", ts=posted.ts))["messages"][0]["text"]
    assert said == "<@U0ASSENT> see <https://example.org/a?b=1&amp;c=2>."


async def test_a_view_may_hold_a_quarter_of_a_megabyte(slack: SlackClient) -> None:
    def home(length: int) -> JsonObject:
        preformatted = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x" * length}]}
        return {"type": "home", "blocks": [{"type": "rich_text", "elements": [preformatted]}]}

    await slack.views_publish(user_id="U0ANA", view=home(250_000))
    await refused(slack.views_publish(user_id="U0ANA", view=home(260_000)), "view_too_large")


async def _next_change(stream: aiohttp.ClientResponse) -> JsonObject:
    """The next change in a stream of Server-Sent Events."""
    while True:
        line = await stream.content.readline()
        if line.startswith(b"data: "):
            return json.loads(line.removeprefix(b"data: "))
