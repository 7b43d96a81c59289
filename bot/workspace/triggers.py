"""Trigger ids and response addresses: what an interaction lets the app do for a short while."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.workspace.model import App, View

RESPONSE_USES = 5
RESPONSE_LIVES_FOR = 30 * 60
"""Seconds."""


class TriggerRefused(Exception):
    """The trigger id opens nothing; the message is Slack's word for why."""


@dataclass(frozen=True)
class Trigger:
    """Whom a view may be shown to, and the view from which the deed came, if any."""

    app_id: str
    user: str
    view: View | None
    ends_at: float
    used: bool = False


@dataclass(frozen=True)
class Answer:
    """Where a response_url leads: to a message (`ts`) in a channel or thread, seen by `user`."""

    app_id: str
    user: str
    channel: str
    thread_ts: str
    ts: str
    ends_at: float
    uses: int = RESPONSE_USES


class Triggers:
    """The trigger ids and response addresses that were given out."""

    def __init__(self, *, clock: Callable[[], float], lives_for: float) -> None:
        self._clock = clock
        self._lives_for = lives_for
        self._triggers: dict[str, Trigger] = {}
        self._answers: dict[str, Answer] = {}

    def issue(self, app: App, user: str, *, view: View | None = None) -> str:
        """A trigger id, good for one view within three seconds."""
        id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[id] = Trigger(app.id, user, view, ends_at=self._clock() + self._lives_for)
        return id

    def use(self, id: str, app: App) -> Trigger:
        """What the trigger id is good for, which uses it up; raises `TriggerRefused`."""
        trigger = self._triggers.get(id)
        if trigger is None or trigger.app_id != app.id:
            raise TriggerRefused("invalid_trigger_id")
        if trigger.used:
            raise TriggerRefused("exchanged_trigger_id")
        if self._clock() > trigger.ends_at:
            raise TriggerRefused("expired_trigger_id")
        self._triggers[id] = replace(trigger, used=True)
        return trigger

    def issue_answer(self, app: App, user: str, *, channel: str, thread_ts: str, ts: str) -> str:
        """The secret part of a response_url."""
        secret = secrets.token_urlsafe(24)
        ends_at = self._clock() + RESPONSE_LIVES_FOR
        self._answers[secret] = Answer(app.id, user, channel, thread_ts, ts, ends_at)
        return secret

    def use_answer(self, secret: str) -> Answer | None:
        """Where the response_url leads, which is one of its five uses; None when it leads nowhere any more."""
        answer = self._answers.get(secret)
        if answer is None or answer.uses == 0 or self._clock() > answer.ends_at:
            return None
        self._answers[secret] = replace(answer, uses=answer.uses - 1)
        return answer

    def clear(self) -> None:
        self._triggers.clear()
        self._answers.clear()
