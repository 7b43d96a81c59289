"""Redis' clock, the one by which all replicas agree, and its milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store.client import Client

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


async def now(client: Client) -> datetime:
    """What time it is by Redis' clock."""
    seconds, microseconds = await client.command("TIME")
    return _EPOCH + timedelta(seconds=int(seconds), microseconds=int(microseconds))


def milliseconds(moment: datetime | timedelta) -> int:
    """A moment as milliseconds since the epoch, a span as its length in milliseconds."""
    span = moment if isinstance(moment, timedelta) else moment - _EPOCH
    return span // _MILLISECOND


def moment(since_epoch: int) -> datetime:
    """The moment that is `since_epoch` milliseconds after the epoch."""
    return _EPOCH + since_epoch * _MILLISECOND
