"""Put a file into a thread, in Slack's three steps; before the last nobody sees anything of it."""

from __future__ import annotations

from bot.slack.api import Answered, SlackApi
from bot.slack.blocks import File
from bot.store.thread import DIRECT, Thread


async def upload(slack: SlackApi, file: File) -> str:
    """Bring the file to Slack; its id there. Raises `SlackError`."""
    content = file.read().encode()
    place = await slack.read("files.getUploadURLExternal", _Place, filename=file.name, length=len(content))
    await slack.upload(place.upload_url, content)
    return place.file_id


async def share(slack: SlackApi, file_id: str, file: File, *, thread: Thread, text: str) -> None:
    """Show an uploaded file in the thread, with a text beside it. Raises `SlackError`."""
    await slack.write(
        "files.completeUploadExternal",
        Answered,
        files=[{"id": file_id, "title": file.name}],
        channel_id=thread.channel,
        thread_ts=None if thread.ts == DIRECT else thread.ts,
        initial_comment=text,
    )


class _Place(Answered):
    upload_url: str
    file_id: str
