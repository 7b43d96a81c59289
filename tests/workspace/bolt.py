"""A real Bolt app over a real Socket Mode connection."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace import Workspace

Body = dict[str, Any]
"""A payload as Bolt hands it to listeners."""

SlackClient = Any
"""slack_sdk's AsyncWebClient, whose signatures are half untyped; so are Bolt's."""


async def refused(call: Awaitable[object], error: str) -> Any:
    """The answer of a Web API call that fails with `error`."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer = cast("Any", caught.value).response  # slack_sdk does not say what it is
    assert answer["error"] == error
    return answer


class Bolt:
    """`app` takes listeners; `connect` opens one more connection. The bodies that arrived are in `heard`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)
        self.app: Any = AsyncApp(client=client, process_before_response=True)
        self.heard: list[Body] = []
        self.handlers: list[AsyncSocketModeHandler] = []

    def events(self) -> list[Body]:
        """The events that were heard, without what is around them."""
        return [body["event"] for body in self.heard if "event" in body]

    def hear(self, *names: str) -> None:
        """Ack these events and keep them."""
        for name in names:
            self.app.event(name)(self._keep)

    def hear_clicks(self) -> None:
        """Ack every click and keep it."""

        async def keep(ack: Any, body: Body) -> None:
            self.heard.append(body)
            await ack()

        self.app.action(re.compile(".*"))(keep)

    def heard_as_many_as(self, times: int) -> Callable[[], Awaitable[bool]]:
        """A question for `driver.until`."""

        async def enough() -> bool:
            return len(self.heard) >= times

        return enough

    async def connect(self) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(self.app, self._workspace.app_token, ping_interval=1)
        await handler.connect_async()
        self.handlers.append(handler)
        return handler

    async def close(self) -> None:
        for handler in self.handlers:
            await handler.close_async()

    async def _keep(self, body: Body) -> None:
        self.heard.append(body)
