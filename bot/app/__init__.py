"""What puts the bot together out of its parts; people who write agents need `Served` of it."""

from bot.app.served import ContextFactory, Served

__all__ = ["ContextFactory", "Served"]
