"""What comes in from Slack: each listener reads, makes one durable write, and ends."""

from bot.slack.listeners.listening import Listening
from bot.slack.listeners.register import register

__all__ = ["Listening", "register"]
