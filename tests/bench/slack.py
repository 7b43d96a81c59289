"""The local Slack in a process of its own, so that the bot has its loop to itself."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pydantic import BaseModel

from bot.workspace import Config, Workspace


class Slack(BaseModel):
    """Where it is, and what opens it."""

    url: str
    api_url: str
    control_token: str
    bot_token: str
    app_token: str


@asynccontextmanager
async def slack() -> AsyncGenerator[Slack]:
    """A local Slack until the block ends."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.slack", stdout=PIPE)
    assert process.stdout
    try:
        async with asyncio.timeout(30):
            line = await process.stdout.readline()
        yield Slack.model_validate_json(line)
    finally:
        process.terminate()
        await process.wait()


async def _serve() -> None:
    async with Workspace(Config()) as workspace:
        told = Slack(
            url=workspace.url,
            api_url=workspace.api_url,
            control_token=workspace.control_token,
            bot_token=workspace.bot_token,
            app_token=workspace.app_token,
        )
        print(told.model_dump_json(), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
