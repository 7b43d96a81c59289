"""A card of each kind in a real browser, and an "always" from the menu to its revocation."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.agents.testing import call
from tests.agents.responses_server import Answer
from tests.journeys.browsing import act_as, shot
from tests.journeys.house import Houses, asks_for, says
from tests.journeys.office import Office, asks_the_wiki, patches, runs
from tests.workspace.browser import open_browser

expect.set_options(timeout=15_000)

DIFF = """\
@@ def main():
-    serve(port=80)
+    serve(port=8080)
+    log("started")
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "app.py").write_text("def main():\n    serve(port=80)\n")
    return Office(tmp_path)


async def test_each_kind_of_call_is_read_as_what_it_would_do(
    houses: Houses, office: Office, screens: Path | None
) -> None:
    asked = asks_for(
        runs("git pull --ff-only", "systemctl restart app <!channel> && echo `date`", timeout_ms=60_000),
        patches("app.py", DIFF),
        asks_the_wiki("delete_page", '{"page": "Home", "reason": "outdated"}'),
        call("ask_billing", {"input": "Refund order A1.\nThe customer was charged twice."}, call_id="call_ask"),
        call("transfer_to_billing_expert", call_id="call_over"),
    )
    async with _asking(houses, office, [asked], height=2100) as page:
        await expect(_card(page, "shell").locator("pre")).to_have_text(
            "git pull --ff-only\nsystemctl restart app <!channel> && echo `date`"
        )
        await expect(_card(page, "apply_patch")).to_contain_text("Update app.py · 2 lines added, 1 removed")
        await expect(_card(page, "delete_page on wiki (MCP)")).to_contain_text('"page": "Home"')
        await expect(_card(page, "ask_billing (agent)")).to_contain_text("The customer was charged twice.")
        await expect(_card(page, "hand over to billing expert")).to_be_visible()
        await shot(page, screens, "7-kinds")


async def test_an_always_is_confirmed_named_and_revoked(houses: Houses, office: Office, screens: Path | None) -> None:
    answers = [
        asks_for(runs("./build --fast"), call("ask_billing", {"input": "Refund order A1."}, call_id="call_ask")),
        asks_for(call("refund", {"order": "A1"}, call_id="call_a1")),
    ]
    async with _asking(houses, office, answers, height=1300) as page:
        await act_as(page, "Ben Bauer")
        shell = _card(page, "./build --fast")
        await _choose(page, shell, "Always approve in this run", screens=screens)
        modal = page.get_by_role("dialog", name="Always approve")
        await expect(modal).to_contain_text("Nobody is shown the later calls before they are carried out.")
        await shot(page, screens, "9-always")
        await modal.get_by_role("button", name="Always approve").click()
        await expect(shell).to_contain_text("Always approved in this run by @Ben Bauer")
        await expect(shell.get_by_role("button", name="Revoke: shell")).to_be_visible()

        await _card(page, "ask_billing").get_by_role("button", name=re.compile("^Approve: ")).click()
        await expect(_card(page, "refund, asked by billing expert for support agent")).to_be_visible()
        await shot(page, screens, "10-always-approved")

        await shell.get_by_role("button", name="Revoke: shell").click()
        await expect(shell).to_contain_text("Revoked by @Ben Bauer")
        await expect(shell.get_by_role("button", name="Revoke: shell")).to_have_count(0)
        await shot(page, screens, "11-revoked")


async def test_commands_that_may_have_run_say_so_first(houses: Houses, office: Office, screens: Path | None) -> None:
    office.breaks = 1
    async with _asking(houses, office, [asks_for(runs("echo deployed >> log.txt"))], height=1100) as page:
        await _card(page, "shell").get_by_role("button", name=re.compile("^Approve: ")).click()
        again = _card(page, "May have run: shell")
        await expect(again.locator("pre")).to_have_text("echo deployed >> log.txt")
        await expect(again.get_by_role("button", name="Run again: shell")).to_be_visible()
        await shot(page, screens, "12-may-have-run")


@asynccontextmanager
async def _asking(houses: Houses, office: Office, answers: list[Answer], *, height: int) -> AsyncGenerator[Page]:
    """The page of a workspace where Ana has just asked, with the thread before her."""
    house = await houses.open(office.served, answers=[*answers, says("Done.")])
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": height})
        await page.goto(house.workspace.page_url)
        await expect(page.get_by_role("textbox")).to_be_focused()
        await page.keyboard.type("@assent please do it all")
        await page.keyboard.press("Enter")
        yield page


def _card(page: Page, words: str) -> Locator:
    """The card with these words, in the thread that is open."""
    thread = page.get_by_role("complementary", name="Thread")
    return thread.get_by_role("article").filter(has_text=words).filter(has=page.get_by_role("heading", level=3))


async def _choose(page: Page, card: Locator, option: str, *, screens: Path | None) -> None:
    """Choose from the menu of a card."""
    await card.get_by_role("button", name=re.compile("More")).click()
    await expect(page.get_by_role("menuitem", name=option)).to_be_visible()
    await shot(page, screens, "8-menu")
    await page.get_by_role("menuitem", name=option).click()
