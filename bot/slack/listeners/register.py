"""Bolt's side: every payload that Slack sends comes in here, and is answered."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.typing import FilteringBoundLogger

from bot.slack.listeners.cancelling import on_stopped
from bot.slack.listeners.clicks import on_click
from bot.slack.listeners.command import on_command
from bot.slack.listeners.events import Opened, Removed, Said, Stopped
from bot.slack.listeners.forms import on_submit
from bot.slack.listeners.listening import Listening
from bot.slack.listeners.messages import on_said
from bot.slack.listeners.opening import on_opened
from bot.slack.listeners.payloads import Click, Command, Read, Submission
from bot.slack.listeners.removal import on_removed
from bot.store.checkpoint import checkpoint

_TRIES = 3
"""How often Slack tells an event again that was not acked."""

_ANY = re.compile(".*", re.DOTALL)

_log: FilteringBoundLogger = structlog.get_logger()

Payload = TypeVar("Payload", bound=Read)


def register(app: AsyncApp, listening: Listening) -> None:
    """Let `app`, made with `process_before_response=True`, hear with `listening`.

    An exception then means no ack, and Slack tells an event again.
    """
    bolt: Any = app  # Bolt's decorators are half untyped, and so is what it hands to listeners

    async def said(body: dict[str, Any], request: AsyncBoltRequest) -> None:
        if payload := _read(Said, body):
            await on_said(listening, payload, tells_again=_tries(request) < _TRIES)

    async def stopped(body: dict[str, Any]) -> None:
        if payload := _read(Stopped, body):
            await on_stopped(listening, payload)

    async def opened(body: dict[str, Any]) -> None:
        if payload := _read(Opened, body):
            on_opened(listening, payload)

    async def removed(body: dict[str, Any]) -> None:
        if payload := _read(Removed, body):
            on_removed(payload)

    async def nothing() -> None:
        """The other events are acked, as else Slack would tell them again."""

    async def clicked(ack: Any, body: dict[str, Any]) -> None:
        if payload := _read(Click, body):
            await on_click(listening, payload)
        await ack()

    async def submitted(ack: Any, body: dict[str, Any]) -> None:
        payload = _read(Submission, body)
        await ack(**(await on_submit(listening, payload) if payload else {}))

    async def commanded(ack: Any, body: dict[str, Any]) -> None:
        payload = _read(Command, body)
        answer = await on_command(listening, payload) if payload else None
        await (ack(text=answer.text, blocks=answer.blocks) if answer else ack())

    bolt.event("app_mention")(said)
    bolt.event("message")(said)
    bolt.event("agent_session_stopped")(stopped)
    bolt.event("app_home_opened")(opened)
    bolt.event("app_uninstalled")(removed)
    bolt.event("tokens_revoked")(removed)
    bolt.event(_ANY)(nothing)
    bolt.action(_ANY)(clicked)
    bolt.view(_ANY)(submitted)
    bolt.command("/assent")(commanded)


def _tries(request: AsyncBoltRequest) -> int:
    """How many times Slack has told this event before."""
    headers: Any = request.headers  # pyright: ignore[reportUnknownMemberType]: lists of values by name, untyped
    before = "".join(headers.get("x-slack-retry-num", ["0"]))
    return int(before) if before.isascii() and before.isdecimal() else 0


def _read(kind: type[Payload], body: dict[str, Any]) -> Payload | None:
    """The payload, or None when it has another shape than Slack documents, which nobody can be told of."""
    checkpoint("listener entered")
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        wrong = [".".join(map(str, one["loc"])) for one in error.errors(include_input=False)]
        _log.error("Slack sent something of another shape", kind=kind.__name__, wrong=wrong)
        return None
