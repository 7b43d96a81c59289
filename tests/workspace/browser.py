"""A real browser for tests of the page."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)


@asynccontextmanager
async def open_browser() -> AsyncGenerator[Browser]:
    """The Chromium that is on PATH, without a window; its absence fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=[*_ARGUMENTS])
        try:
            yield browser
        finally:
            await browser.close()


def find_chromium() -> str:
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail(
        f"No Chromium on PATH (looked for {', '.join(_NAMES)}): the tests of the page need one. "
        "On Debian: apt-get install chromium.",
        pytrace=False,
    )


async def tab_to(page: Page, name: str, *, role: str = "button") -> None:
    """Press Tab until the focus is on the element of this role and name."""
    wanted = page.get_by_role(role, name=name, exact=True)  # pyright: ignore[reportArgumentType]  # roles are literals
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate_all("nodes => nodes.includes(document.activeElement)"):
            return
    pytest.fail(f"Tab does not come to the {role} {name}.")
