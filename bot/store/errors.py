"""What can go wrong between us and Redis."""


class StoreError(Exception):
    """The root of the store's errors."""


class StoreUnavailable(StoreError):
    """Redis did not answer in time, or refuses writes: nothing is known to be recorded; it is safe to try again."""


class LeaseLost(StoreError):
    """The thread is another holder's now: nothing of what was to be written has been written."""


class Contended(StoreError):
    """Others changed the thread at each of our tries; nothing was recorded, and trying again may work."""


class UnknownRequest(StoreError):
    """No approval request has this name in this thread, or it is no longer kept."""


class EmbeddedRedisUnavailable(StoreError):
    """The embedded Redis server cannot be started; the message is one line that says what to do."""
