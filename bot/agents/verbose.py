"""See what the runtime logs, without setting up logging."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

_LOGGER = logging.getLogger("bot.agents")


class _ToStdout(logging.StreamHandler[TextIO]):
    """The handler that is there once, however often it is asked for."""


def enable_verbose_stdout_logging() -> None:
    """Print everything that the runtime logs; again changes nothing."""
    _LOGGER.setLevel(logging.DEBUG)
    if not any(isinstance(handler, _ToStdout) for handler in _LOGGER.handlers):
        _LOGGER.addHandler(_ToStdout(sys.stdout))
