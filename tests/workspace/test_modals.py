"""Modals, Home tabs and slash commands."""

from typing import Any

from bot.workspace import Config, Workspace
from bot.workspace.driver import Driver
from bot.workspace.seen import Posted, View
from tests.workspace.bolt import Body, Bolt, SlackClient, refused


def modal(title: str = "Reject request", **more: Any) -> Body:
    """A modal with a required reason and an optional choice."""
    choice: Body = {
        "type": "static_select",
        "action_id": "kind",
        "options": [{"text": {"type": "plain_text", "text": name.title()}, "value": name} for name in ("cost", "risk")],
    }
    reason: Body = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 20}
    return {
        "type": "modal",
        "callback_id": "reject",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Reject"},
        "blocks": [
            {"type": "input", "block_id": "reason", "label": {"type": "plain_text", "text": "Why?"}, "element": reason},
            {
                "type": "input",
                "block_id": "category",
                "optional": True,
                "label": {"type": "plain_text", "text": "Kind"},
                "element": choice,
            },
        ],
        **more,
    }


class Rejecting:
    """An app whose button opens the modal, and which answers a submit with `answer`."""

    def __init__(self, bolt: Bolt, *, view: Body | None = None) -> None:
        self.answer: Body = {}
        self.submitted: list[Body] = []
        self.closed: list[Body] = []
        self.triggers: list[str] = []
        self._view = view or modal()
        bolt.app.action("open")(self._open)
        bolt.app.view("reject")(self._submit)
        bolt.app.view_closed("reject")(self._close)

    async def _open(self, ack: Any, body: Body, client: SlackClient) -> None:
        self.triggers.append(body["trigger_id"])
        await client.views_open(trigger_id=body["trigger_id"], view=self._view)
        await ack()

    async def _submit(self, ack: Any, body: Body) -> None:
        self.submitted.append(body)
        await ack(**self.answer)

    async def _close(self, ack: Any, body: Body) -> None:
        self.closed.append(body)
        await ack()


