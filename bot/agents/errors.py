"""What can go wrong in a run."""

from __future__ import annotations

from typing import Any


class AgentsError(Exception):
    """The root of the runtime's errors. Where a run raised it, `run_data` is the `RunResult` up to there."""

    run_data: Any = None  # Any: the result knows these errors, so they cannot know it

    @property
    def message(self) -> str:
        """What it says."""
        return str(self)


AgentsException = AgentsError
"""The name that the OpenAI Agents SDK has for it."""


class UserError(AgentsError):
    """The runtime is used in a way that cannot work: a setting, an agent, a state or a decision is wrong."""


class ModelBehaviorError(AgentsError):
    """The model answered something that cannot be carried out safely, such as one call id for two calls."""


class MaxTurnsExceeded(AgentsError):
    """The run has had as many turns as it may have.

    Resume it with a greater `max_turns` to go on: one that was begun just now is `run_data.to_state()`.
    """


class NotPerformed(AgentsError):
    """For tools to raise: nothing was done. The model reads the message, and no person is asked what happened."""


class PatchRefused(NotPerformed, ValueError):
    """A patch does not fit, or is for a place that it may not touch; nothing was changed. The message says why."""


class ModelRefusalError(ModelBehaviorError):
    """The model refused to answer, in the words of `refusal`, where its answer was to have a form.

    Where any text will do, these words are the answer.
    """

    def __init__(self, refusal: str) -> None:
        super().__init__(f"The model refused to answer: {refusal:.500}")
        self.refusal = refusal


class TripwireTriggered(AgentsError):
    """A guardrail ended the run; what it said is in the run's state."""
