"""Threads in a Redis of their own, and a client of it."""

from tests.store.conftest import client, thread

__all__ = ["client", "thread"]
