"""Keep a workspace in a directory: people, tokens and messages in one JSON file."""

import asyncio
import contextlib
import os
from pathlib import Path

from pydantic import ValidationError

from bot.workspace.config import WorkspaceConfigError
from bot.workspace.model import App, Channel, Group, Message, Model, User
from bot.workspace.state import State

_NAME = "workspace.json"
_VERSION = 1
_PAUSE = 0.2
"""Seconds between a change and the write that keeps it, so that many changes make one write."""


class Kept(Model):
    """What the file holds. Views, status lines and ephemeral messages are not kept, as a reload loses them in Slack."""

    version: int = _VERSION
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    groups: tuple[Group, ...]
    apps: tuple[App, ...]
    messages: tuple[Message, ...]


class StateFile:
    """Writes the state soon after each change, whole or not at all."""

    def __init__(self, directory: Path, state: State) -> None:
        self._path = directory / _NAME
        self._state = state
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    def load(self) -> None:
        """Take over what the file holds. The configuration says who is there; the file what was said, and the tokens.

        Raises `WorkspaceConfigError` when the file cannot be read.
        """
        if not self._path.exists():
            return
        try:
            kept = Kept.model_validate_json(self._path.read_text())
        except (OSError, ValidationError) as error:
            message = f"{self._path} cannot be read as a workspace. Move it away to begin anew."
            raise WorkspaceConfigError(message) from error
        if kept.version != _VERSION:
            message = f"{self._path} is of version {kept.version}, and this program reads {_VERSION}. Move it away."
            raise WorkspaceConfigError(message)
        _restore(self._state, kept)

    async def start(self) -> None:
        """Write, so that tokens are kept before anybody uses them, and then after every change."""
        await self._write()
        self._state.changes.call(self._changed.set)
        self._writer = asyncio.create_task(self._keep_writing())

    async def close(self) -> None:
        """Write a last time and stop."""
        self._closing.set()
        self._changed.set()
        if self._writer:
            await self._writer

    async def _keep_writing(self) -> None:
        while not self._closing.is_set():
            await self._changed.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _PAUSE)
            self._changed.clear()
            await self._write()

    async def _write(self) -> None:
        people, messages = self._state.people, self._state.messages
        kept = Kept(
            users=tuple(people.users.values()),
            channels=tuple(people.channels.values()),
            groups=tuple(people.groups.values()),
            apps=tuple(people.apps.values()),
            messages=tuple(message for message in messages if message.only_for is None),
        )
        await asyncio.to_thread(write_private, self._path, kept.model_dump_json())


def write_private(path: Path, text: str) -> None:
    """Put `text` at `path` at once and whole, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _restore(state: State, kept: Kept) -> None:
    people = state.people
    for app in kept.apps:
        declared = people.apps.get(app.id)
        if declared:
            people.apps[app.id] = _with_tokens(declared, app)
    for channel in kept.channels:
        if channel.kind == "im" and all(id in people.users for id in channel.members):
            people.channels.setdefault(channel.id, channel)
    for message in sorted(kept.messages, key=lambda one: one.ts):
        if message.channel in people.channels:
            state.messages.add(message)
            state.stamps.continue_after(message.ts)


def _with_tokens(declared: App, kept: App) -> App:
    return declared.but(
        bot_token=kept.bot_token,
        app_token=kept.app_token,
        signing_secret=kept.signing_secret,
        verification_token=kept.verification_token,
    )
