"""A newcomer's first minute: `assent demo` in a real browser, from the mention to the answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.cli.commands import running
from tests.journeys.browsing import act_as, shot
from tests.workspace.browser import open_browser

expect.set_options(timeout=15_000)


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """The page of a demo that has just been started."""
    with running("demo", "--port", "0", "--no-open", at=tmp_path) as demo:
        address = demo.until(r"Open  (http://\S+)").group(1)
        async with open_browser() as browser:
            page = await browser.new_page(viewport={"width": 1280, "height": 860})
            await page.goto(address)
            yield page


async def test_mention_approve_reject_with_a_reason_and_read_the_result(page: Page, screens: Path | None) -> None:
    await expect(page.get_by_role("region", name="Welcome")).to_be_visible()
    await shot(page, screens, "1-welcome")

    await page.keyboard.type("@assent restart web-1 and web-2")
    await page.keyboard.press("Enter")
    first, second = card(page, "web-1"), card(page, "web-2")
    await expect(first.get_by_text("Approval needed: restart_service")).to_be_visible()
    await expect(second.get_by_role("button", name="Reject: restart_service")).to_be_visible()
    await shot(page, screens, "2-two-cards")

    await act_as(page, "Ben Bauer")
    await first.get_by_role("button", name="Approve: restart_service").click()
    await expect(first.get_by_text("Approved by @Ben Bauer")).to_be_visible()
    await expect(first.get_by_text("Done", exact=False)).to_be_visible()
    await expect(first.get_by_role("button", name="Approve: restart_service")).to_have_count(0)

    await second.get_by_role("button", name="Reject: restart_service").click()
    modal = page.get_by_role("dialog", name="Reject request")
    await modal.get_by_role("textbox").fill("web-2 serves the launch until noon")
    await shot(page, screens, "3-reject")
    await modal.get_by_role("button", name="Reject").click()

    await expect(second.get_by_text("Rejected by @Ben Bauer")).to_be_visible()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("web-1 was restarted")).to_be_visible()
    answer = thread.get_by_role("article").last
    await expect(answer.get_by_text("web-2 serves the launch until noon")).to_be_visible()
    await answer.scroll_into_view_if_needed()
    await shot(page, screens, "4-answer")


async def test_a_high_risk_call_takes_another_person_than_who_asked(page: Page, screens: Path | None) -> None:
    await expect(page.get_by_role("region", name="Welcome")).to_be_visible()
    await page.keyboard.type("@assent rotate the secret of api")
    await page.keyboard.press("Enter")
    asked = card(page, "api")
    await expect(asked.get_by_text("High risk")).to_be_visible()
    await approve_once_more(page, asked)
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("You cannot approve your own request")).to_have_count(2)
    await shot(page, screens, "5-another-person")

    await act_as(page, "Ben Bauer")
    await approve_once_more(page, asked)
    await expect(asked.get_by_text("Approved by @Ben Bauer")).to_be_visible()
    await expect(thread.get_by_role("article").last).to_contain_text("neither kept nor shown")
    await shot(page, screens, "6-rotated")


def card(page: Page, service: str) -> Locator:
    """The card whose arguments name the service, in the thread that is open."""
    thread = page.get_by_role("complementary", name="Thread")
    return thread.get_by_role("article").filter(has=page.locator("pre", has_text=f'"service": "{service}"'))


async def approve_once_more(page: Page, card: Locator) -> None:
    """Approve a call of high risk, which asks once more."""
    await card.get_by_role("button", name=re.compile("^Approve: ")).click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Approve").click()
