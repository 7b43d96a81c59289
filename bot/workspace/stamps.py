"""The workspace's clock and its ids."""

import secrets
import string
from collections.abc import Callable

_SIGNS = string.ascii_uppercase + string.digits


class Stamps:
    """Timestamps in Slack's form ("1700000000.000100"), each later than the one before, and random ids."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._last = 0

    def next_ts(self) -> str:
        """A ts that no message has yet: seconds, a dot, six digits."""
        self._last = max(self._last + 1, int(self.clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def continue_after(self, ts: str) -> None:
        """Never give out `ts` or an earlier one: it was read from a file."""
        self._last = max(self._last, int(ts.replace(".", "")))


def new_id(prefix: str) -> str:
    """A random id in Slack's form: a prefix such as "Ev" or "V", then ten letters and digits."""
    return prefix + "".join(secrets.choice(_SIGNS) for _ in range(10))
