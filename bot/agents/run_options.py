"""What can be said of a run beside its agent and its input."""

from __future__ import annotations

from typing import Any, TypedDict

from bot.agents.error_handlers import RunErrorHandlers
from bot.agents.hooks import RunHooks
from bot.agents.run_config import RunConfig
from bot.agents.sessions.interface import Session


class RunOptions(TypedDict, total=False):
    """`context` is the app's own object, and `max_turns` (20) may be None for no limit.

    `session` keeps the conversation from one run to the next. Or else the provider does: in the conversation of
    `conversation_id`, or in a chain of responses from `previous_response_id` on, or in one that begins here with
    `auto_previous_response_id`.
    """

    context: Any
    max_turns: int | None
    hooks: RunHooks[Any] | None
    run_config: RunConfig | None
    error_handlers: RunErrorHandlers | None
    session: Session | None
    conversation_id: str | None
    previous_response_id: str | None
    auto_previous_response_id: bool
