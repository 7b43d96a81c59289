"""The client that agents use which name their model only."""

from __future__ import annotations

import asyncio
from typing import ClassVar
from weakref import WeakKeyDictionary

from openai import AsyncOpenAI

DEFAULT_MODEL = "gpt-5.1"


class _Clients:
    chosen: AsyncOpenAI | None = None
    made: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI]] = WeakKeyDictionary()


def set_default_openai_client(client: AsyncOpenAI) -> None:
    """Use this client wherever an agent or a run names a model and no client."""
    _Clients.chosen = client


def default_openai_client() -> AsyncOpenAI:
    """The client that was set, else one per event loop, made from the environment (`OPENAI_API_KEY`...)."""
    if _Clients.chosen:
        return _Clients.chosen
    loop = asyncio.get_running_loop()
    if loop not in _Clients.made:
        _Clients.made[loop] = AsyncOpenAI()
    return _Clients.made[loop]
