"""The line under a thread that says what the bot does now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.agents import FunctionTool, RunContextWrapper, RunHooks
from bot.agents.plain import Item
from bot.slack.writer import ThreadWriter
from bot.store.thread import Thread


class ShowsStatus(RunHooks[Any]):
    """Says under the thread what goes on; nothing waits for it."""

    def __init__(self, writer: ThreadWriter, thread: Thread) -> None:
        self._writer = writer
        self._thread = thread
        self._saying: asyncio.Task[None] | None = None
        self._says = ""

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
        tool: FunctionTool,
    ) -> None:
        self._say(f"is running {tool.name}…")

    async def end(self, *, waiting: bool) -> None:
        """The run stands still: a reply takes the line away, and a run that waits for people must not look busy."""
        if self._saying:
            await asyncio.gather(self._saying, return_exceptions=True)
            if waiting:
                await self._writer.status(self._thread, "")

    def _say(self, words: str) -> None:
        """One call to Slack at a time: what was to be said while it is under way is not worth another."""
        if words != self._says and (self._saying is None or self._saying.done()):
            self._says = words
            self._saying = asyncio.create_task(self._writer.status(self._thread, words))
