"""Clicks and choices in messages."""

from typing import Any

import pytest

from bot.workspace.driver import ControlRefused, Driver
from bot.workspace.faults import Fault
from bot.workspace.seen import Message, Posted
from tests.workspace.bolt import Body, Bolt, SlackClient


def _plain(text: str) -> Body:
    return {"type": "plain_text", "text": text}


CARD: list[Body] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Restart web-1?"}},
    {
        "type": "actions",
        "block_id": "decide-1",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "text": _plain("Approve"),
                "value": "yes",
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [
                    {"text": _plain("View"), "value": "view"},
                    {"text": _plain("Cancel"), "value": "cancel"},
                ],
            },
            {"type": "users_select", "action_id": "who"},
        ],
    },
]


async def test_a_click_carries_what_slack_sends(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    card = await _card(driver, bolt, slack)
    result = await driver.click("ben", card, "approve")
    assert result.acked
    assert result.ack_ms is not None
    assert result.warning is None
    body = bolt.heard[0]
    assert body["user"] == {"id": "U0BEN", "username": "ben", "name": "ben", "team_id": "T0LOCAL"}
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": "C0OPS",
        "is_ephemeral": False,
        "thread_ts": card.thread_ts,
    }
    assert body["channel"] == {"id": "C0OPS", "name": "ops"}
    assert body["message"]["ts"] == card.ts
    assert body["trigger_id"]
    assert body["response_url"].startswith("http://127.0.0.1:")
    action = body["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("approve", "decide-1", "yes")
    assert action["text"]["text"] == "Approve"


async def test_an_option_is_chosen_by_its_value(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    card = await _card(driver, bolt, slack)
    await driver.click("ben", card, "more", "cancel")
    assert bolt.heard[0]["actions"][0]["selected_option"]["value"] == "cancel"
    await driver.click("ben", card, "who", "U0ANA")
    assert bolt.heard[1]["actions"][0]["selected_user"] == "U0ANA"
    assert bolt.heard[1]["state"]["values"]["decide-1"]["who"]["selected_user"] == "U0ANA"


@pytest.mark.parametrize(
    ("user", "action_id", "value", "error"),
    [
        ("ben", "reject", None, "action_not_found"),
        ("ben", "more", "explode", "option_not_found"),
        ("robo", "approve", None, "user_is_bot"),
        ("dora", "approve", None, "account_inactive"),
        ("nobody", "approve", None, "user_not_found"),
    ],
)
async def test_nobody_clicks_what_they_could_not(
    user: str, action_id: str, value: str | None, error: str, driver: Driver, bolt: Bolt, slack: SlackClient
) -> None:
    card = await _card(driver, bolt, slack)
    with pytest.raises(ControlRefused) as refused:
        await driver.click(user, card, action_id, value)
    assert refused.value.error == error
    assert bolt.heard == []


async def test_a_forged_click_goes_through_as_it_is(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    card = await _card(driver, bolt, slack)
    await driver.click("dora", card, "appr:approve", "made:up", block_id="card-9", forge=True)
    action = bolt.heard[0]["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("appr:approve", "card-9", "made:up")
    await driver.click("ben", card, "approve", "no", forge=True)
    assert bolt.heard[1]["actions"][0]["value"] == "no"


async def test_a_click_made_before_an_edit_is_seen_carries_what_was_on_the_screen(
    driver: Driver, bolt: Bolt, slack: SlackClient
) -> None:
    card = await _card(driver, bolt, slack)
    decided: list[Body] = [{"type": "section", "block_id": "decided-2", "text": _plain("Approved by Ana")}]
    await slack.chat_update(channel=card.channel, ts=card.ts, text="Approved", blocks=decided)
    with pytest.raises(ControlRefused, match="action_not_found"):
        await driver.click("ben", card, "approve")
    assert (await driver.click("ben", card, "approve", block_id=card.button("Approve").block_id)).acked
    body = bolt.heard[0]
    assert (body["actions"][0]["block_id"], body["actions"][0]["value"]) == ("decide-1", "yes")
    assert body["message"]["blocks"][0]["block_id"] == "decided-2"


async def test_a_click_outside_of_a_private_channel_is_refused(driver: Driver, slack: SlackClient) -> None:
    posted = await slack.chat_postMessage(channel="#leads", text="card", blocks=CARD)
    card = Posted(channel="G0LEADS", ts=posted["ts"], thread_ts=posted["ts"])
    with pytest.raises(ControlRefused, match="not_in_channel"):
        await driver.click("ben", card, "approve")


async def test_a_button_for_some_is_not_there_for_others(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    for_ben: Body = {
        "type": "button",
        "action_id": "approve",
        "text": _plain("Approve"),
        "visible_to_user_ids": ["U0BEN"],
    }
    card = await _card(driver, bolt, slack, blocks=[{"type": "actions", "elements": [for_ben]}])
    assert (await driver.click("ben", card, "approve")).acked
    with pytest.raises(ControlRefused, match="action_not_found"):
        await driver.click("ana", card, "approve")


async def test_a_click_is_never_repeated(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    card = await _card(driver, bolt, slack)
    await driver.fault(Fault(kind="timeout", method="interactive"))
    result = await driver.click("ben", card, "approve")
    assert not result.acked
    assert result.warning == "assent did not answer in time. Try again."
    assert bolt.heard == []
    assert (await driver.click("ben", card, "approve")).acked


async def test_a_click_while_the_app_is_away_warns_at_once(driver: Driver, slack: SlackClient) -> None:
    posted = await slack.chat_postMessage(channel="#ops", text="card", blocks=CARD)
    card = Posted(channel="C0OPS", ts=posted["ts"], thread_ts=posted["ts"])
    result = await driver.click("ben", card, "approve")
    assert result.warning == "assent is not connected. Nothing was sent."


async def test_an_ephemeral_message_has_one_reader(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    bolt.hear_clicks()
    await bolt.connect()
    asked = await driver.say("ana", "#ops", "hello")
    await slack.chat_postEphemeral(channel="#ops", user="U0BEN", text="psst", blocks=CARD, thread_ts=asked.ts)
    seen = await driver.thread("#ops", asked.ts, "ben")
    assert [message.text for message in seen.messages if message.ephemeral] == ["psst"]
    assert len((await driver.thread("#ops", asked.ts, "ana")).messages) == 1
    assert len((await slack.conversations_replies(channel="C0OPS", ts=asked.ts))["messages"]) == 1
    await driver.click("ben", seen.messages[1], "approve")
    assert bolt.heard[0]["container"]["is_ephemeral"] is True
    assert "message" not in bolt.heard[0]
    with pytest.raises(ControlRefused, match="message_not_found"):
        await driver.click("ana", seen.messages[1], "approve")


async def test_a_response_url_answers_five_times(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    card = await _card(driver, bolt, slack, hear=False)
    statuses: list[int] = []

    @bolt.app.action("approve")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        for number in range(6):
            response = await respond(text=f"note {number}", response_type="ephemeral", replace_original=False)
            statuses.append(response.status_code)

    await driver.click("ben", card, "approve")
    assert statuses == [200, 200, 200, 200, 200, 404]
    seen = await driver.thread("#ops", card.thread_ts or card.ts, "ben")
    assert [message.text for message in seen.messages if message.ephemeral] == [f"note {n}" for n in range(5)]


async def test_a_response_url_replaces_the_message(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    card = await _card(driver, bolt, slack, hear=False)

    @bolt.app.action("approve")
    async def answer(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Approved", replace_original=True)

    await driver.click("ben", card, "approve")
    seen = await driver.thread("#ops", card.thread_ts or card.ts, "ana")
    assert (seen.messages[-1].text, seen.messages[-1].blocks) == ("Approved", [])


async def _card(
    driver: Driver, bolt: Bolt, slack: SlackClient, *, blocks: list[Body] = CARD, hear: bool = True
) -> Message:
    """A card in a thread, and an app that is connected."""
    if hear:
        bolt.hear_clicks()
    await bolt.connect()
    asked = await driver.say("ana", "#ops", "please")
    await slack.chat_postMessage(channel="C0OPS", thread_ts=asked.ts, text="card", blocks=blocks)
    return await driver.find(asked, lambda message: message.name == "assent", as_user="ana")