async def test_a_modal_is_filled_in_and_closes(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    app = Rejecting(bolt)
    view = await _opened(driver, bolt, slack)
    assert view.heading == "Reject request"
    result = await driver.submit("ben", view.id, {"reason": {"text": "Too late"}, "category": {"kind": "risk"}})
    assert (result.sent, result.acked, result.closed) == (True, True, True)
    values = app.submitted[0]["view"]["state"]["values"]
    assert values["reason"]["text"] == {"type": "plain_text_input", "value": "Too late"}
    assert values["category"]["kind"]["selected_option"]["value"] == "risk"
    assert app.submitted[0]["user"]["id"] == "U0BEN"
    assert await driver.views("ben") == []


async def test_what_is_left_empty_is_asked_for_before_anything_is_sent(
    driver: Driver, bolt: Bolt, slack: SlackClient
) -> None:
    app = Rejecting(bolt)
    view = await _opened(driver, bolt, slack)
    result = await driver.submit("ben", view.id)
    assert (result.sent, result.errors) == (False, {"reason": "Please complete this required field."})
    result = await driver.submit("ben", view.id, {"reason": {"text": "much too long for twenty"}})
    assert result.errors == {"reason": "This must have 0 to 20 characters."}
    assert app.submitted == []


async def test_errors_of_the_app_stand_beside_the_input(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    app = Rejecting(bolt)
    view = await _opened(driver, bolt, slack)
    app.answer = {"response_action": "errors", "errors": {"reason": "Already decided."}}
    result = await driver.submit("ben", view.id, {"reason": {"text": "No"}})
    assert (result.response_action, result.closed, result.errors) == ("errors", False, {"reason": "Already decided."})
    assert (await driver.views("ben"))[0].errors == {"reason": "Already decided."}
    app.answer = {}
    assert (await driver.submit("ben", view.id)).closed  # what was typed is still there


async def test_a_submit_may_update_push_and_clear(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    app = Rejecting(bolt)
    view = await _opened(driver, bolt, slack)
    reason = {"reason": {"text": "No"}}
    app.answer = {"response_action": "update", "view": modal("Second")}
    assert (await driver.submit("ben", view.id, reason)).response_action == "update"
    assert [one.heading for one in await driver.views("ben")] == ["Second"]
    app.answer = {"response_action": "push", "view": modal("Third")}
    await driver.submit("ben", view.id, reason)
    assert [one.heading for one in await driver.views("ben")] == ["Third", "Second"]
    app.answer = {"response_action": "clear"}
    await driver.submit("ben", (await driver.views("ben"))[0].id, reason)
    assert await driver.views("ben") == []


async def test_an_answer_that_slack_refuses_keeps_the_modal_open(
    driver: Driver, bolt: Bolt, slack: SlackClient
) -> None:
    app = Rejecting(bolt)
    view = await _opened(driver, bolt, slack)
    app.answer = {"response_action": "update", "view": modal("A title that is much longer than that")}
    result = await driver.submit("ben", view.id, {"reason": {"text": "No"}})
    assert not result.closed
    assert result.warning is not None
    assert "json-pointer:/title/text" in result.warning


async def test_closing_is_told_only_when_asked_for(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    app = Rejecting(bolt, view=modal(notify_on_close=True))
    view = await _opened(driver, bolt, slack)
    await driver.close_view("ben", view.id)
    assert await driver.views("ben") == []
    assert app.closed[0]["is_cleared"] is False


async def test_a_trigger_opens_one_view(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    app = Rejecting(bolt)
    await _opened(driver, bolt, slack)
    await refused(slack.views_open(trigger_id=app.triggers[0], view=modal()), "exchanged_trigger_id")
    await refused(slack.views_open(trigger_id="1.2.3", view=modal()), "invalid_trigger_id")


async def test_a_trigger_lives_for_a_moment() -> None:
    clock = _Clock()
    async with Workspace(Config(), clock=clock) as workspace, Driver(workspace.url, workspace.control_token) as driver:
        bolt = Bolt(workspace)
        late: list[Body] = []

        async def open_late(ack: Any, body: Body, client: SlackClient) -> None:
            clock.now += 3.1
            late.append(body)
            await refused(client.views_open(trigger_id=body["trigger_id"], view=modal()), "expired_trigger_id")
            await ack()

        bolt.app.command("/assent")(open_late)
        await bolt.connect()
        assert (await driver.command("ana", "#ops", "/assent")).acked
        assert late
        await bolt.close()


async def test_three_views_are_the_most(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    app = Rejecting(bolt)
    view = await _opened(driver, bolt, slack)
    for title in ("Second", "Third"):
        app.answer = {"response_action": "push", "view": modal(title)}
        await driver.submit("ben", view.id, {"reason": {"text": "No"}})
        view = (await driver.views("ben"))[0]
    app.answer = {"response_action": "push", "view": modal("Fourth")}
    result = await driver.submit("ben", view.id, {"reason": {"text": "No"}})
    assert "push_limit_reached" in (result.warning or "")
    assert len(await driver.views("ben")) == 3


async def test_an_update_with_an_old_hash_isrefused(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    Rejecting(bolt, view=modal(external_id="request-1"))
    view = await _opened(driver, bolt, slack)
    await slack.views_update(external_id="request-1", hash=view.hash, view=modal("Newer", external_id="request-1"))
    await refused(slack.views_update(view_id=view.id, hash=view.hash, view=modal()), "hash_conflict")
    assert (await driver.views("ben"))[0].heading == "Newer"


async def test_a_button_in_a_modal_has_no_message(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    button: Body = {"type": "button", "action_id": "peek", "text": {"type": "plain_text", "text": "Peek"}}
    with_button = modal()
    with_button["blocks"] = [*with_button["blocks"], {"type": "actions", "block_id": "b", "elements": [button]}]
    Rejecting(bolt, view=with_button)
    bolt.hear_clicks()
    view = await _opened(driver, bolt, slack)
    await driver.click("ben", view, "peek", values={"reason": {"text": "half"}})
    body = bolt.heard[-1]
    assert body["container"] == {"type": "view", "view_id": view.id}
    assert "message" not in body
    assert "response_url" not in body
    assert body["view"]["state"]["values"]["reason"]["text"]["value"] == "half"


async def test_home_is_published_and_shown(driver: Driver, bolt: Bolt) -> None:
    home: Body = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Nothing waits"}}]}

    @bolt.app.event("app_home_opened")
    async def publish(event: Body, client: SlackClient) -> None:
        await client.views_publish(user_id=event["user"], view=home)

    await bolt.connect()
    view = await driver.open_home("ana")
    assert view is not None
    assert view.shown == "Nothing waits"
    assert await driver.home("ben") is None


async def test_a_home_tab_is_not_published_over_a_newer_one(slack: SlackClient) -> None:
    home: Body = {"type": "home", "blocks": []}
    first = await slack.views_publish(user_id="U0ANA", view=home)
    await slack.views_publish(user_id="U0ANA", view=home, hash=first["view"]["hash"])
    await refused(slack.views_publish(user_id="U0ANA", view=home, hash=first["view"]["hash"]), "hash_conflict")


async def test_a_command_is_answered_to_its_user_alone(driver: Driver, bolt: Bolt) -> None:
    @bolt.app.command("/assent")
    async def answer(ack: Any, command: Body) -> None:
        await ack(text=f"You said {command['text']} in {command['channel_name']}")

    await bolt.connect()
    assert (await driver.command("ana", "#ops", "/assent", "list")).acked
    assert [(one.text, one.ephemeral) for one in await driver.channel("#ops", "ana")] == [
        ("You said list in ops", True)
    ]
    assert await driver.channel("#ops", "ben") == []


async def test_an_external_select_offers_what_the_app_finds(driver: Driver, bolt: Bolt, slack: SlackClient) -> None:
    @bolt.app.options("service")
    async def find(ack: Any, payload: Body) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": "web-1"}, "value": payload["value"]}])

    await bolt.connect()
    select: Body = {"type": "external_select", "action_id": "service", "min_query_length": 1}
    posted = await slack.chat_postMessage(
        channel="C0OPS", text="pick", blocks=[{"type": "actions", "elements": [select]}]
    )
    body: Body = {"user": "ana", "channel": "ops", "ts": posted["ts"], "action_id": "service", "value": "we"}
    assert (await driver.post("options", body))["options"][0]["value"] == "we"


class _Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


async def _opened(driver: Driver, bolt: Bolt, slack: SlackClient) -> View:
    """The modal that ben sees after his click."""
    await bolt.connect()
    button: Body = {"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Reject"}}
    posted = await slack.chat_postMessage(
        channel="C0OPS", text="card", blocks=[{"type": "actions", "elements": [button]}]
    )
    card = Posted(channel="C0OPS", ts=posted["ts"], thread_ts=posted["ts"])
    assert (await driver.click("ben", card, "open")).acked
    views = await driver.until(lambda: driver.views("ben"))
    return views[0]
