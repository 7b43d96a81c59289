"""Threads in a Redis of their own, and houses with the whole bot in them."""

from tests.journeys.conftest import houses, no_proxy
from tests.store.conftest import client, thread

__all__ = ["client", "houses", "no_proxy", "thread"]
