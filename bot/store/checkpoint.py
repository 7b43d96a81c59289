"""The fault points, for the layers that know the store and not the runtime."""

from bot.agents.checkpoint import checkpoint

__all__ = ["checkpoint"]
