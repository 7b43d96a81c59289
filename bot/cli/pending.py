"""`assent pending`: what waits for a person now."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.approvals.request import Request
from bot.cli.kept import RequestId, kept
from bot.cli.options import DataDir
from bot.cli.say import say, say_table
from bot.config import StoreSettings, read_settings
from bot.slack.arguments import shown
from bot.slack.kinds import called, content
from bot.store.clock import now
from bot.store.pending import Pending
from bot.store.requests import Requests

_SHOWN = 100
"""Characters of a call's arguments."""

_COLUMNS = ("Thread", "Tool", "Asked by", "Since", "Expires", "ID")


def pending(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Show what waits for a person now."""
    asyncio.run(_pending(read_settings(StoreSettings), as_json=as_json, data_dir=data_dir))


async def _pending(settings: StoreSettings, *, as_json: bool, data_dir: Path | None) -> None:
    async with kept(settings, data_dir=data_dir) as client:
        requests = Requests(client)
        listed = [await requests.find(one.thread, one.name) for one in await Pending(client).oldest()]
        at = await now(client)
    waiting = [request for request in listed if request and not request.settled]
    if as_json:
        say(json.dumps([_as_json(request) for request in waiting], indent=2))
    elif waiting:
        say_table(_COLUMNS, [_row(request, at) for request in waiting])
    else:
        say("Nothing waits for a person.")


def _row(request: Request, at: datetime) -> tuple[str, ...]:
    left = request.expires_at - at
    return (
        request.thread,
        _call(request),
        ", ".join(person.name for person in request.requesters),
        f"{_span(at - request.created_at)} ago",
        f"in {_span(left)}" if left > timedelta(0) else "now",
        str(RequestId.of(request)),
    )


def _call(request: Request) -> str:
    """What is to be decided, on one line, as much as the card shows of it."""
    arguments = " ".join(content(request).text.split())
    cut = arguments if len(arguments) <= _SHOWN else f"{arguments[:_SHOWN]}…"
    return " ".join(part for part in (called(request), cut, "(may have run)" * (request.kind == "uncertain")) if part)


def _as_json(request: Request) -> dict[str, object]:
    return {
        "id": str(RequestId.of(request)),
        "thread": request.thread,
        "kind": request.kind,
        "tool": request.tool,
        "server": request.server,
        "asked_through": list(request.asked_through),
        "arguments": shown(request.arguments).text,
        "risk": request.risk,
        "asked_by": [{"id": person.id, "name": person.name} for person in request.requesters],
        "since": request.created_at.isoformat(),
        "expires_at": request.expires_at.isoformat(),
    }


def _span(span: timedelta) -> str:
    """The span in its two largest units."""
    minutes = max(0, int(span.total_seconds())) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else "less than a minute"
