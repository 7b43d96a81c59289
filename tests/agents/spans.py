"""The spans that a test makes, as an app with OpenTelemetry's SDK exports them."""

from __future__ import annotations

from dataclasses import dataclass, field

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Switch(SpanProcessor):
    """Goes where the present test listens: a process has one provider for its whole life."""

    def __init__(self) -> None:
        self.to: SpanProcessor | None = None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if self.to:
            self.to.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        if self.to:
            self.to.on_end(span)


@dataclass
class Recorded:
    """What was exported since the test began, or since `forget`."""

    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    @property
    def spans(self) -> list[ReadableSpan]:
        """In the order in which they began."""
        return sorted(self.exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    @property
    def traces(self) -> set[str]:
        """The ids of the traces that they are of."""
        return {trace_of(span) for span in self.spans}

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        """The only one of that name."""
        (span,) = self.named(name)
        return span

    def above(self, span: ReadableSpan) -> str:
        """The names from the outermost one down to this one."""
        known = {id_of(each): each for each in self.spans}
        parent = known.get(span.parent.span_id) if span.parent else None
        return f"{self.above(parent)} > {span.name}" if parent else span.name

    def text(self) -> str:
        """All that is exported."""
        return "\n".join(span.to_json() for span in self.spans)

    def forget(self) -> None:
        self.exporter.clear()


def said(span: ReadableSpan, name: str) -> object:
    """An attribute of a span, or None."""
    return (span.attributes or {}).get(name)


def id_of(span: ReadableSpan) -> int:
    assert span.context
    return span.context.span_id


def trace_of(span: ReadableSpan) -> str:
    """The id of its trace, as 32 hex digits."""
    assert span.context
    return f"{span.context.trace_id:032x}"


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None
