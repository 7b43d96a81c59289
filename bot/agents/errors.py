"""What can go wrong in a run."""

from __future__ import annotations


class AgentsError(Exception):
    """The root of the runtime's errors."""


AgentsException = AgentsError
"""The name that the OpenAI Agents SDK has for it."""


class UserError(AgentsError):
    """The runtime is used in a way that cannot work: a setting, an agent, a state or a decision is wrong."""


class ModelBehaviorError(AgentsError):
    """The model answered something that cannot be carried out safely, such as one call id for two calls."""


class MaxTurnsExceeded(AgentsError):
    """The run has had as many turns as it may have; resume it with a greater `max_turns` to go on."""


class NotPerformed(AgentsError):
    """For tools to raise: nothing was done. The model reads the message, and no person is asked what happened."""


class PatchRefused(NotPerformed, ValueError):
    """A patch does not fit, or is for a place that it may not touch; nothing was changed. The message says why."""


class TripwireTriggered(AgentsError):
    """A guardrail ended the run; what it said is in the run's state."""


class InputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to what people said."""


class OutputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to the answer."""


class ToolInputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to a call before it ran."""


class ToolOutputGuardrailTripwireTriggered(TripwireTriggered):
    """A guardrail objected to what came of a call."""
