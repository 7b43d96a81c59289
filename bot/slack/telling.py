"""Tell one person something, whatever way is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from structlog.typing import FilteringBoundLogger

from bot.slack.api import Answered, SlackApi, SlackError
from bot.slack.blocks import Block, Content
from bot.slack.modals import notice_modal
from bot.store.thread import DIRECT, Thread

_log: FilteringBoundLogger = structlog.get_logger()


async def tell(
    slack: SlackApi, person: str, thread: Thread | None, content: Content, *, trigger_id: str | None
) -> None:
    """Tell `person` alone, in the thread if there is one, else in a modal, else in a direct message; never raises."""
    ways: dict[str, Callable[[], Awaitable[None]]] = {
        **({"ephemeral": lambda: _in_thread(slack, person, thread, content)} if thread else {}),
        **({"modal": lambda: open_modal(slack, trigger_id, notice_modal(content))} if trigger_id else {}),
        "direct message": lambda: _directly(slack, person, content),
    }
    for name, way in ways.items():
        try:
            await way()
            break
        except SlackError as error:
            _log.info("not told this way", thread=str(thread), person=person, way=name, error=str(error))
    else:
        _log.error("could not tell a person why their click did not count", thread=str(thread), person=person)


async def open_modal(slack: SlackApi, trigger_id: str, view: Block) -> None:
    """Open a modal for the person whose click gave `trigger_id`, which lives for three seconds and one use."""
    await slack.write("views.open", Answered, trigger_id=trigger_id, view=view)


async def _in_thread(slack: SlackApi, person: str, thread: Thread, content: Content) -> None:
    await slack.write(
        "chat.postEphemeral",
        Answered,
        channel=thread.channel,
        user=person,
        thread_ts=None if thread.ts == DIRECT else thread.ts,
        text=content.text,
        blocks=content.blocks,
    )


async def _directly(slack: SlackApi, person: str, content: Content) -> None:
    opened = await slack.write("conversations.open", _Opened, users=person)
    await slack.write("chat.postMessage", Answered, channel=opened.channel.id, text=content.text, blocks=content.blocks)


class _Channel(Answered):
    id: str


class _Opened(Answered):
    channel: _Channel
