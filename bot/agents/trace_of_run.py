"""Which trace the spans of a run belong to: the one it was in before, that which is asked for, or the current one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanContext, TraceFlags, get_current_span

from bot.agents.record.kept import KeptTrace
from bot.agents.run_config import DEFAULT_WORKFLOW, RunConfig
from bot.agents.tracing import below, hex_trace_id, in_trace


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the span of a leg begins, None being below what is current; `joined` tells that the run was there before.

    `links` are the spans of other traces that belong to the same story.
    """

    context: Context | None = None
    joined: bool = False
    links: Sequence[Link] = ()


def place_of(kept: KeptTrace | None, config: RunConfig) -> Place:
    """Where a leg begins of a run that was in the trace `kept`. Raises `UserError` for a trace_id that is none."""
    here = get_current_span().get_span_context()
    if kept and _agrees(kept, config):
        first = first_span(kept)
        if here.trace_id == first.trace_id:
            return Place(joined=True)
        return Place(context=below(first), joined=True, links=_links(here))
    links = _links(first_span(kept)) if kept else ()
    wanted = None if config.trace_id is None else hex_trace_id(config.trace_id)
    if wanted is None or int(wanted, 16) == here.trace_id:
        return Place(links=links)
    return Place(context=in_trace(wanted), links=[*links, *_links(here)])


def kept_as(first: SpanContext, before: KeptTrace | None, config: RunConfig) -> KeptTrace:
    """The trace that begins, or is entered, with the span `first`; what the config does not say is as before."""
    workflow = config.workflow_name
    return KeptTrace(
        trace_id=f"{first.trace_id:032x}",
        span_id=f"{first.span_id:016x}",
        sampled=first.trace_flags.sampled,
        workflow_name=before.workflow_name if before and workflow == DEFAULT_WORKFLOW else workflow,
        group_id=config.group_id or (before.group_id if before else None),
        metadata=dict(before.metadata if before and config.trace_metadata is None else config.trace_metadata or {}),
    )


def first_span(kept: KeptTrace) -> SpanContext:
    """The first span of a run, as one that was made elsewhere."""
    flags = TraceFlags(TraceFlags.SAMPLED if kept.sampled else TraceFlags.DEFAULT)
    return SpanContext(int(kept.trace_id, 16), int(kept.span_id, 16), is_remote=True, trace_flags=flags)


def _agrees(kept: KeptTrace, config: RunConfig) -> bool:
    """Whether the config names no other trace than the one that is kept."""
    return (
        (config.trace_id is None or hex_trace_id(config.trace_id) == kept.trace_id)
        and config.workflow_name in (DEFAULT_WORKFLOW, kept.workflow_name)
        and config.group_id in (None, kept.group_id)
        and (config.trace_metadata is None or dict(config.trace_metadata) == kept.metadata)
    )


def _links(span: SpanContext) -> list[Link]:
    return [Link(span)] if span.is_valid else []
