"""Faults to order: what goes wrong with the next calls and envelopes."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from bot.workspace.model import Model

FaultKind = Literal["rate_limited", "error", "timeout", "drop_response", "disconnect", "duplicate", "delay"]
DisconnectReason = Literal["refresh_requested", "warning", "link_disabled", "drop"]
EnvelopeType = Literal["events_api", "interactive", "slash_commands"]

ENVELOPES: tuple[EnvelopeType, ...] = ("events_api", "interactive", "slash_commands")
_OF_CALLS: tuple[FaultKind, ...] = ("rate_limited", "error", "timeout", "drop_response", "delay")
_OF_ENVELOPES: tuple[FaultKind, ...] = ("duplicate", "delay", "timeout", "disconnect")


class Fault(Model):
    """One kind of trouble, for the next `times` calls of a Web API method or envelopes of a type.

    `method` is a name, a glob, or an envelope type; without it any call is meant, or with `duplicate` any event.
    `retry_after` and `seconds` are seconds; `error` is Slack's word for the error and `status` the HTTP status instead.
    """

    kind: FaultKind
    method: str | None = None
    times: int = Field(default=1, ge=1)
    retry_after: int = Field(default=1, ge=0)
    error: str = "internal_error"
    status: int | None = Field(default=None, ge=400, le=599)
    seconds: float = Field(default=1.0, ge=0)
    reason: DisconnectReason = "refresh_requested"


class Faults:
    """The faults that are armed; each is used up by what it strikes."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        self._armed.append(fault)

    def clear(self) -> None:
        self._armed.clear()

    def for_call(self, method: str) -> Fault | None:
        """The fault that strikes this call of `method`, which is one use of it."""
        return self._take(lambda fault: fault.kind in _OF_CALLS and _meant(fault.method or "*", method))

    def for_envelope(self, kind: EnvelopeType) -> Fault | None:
        """The fault that strikes this envelope, which is one use of it."""
        return self._take(lambda fault: fault.kind in _OF_ENVELOPES and _names_envelope(fault, kind))

    def _take(self, strikes: Callable[[Fault], bool]) -> Fault | None:
        for at, fault in enumerate(self._armed):
            if strikes(fault):
                left = [fault.but(times=fault.times - 1)] if fault.times > 1 else []
                self._armed[at : at + 1] = left
                return fault
        return None


def _meant(pattern: str, method: str) -> bool:
    return pattern not in ENVELOPES and fnmatchcase(method, pattern)


def _names_envelope(fault: Fault, kind: EnvelopeType) -> bool:
    if fault.method is None:
        return fault.kind == "duplicate" and kind == "events_api"
    return fault.method == kind
