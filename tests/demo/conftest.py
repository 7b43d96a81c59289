"""A model server, and the real client to talk to it."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI

from bot.demo.model_server import ModelServer
from tests.demo.talk import Talk, client_of


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def client(server: ModelServer) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(server) as client:
        yield client


@pytest.fixture
def talk(client: AsyncOpenAI) -> Talk:
    """A conversation in which every tool of the demo is offered."""
    return Talk(client)
