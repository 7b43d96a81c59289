"""Puts the bot together out of its parts."""
