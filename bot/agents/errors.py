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
