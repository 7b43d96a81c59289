"""The line under a thread that says what the bot does now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bot.agents import RunContextWrapper, RunHooks
from bot.agents.record.plain import Item
from bot.agents.tools.tool import CallableTool
from bot.slack.writer import ThreadWriter
from bot.store.thread import Thread

_LASTS_FOR = 0.3
"""Seconds that something must go on to be worth saying."""


class ShowsStatus(RunHooks[Any]):
    """Says under the thread what goes on; nothing waits for it."""

    def __init__(self, writer: ThreadWriter, thread: Thread) -> None:
        self._writer = writer
        self._thread = thread
        self._saying: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._words = ""
        self._said = ""

    async def on_llm_start(  # the loop gives hooks more than a line of words takes
        self,
        context: RunContextWrapper[Any],  # noqa: ARG002
        agent: Any,  # noqa: ARG002
        system_prompt: str | None,  # noqa: ARG002
        input_items: Sequence[Item],  # noqa: ARG002
    ) -> None:
        self._say("is thinking…")

    async def on_tool_start(
        self,
        context: RunContextWrapper[Any],  # noqa: ARG002
        agent: Any,  # noqa: ARG002
        tool: CallableTool,
    ) -> None:
        self._say(f"is running {tool.name}…")

    async def end(self, *, waiting: bool) -> None:
        """The run stands still: a reply takes the line away, and a run that waits for people must not look busy."""
        if self._saying:
            self._over.set()
            await asyncio.gather(self._saying, return_exceptions=True)
            if waiting and self._said:
                await self._writer.status(self._thread, "")

    def _say(self, words: str) -> None:
        """What goes on at the time is said; one call to Slack at a time."""
        self._words = words
        if self._saying is None or self._saying.done():
            self._saying = asyncio.create_task(self._say_what_lasts())

    async def _say_what_lasts(self) -> None:
        """What is over in a moment is not worth a call."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LASTS_FOR):
                await self._over.wait()
                return
        if self._words != self._said:
            self._said = self._words
            await self._writer.status(self._thread, self._words)
