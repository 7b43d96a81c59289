"""The five places where a session may be kept, opened the same way."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from openai import AsyncOpenAI

from bot.agents.sessions.conversations import OpenAIConversationsSession
from bot.agents.sessions.file import FileSession
from bot.agents.sessions.interface import Session, SessionSettings
from bot.agents.sessions.memory import MemorySession
from bot.agents.sessions.sqlite import SQLiteSession
from bot.store.client import worker_client
from bot.store.session import RedisSession
from tests.agents.sessions.conversations_server import serving

Backend = Literal["memory", "file", "sqlite", "conversations", "redis"]


@dataclass(frozen=True)
class Open:
    """Opens the session of that name; each time another object, as another process would have it."""

    make: Callable[[str, SessionSettings | None], Session]

    def __call__(self, name: str = "s1", *, settings: SessionSettings | None = None) -> Session:
        return self.make(name, settings)


@asynccontextmanager
async def opening(backend: Backend, *, directory: Path, redis_url: str) -> AsyncGenerator[Open]:
    """How sessions of that backend are opened."""
    match backend:
        case "memory":
            yield Open(_InMemory())
        case "file":
            yield Open(lambda name, settings: FileSession(name, directory, settings))
        case "sqlite":
            tables = ("agent_sessions", "agent_messages")
            opened: list[SQLiteSession] = []

            def open_database(name: str, settings: SessionSettings | None) -> Session:
                opened.append(SQLiteSession(name, directory / "sessions.db", *tables, settings))
                return opened[-1]

            yield Open(open_database)
            for session in opened:
                session.close()
        case "conversations":
            async with serving() as server:
                yield Open(_Conversations(server.client()))
        case "redis":
            redis = worker_client(redis_url)
            yield Open(lambda name, settings: RedisSession(redis, name, settings))
            await redis.aclose()


@dataclass(frozen=True)
class _InMemory:
    """The object is all that there is of such a session, so it is the same again."""

    sessions: dict[str, MemorySession] = field(default_factory=dict[str, MemorySession])

    def __call__(self, name: str, settings: SessionSettings | None) -> Session:
        session = self.sessions.setdefault(name, MemorySession(name))
        session.session_settings = settings
        return session


@dataclass(frozen=True)
class _Conversations:
    """The server gives the ids, so a name stands for what the first session of that name to write has begun."""

    client: AsyncOpenAI
    opened: list[tuple[str, OpenAIConversationsSession]] = field(
        default_factory=list[tuple[str, OpenAIConversationsSession]]
    )

    def __call__(self, name: str, settings: SessionSettings | None) -> Session:
        begun = [session.session_id for known, session in self.opened if known == name and session.session_id]
        session = OpenAIConversationsSession(begun[0] if begun else None, self.client, settings)
        self.opened.append((name, session))
        return session
