"""A model server, and the real client to talk to it."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from bot.demo.model_server import ModelServer
from tests.demo.talk import Talk


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def client(server: ModelServer) -> AsyncIterator[AsyncOpenAI]:
    """The client as an agent has it, without repeats, and straight to the server whatever proxy there is."""
    async with AsyncOpenAI(
        api_key=server.api_key,
        base_url=server.base_url,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(trust_env=False),
    ) as client:
        yield client


@pytest.fixture
def talk(client: AsyncOpenAI) -> Talk:
    """A conversation in which every tool of the demo is offered."""
    return Talk(client)
