"""OpenAI as programs find it, by the environment, but on this machine and with a script."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.agents.record.plain import Item
from tests.agents.responses_server import ResponsesServer, serving
from tests.examples.played import answer


class Provider:
    """Starts the server that the environment names from then on; in the end it is gone."""

    def __init__(self, stack: AsyncExitStack, patch: pytest.MonkeyPatch) -> None:
        self._stack, self._patch = stack, patch

    async def answering(self, *model: Sequence[Item], streamed: bool = False) -> ResponsesServer:
        server = await self._stack.enter_async_context(serving(*(answer(*each, streamed=streamed) for each in model)))
        self._patch.setenv("OPENAI_BASE_URL", server.base_url)
        self._patch.setenv("OPENAI_API_KEY", "sk-test")
        return server


def outputs(server: ResponsesServer, request: int) -> list[Any]:
    """What the model was told of its calls, the n-th time."""
    return [item["output"] for item in server.requests[request].body["input"] if "output" in item]
