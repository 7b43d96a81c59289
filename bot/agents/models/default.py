"""What agents use that name their model only: which client, and which of the provider's APIs."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Literal
from weakref import WeakKeyDictionary

from openai import AsyncOpenAI

from bot.agents.errors import UserError

DEFAULT_MODEL = "gpt-5.1"

Api = Literal["responses", "chat_completions"]


class _Default:
    client: AsyncOpenAI | None = None
    key: str | None = None
    api: Api = "responses"
    made: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI]] = WeakKeyDictionary()


def set_default_openai_client(client: AsyncOpenAI, use_for_tracing: bool = True) -> None:  # noqa: ARG001
    """Use this client wherever an agent or a run names a model and no client.

    Traces never go through it, whatever `use_for_tracing` says: they are OpenTelemetry's.
    """
    _Default.client = client


def set_default_openai_key(key: str, use_for_tracing: bool = True) -> None:  # noqa: ARG001
    """Use this key for clients that are made from here on, in place of `OPENAI_API_KEY`; traces never use it."""
    if not key:
        raise UserError("The key is empty. Copy it from the provider's page of API keys.")
    _Default.key = key
    _Default.made.clear()


def set_default_openai_api(api: Api) -> None:
    """Ask models that are only named through this API."""
    if api not in ("responses", "chat_completions"):
        raise UserError(f'There is no API {api!r}: it is "responses" or "chat_completions".')
    _Default.api = api


def default_openai_api() -> Api:
    """The API that was set, else the Responses API."""
    return _Default.api


def default_openai_client() -> AsyncOpenAI:
    """The client that was set, else one per event loop, made from the environment (`OPENAI_API_KEY`...)."""
    if _Default.client:
        return _Default.client
    loop = asyncio.get_running_loop()
    if loop not in _Default.made:
        _Default.made[loop] = AsyncOpenAI(api_key=_Default.key)
    return _Default.made[loop]
