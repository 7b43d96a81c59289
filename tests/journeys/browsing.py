"""What people do on the page of the local Slack."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page


async def act_as(page: Page, name: str) -> None:
    await page.get_by_role("button", name=re.compile("Acting as")).click()
    await page.get_by_role("menuitemradio", name=name).click()


async def shot(page: Page, screens: Path | None, name: str) -> None:
    """Keep a picture, where the run was told to."""
    if screens:
        await page.screenshot(path=screens / f"{name}.png")
