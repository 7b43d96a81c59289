"""Spans of OpenTelemetry. Without an SDK of it that the app has set up, all of this does nothing."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    get_tracer,
    set_span_in_context,
    use_span,
)
from opentelemetry.util.types import AttributeValue

from bot.agents.errors import UserError

_TRACER = "bot.agents"


class _Default:
    disabled: bool = False


_log = logging.getLogger(__name__)

Attributes = Mapping[str, AttributeValue | None]
"""What a span is to say; None is left out."""


@contextmanager
def trace(
    workflow_name: str,
    trace_id: str | None = None,
    group_id: str | None = None,
    metadata: Mapping[str, str] | None = None,
    disabled: bool = False,
) -> Generator[Span]:
    """Join the runs in the block, and whatever else makes spans there, under one span of this name.

    `trace_id` ("trace_" and 32 hex digits, see `gen_trace_id`) is for a trace that is known elsewhere. With `disabled`
    there is no such span. It is a context manager and nothing else: it has no `start` and `finish`.
    """
    if disabled:
        yield INVALID_SPAN
        return
    context = None if trace_id is None else in_trace(hex_trace_id(trace_id))
    with open_span(workflow_name, labels(workflow_name, group_id, metadata or {}), context=context) as span:
        yield span


@contextmanager
def custom_span(name: str, data: Mapping[str, AttributeValue] | None = None, disabled: bool = False) -> Generator[Span]:
    """A span of the app's own; `data` becomes its attributes."""
    if disabled:
        yield INVALID_SPAN
        return
    with open_span(name, data or {}) as span:
        yield span


def set_tracing_disabled(disabled: bool) -> None:
    """Make no spans from here on, whatever runs say of it, or make them again."""
    _Default.disabled = disabled


def gen_trace_id() -> str:
    """A new id for a trace."""
    return f"trace_{secrets.token_hex(16)}"


def hex_trace_id(given: str) -> str:
    """The 32 hex digits of an id, with or without "trace_" before them. Raises `UserError`."""
    found = given.removeprefix("trace_").lower()
    if not re.fullmatch("[0-9a-f]{32}", found) or not int(found, 16):
        raise UserError('A trace_id is 32 hex digits, with or without "trace_" before them. gen_trace_id() makes one.')
    return found


def in_trace(trace_id: str) -> Context:
    """Where a span begins that is the first of a trace with that id; OpenTelemetry lets one choose it only this way."""
    sampled = TraceFlags(TraceFlags.SAMPLED)
    return below(SpanContext(int(trace_id, 16), secrets.randbits(63) + 1, is_remote=True, trace_flags=sampled))


def below(span: SpanContext) -> Context:
    """Where a span begins whose parent is that one, which was made elsewhere."""
    return set_span_in_context(NonRecordingSpan(span), Context())


def labels(workflow_name: str, group_id: str | None, metadata: Mapping[str, str]) -> Attributes:
    """What whoever began the trace calls it."""
    told = {f"assent.trace.metadata.{name}": value for name, value in metadata.items()}
    return {"gen_ai.workflow.name": workflow_name, "assent.trace.group_id": group_id, **told}


@contextmanager
def open_span(
    name: str, attributes: Attributes, *, context: Context | None = None, links: Sequence[Link] = ()
) -> Generator[Span]:
    """A span around the block, and current in it. Of an error it tells the class alone: its words may hold anything."""
    span = start_span(name, attributes, context=context, links=links)
    try:
        with use_span(span, record_exception=False, set_status_on_exception=False):
            yield span
    except BaseException as error:
        mark_failed(span, type(error).__name__)
        raise
    finally:
        end_span(span)


def start_span(
    name: str,
    attributes: Attributes,
    *,
    context: Context | None = None,
    links: Sequence[Link] = (),
    start_time: int | None = None,
) -> Span:
    """A span that begins now, or at a time in nanoseconds. One that cannot be made is left out."""
    if _Default.disabled:
        return INVALID_SPAN
    try:
        tracer = get_tracer(_TRACER)
        return tracer.start_span(name, context, attributes=_given(attributes), links=links, start_time=start_time)
    except Exception as error:  # noqa: BLE001 - what watches a run must not stop it
        _log.warning("No span could be made of %s: %s.", name, type(error).__name__)
        return INVALID_SPAN


def tell(span: Span, attributes: Attributes) -> None:
    """Let a span say more."""
    span.set_attributes(_given(attributes))


def end_span(span: Span, *, end_time: int | None = None) -> None:
    """End it, now or at a time in nanoseconds."""
    try:
        span.end(end_time)
    except Exception as error:  # noqa: BLE001 - as above
        _log.warning("A span could not be handed over: %s.", type(error).__name__)


def mark_failed(span: Span, error_class: str) -> None:
    """Let a span tell that what it is of went wrong."""
    span.set_attribute("error.type", error_class)
    span.set_status(Status(StatusCode.ERROR, error_class))


def _given(attributes: Attributes) -> dict[str, AttributeValue]:
    return {name: value for name, value in attributes.items() if value is not None}
