"""The web page, in a real browser."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from bot.workspace import Workspace
from bot.workspace.driver import Driver
from tests.workspace.bolt import Body, Bolt, SlackClient
from tests.workspace.browser import open_browser, tab_to

HOSTILE = (
    '<script>alert("ran")</script><img src=x onerror=alert("ran")> <!channel> <@U0ANA> '
    "<https://evil.example|bank.example> *bold* ``` \u202egnp.exe"
)


@pytest.fixture
async def page(workspace: Workspace) -> AsyncIterator[Page]:
    """The page as Ana sees it first. Whatever asks for something elsewhere, raises or opens a dialog fails the test."""
    wrong: list[str] = []
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: wrong.append(f"raised {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"a script ran: {dialog.message}"))
        page.on("request", lambda request: _note_foreign(request.url, workspace.url, wrong))
        await page.goto(workspace.page_url)
        await expect(_composer(page)).to_be_focused()
        yield page
    assert wrong == []


async def test_a_person_mentions_the_bot_and_sees_its_reply_without_a_reload(page: Page, bolt: Bolt) -> None:
    await _answer_mentions(bolt, text="Three services run.")
    await expect(page.get_by_role("region", name="Welcome")).to_be_visible()
    await page.keyboard.type("@ass")
    await page.keyboard.press("Enter")
    await page.keyboard.type("what is running?")
    await page.keyboard.press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("Three services run.")).to_be_visible()
    await expect(thread.get_by_text("@Assent what is running?")).to_be_visible()
    await expect(page.get_by_role("region", name="Welcome")).not_to_be_attached()
    await expect(page.get_by_role("button", name="1 reply")).to_be_visible()


async def test_an_example_of_the_welcome_is_written_into_the_composer(page: Page) -> None:
    await page.get_by_role("button", name="@assent hello").click()
    await expect(_composer(page)).to_have_value("@assent hello")
    await expect(_composer(page)).to_be_focused()


async def test_hostile_text_stays_text(page: Page, slack: SlackClient) -> None:
    literal: Body = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": HOSTILE}]}
    blocks: list[Body] = [
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE, "emoji": False}},
        {"type": "rich_text", "elements": [literal]},
        {"type": "markdown", "text": '# <script>alert("ran")</script> [a link](javascript:alert("ran"))'},
    ]
    await slack.chat_postMessage(channel="C0OPS", text=HOSTILE, blocks=blocks)
    message = page.get_by_role("article").last
    await expect(message.locator("pre")).to_have_text(HOSTILE)
    await expect(message.get_by_role("heading").first).to_have_text(HOSTILE)
    await expect(message.locator(".mention, script, img, a")).to_have_count(0)


async def test_a_mention_that_gets_through_is_seen_to_be_alive(page: Page, slack: SlackClient) -> None:
    await slack.chat_postMessage(channel="C0OPS", text="Quoted: `<!channel>`")
    await expect(page.locator(".mention-everyone")).to_have_text("@channel")


async def test_text_of_50_kilobytes_leaves_the_page_usable(page: Page, slack: SlackClient) -> None:
    piece: Body = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "*_`<~" * 2_000}]}
    await slack.chat_postMessage(channel="C0OPS", text="long", blocks=[{"type": "rich_text", "elements": [piece]}])
    await slack.chat_postMessage(channel="C0OPS", text="*a _b ~c `d <" * 3_000)
    await slack.chat_postMessage(channel="C0OPS", text="still here")
    await expect(page.get_by_text("still here")).to_be_visible()


async def test_a_modal_shows_inline_errors_and_keeps_what_was_typed(page: Page, bolt: Bolt, slack: SlackClient) -> None:
    await _reject_in_a_modal(bolt)
    await slack.chat_postMessage(channel="C0OPS", text="card", blocks=_card())
    await page.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog", name="Reject request")
    reason = dialog.get_by_role("textbox", name="Reason")
    await expect(reason).to_be_focused()
    await page.keyboard.type("no")
    await dialog.get_by_role("button", name="Reject").click()
    await expect(dialog.get_by_text("Say why in a sentence.")).to_be_visible()
    await expect(reason).to_have_attribute("aria-invalid", "true")
    await expect(reason).to_have_value("no")
    await reason.fill("It is Friday.")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).not_to_be_attached()
    assert [_reason_of(body) for body in bolt.heard] == ["no", "It is Friday."]


async def test_the_page_works_by_keyboard_alone(page: Page, bolt: Bolt) -> None:
    await _answer_mentions(bolt, text="card", blocks=_card(confirm=True))
    await _approve_by_editing(bolt)
    await page.keyboard.type("@assent restart web-1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Approve")).to_be_visible()
    await tab_to(page, "Approve")
    await page.keyboard.press("Enter")
    question = page.get_by_role("alertdialog", name="Restart web-1?")
    await expect(question.get_by_role("button", name="Wait")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Approved by @Ana Alves")).to_be_visible()
    await page.keyboard.press("Escape")  # the focus has not left the thread with the button
    await expect(page.get_by_role("complementary", name="Thread")).not_to_be_attached()
    await expect(_composer(page)).to_be_focused()


async def test_a_menu_is_walked_with_the_arrow_keys(page: Page, bolt: Bolt, slack: SlackClient, driver: Driver) -> None:
    bolt.hear_clicks()
    await bolt.connect()
    await slack.chat_postMessage(channel="C0OPS", text="card", blocks=[_menu("View", "Cancel run")])
    await page.get_by_role("button", name="More actions").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="View")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="More actions")).to_be_focused()
    await expect(page.get_by_role("menu")).not_to_be_attached()
    await driver.until(bolt.heard_as_many_as(1))
    assert [body["actions"][0]["selected_option"]["value"] for body in bolt.heard] == ["Cancel run"]


async def test_the_time_beside_a_message_that_goes_on_leaves_the_text_alone(page: Page, slack: SlackClient) -> None:
    await slack.chat_postMessage(channel="C0OPS", text="first")
    await slack.chat_postMessage(channel="C0OPS", text="second")
    second = page.get_by_role("article").last
    await second.hover()
    time, text = await second.locator("time").bounding_box(), await second.get_by_text("second").bounding_box()
    assert time is not None
    assert text is not None
    assert time["x"] + time["width"] <= text["x"]


async def test_a_dialog_holds_the_focus_and_escape_closes_it(page: Page, bolt: Bolt, slack: SlackClient) -> None:
    await _reject_in_a_modal(bolt)
    await slack.chat_postMessage(channel="C0OPS", text="card", blocks=_card())
    await page.get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    for _ in range(9):
        await page.keyboard.press("Tab")
        assert await dialog.evaluate("node => node.contains(document.activeElement)")
    await page.keyboard.press("Escape")
    await expect(dialog).not_to_be_attached()
    await expect(page.get_by_role("button", name="Reject")).to_be_focused()


async def test_acting_as_another_user_shows_that_users_ephemeral_messages_only(page: Page, slack: SlackClient) -> None:
    await slack.chat_postEphemeral(channel="C0OPS", user="U0ANA", text="You asked, so you may not decide.")
    await slack.chat_postEphemeral(channel="C0OPS", user="U0BEN", text="You may decide.")
    await expect(page.get_by_text("You asked, so you may not decide.")).to_be_visible()
    await expect(page.get_by_text("You may decide.")).not_to_be_attached()
    await page.get_by_role("button", name="Acting as Ana Alves").click()
    await page.get_by_role("menuitemradio", name="Ben Bauer").click()
    await expect(page.get_by_text("You may decide.")).to_be_visible()
    await expect(page.get_by_text("Only visible to you")).to_have_count(1)
    await expect(page.get_by_text("You asked, so you may not decide.")).not_to_be_attached()
    await page.reload()
    await expect(page.get_by_role("button", name="Acting as Ben Bauer")).to_be_visible()


async def test_a_click_that_the_app_does_not_ack_is_warned_of(page: Page, slack: SlackClient) -> None:
    await slack.chat_postMessage(channel="C0OPS", text="card", blocks=_card())
    await expect(page.get_by_text("assent is not connected")).to_be_visible()
    await page.get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("article").get_by_role("alert")).to_contain_text("Nothing was sent.")


async def test_a_click_that_a_redraw_interrupts_still_counts(
    page: Page, bolt: Bolt, slack: SlackClient, driver: Driver
) -> None:
    bolt.hear_clicks()
    await bolt.connect()
    posted = await slack.chat_postMessage(channel="C0OPS", text="card", blocks=_card())
    await page.get_by_role("button", name="Reject").hover()
    await page.mouse.down()
    grown: list[Body] = [
        *_card(),
        *({"type": "header", "text": {"type": "plain_text", "text": word}} for word in "abc"),
    ]
    async with page.expect_response(lambda response: "/messages" in response.url):
        await slack.chat_update(channel="C0OPS", ts=posted["ts"], text="card", blocks=grown)
    await page.mouse.up()
    await expect(page.get_by_role("heading", name="c", exact=True)).to_be_visible()
    await driver.until(bolt.heard_as_many_as(1))
    assert [body["actions"][0]["action_id"] for body in bolt.heard] == ["reject"]


async def test_an_edit_keeps_focus_and_what_was_chosen(page: Page, slack: SlackClient) -> None:
    posted = await slack.chat_postMessage(channel="C0OPS", text="card", blocks=_card())
    await page.get_by_role("button", name="Reject").focus()
    await slack.chat_update(channel="C0OPS", ts=posted["ts"], text="card", blocks=_card(title="Still needed"))
    await expect(page.get_by_text("Still needed")).to_be_visible()
    await expect(page.get_by_role("button", name="Reject")).to_be_focused()


async def test_what_comes_elsewhere_is_marked_as_new(page: Page, driver: Driver) -> None:
    sidebar = page.get_by_role("navigation")
    await sidebar.get_by_role("button", name="general").click()
    await driver.say("ben", "ops", "look here")
    ops = sidebar.get_by_role("button", name="ops")
    await expect(ops).to_contain_text("1 new")
    await ops.click()
    await expect(page.get_by_role("separator", name="New")).to_be_visible()
    await expect(ops).not_to_contain_text("new")


async def test_a_slash_command_is_answered_to_the_person_alone(page: Page, bolt: Bolt) -> None:
    async def answer(ack: Any, body: Body) -> None:
        await ack(text=f"Nothing waits, {body['text']}.")

    bolt.app.command("/assent")(answer)
    await bolt.connect()
    await page.keyboard.type("/assent list")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing waits, list.")).to_be_visible()
    await expect(page.get_by_text("Only visible to you")).to_be_visible()


async def test_the_home_tab_is_shown_as_published(page: Page, bolt: Bolt) -> None:
    async def publish(event: Body, client: SlackClient) -> None:
        section: Body = {"type": "section", "text": {"type": "mrkdwn", "text": "*Waiting for you:* nothing"}}
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section]})

    bolt.app.event("app_home_opened")(publish)
    await bolt.connect()
    await page.get_by_role("button", name="Assent Home").click()
    await expect(page.get_by_text("Waiting for you: nothing")).to_be_visible()


async def _answer_mentions(bolt: Bolt, **message: Any) -> None:
    async def answer(event: Body, client: SlackClient) -> None:
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], **message)

    bolt.app.event("app_mention")(answer)
    await bolt.connect()


async def _approve_by_editing(bolt: Bolt) -> None:
    async def approve(ack: Any, body: Body, client: SlackClient) -> None:
        await ack()
        section: Body = {"type": "mrkdwn", "text": f"Approved by <@{body['user']['id']}>"}
        where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**where, text="Approved", blocks=[{"type": "section", "text": section}])

    bolt.app.action("approve")(approve)


async def _reject_in_a_modal(bolt: Bolt) -> None:
    async def open_modal(ack: Any, body: Body, client: SlackClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=_reject_modal())

    async def submit(ack: Any, body: Body) -> None:
        bolt.heard.append(body)
        if len(_reason_of(body)) < 5:
            return await ack(response_action="errors", errors={"reason": "Say why in a sentence."})
        return await ack()

    bolt.app.action("reject")(open_modal)
    bolt.app.view("reject")(submit)
    await bolt.connect()


def _reason_of(body: Body) -> str:
    return body["view"]["state"]["values"]["reason"]["text"]["value"]


def _reject_modal() -> Body:
    text: Body = {"type": "plain_text_input", "action_id": "text", "multiline": True}
    return {
        "type": "modal",
        "callback_id": "reject",
        "title": {"type": "plain_text", "text": "Reject request"},
        "submit": {"type": "plain_text", "text": "Reject"},
        "blocks": [
            {"type": "input", "block_id": "reason", "label": {"type": "plain_text", "text": "Reason"}, "element": text}
        ],
    }


def _card(*, title: str = "Approval needed", confirm: bool = False) -> list[Body]:
    approve = _button("approve", "Approve", style="primary")
    if confirm:
        approve["confirm"] = {
            "title": {"type": "plain_text", "text": "Restart web-1?"},
            "text": {"type": "plain_text", "text": "It restarts at once."},
            "confirm": {"type": "plain_text", "text": "Approve"},
            "deny": {"type": "plain_text", "text": "Wait"},
        }
    arguments: Body = {"type": "text", "text": json.dumps({"name": "web-1"})}
    return [
        {"type": "header", "text": {"type": "plain_text", "text": title}},
        {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [arguments]}]},
        {"type": "actions", "elements": [approve, _button("reject", "Reject", style="danger")]},
    ]


def _button(action_id: str, label: str, **more: str) -> Body:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": action_id, "text": text, "value": "1", **more}


def _menu(*options: str) -> Body:
    choices = [{"text": {"type": "plain_text", "text": option}, "value": option} for option in options]
    return {"type": "actions", "elements": [{"type": "overflow", "action_id": "more", "options": choices}]}


def _composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message ops")


def _note_foreign(url: str, home: str, wrong: list[str]) -> None:
    if not url.startswith((f"{home}/", "data:")):
        wrong.append(f"asked for {url}")
