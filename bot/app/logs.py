"""The log: one line per transition, as text or JSON, without tokens whoever wrote it."""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.approvals.redact import without_tokens

_OURS = "bot"


def set_up_logs(
    form: Literal["text", "json"], *, level: Literal["INFO", "WARNING"] = "INFO", to: TextIO = sys.stderr
) -> None:
    """From now on log our own lines from `level` on, and warnings of everybody else, to `to`.

    Every line goes through one handler, so that nothing that looks like a token gets past it, tracebacks included.
    """
    for_everyone: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *for_everyone,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=for_everyone,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_tokens,
                _renderer(form, colors=to.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level)


def _renderer(form: Literal["text", "json"], *, colors: bool) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer()
    plain = structlog.dev.plain_traceback  # the default one prints local variables, and tokens among them
    return structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=0, exception_formatter=plain)


def _without_tokens(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _cleaned(value) for name, value in event.items()}


def _cleaned(value: object) -> object:
    """Texts and numbers as they are, tokens replaced; anything else as the text it would be written as."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return without_tokens(value if isinstance(value, str) else str(value))
