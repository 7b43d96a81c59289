"""The audit chain: any change to it shows."""

import pytest

from bot.approvals.audit import AuditEntry, chained, follows, opened
from bot.approvals.decide import decide
from tests.approvals.makers import NOON, minutes, person, request, vote, voter


def chain() -> list[AuditEntry]:
    asked = request()
    refused = decide(asked, vote(voter("ana", is_guest=True)), NOON + minutes(1))
    approved = decide(asked, vote(voter("ben"), reason="Größe ✓ \u202e"), NOON + minutes(2))
    entries: list[AuditEntry] = []
    for event in (opened(asked), refused.event, approved.event):
        entries.append(chained(event, entries[-1] if entries else None))
    return entries


def intact(entries: list[AuditEntry]) -> bool:
    return all(follows(entry, prev) for entry, prev in zip(entries, [None, *entries[:-1]], strict=True))


def test_a_chain_tells_what_happened_in_order() -> None:
    entries = chain()
    assert [(entry.seq, entry.what, entry.who) for entry in entries] == [
        (1, "opened", person("ana")),
        (2, "refused", person("ana")),
        (3, "approve", person("ben")),
    ]
    assert intact(entries)


def test_a_chain_survives_being_saved() -> None:
    assert intact([AuditEntry.model_validate_json(entry.model_dump_json()) for entry in chain()])


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "another"},
        {"who": None},
        {"who": person("cleo")},
        {"at": NOON},
        {"what": "reject"},
        {"digest": "0" * 64},
        {"request": "r_other/t0.c0/1"},
        {"source": "terminal"},
        {"seq": 4},
        {"prev": "0" * 64},
        {"hash": "0" * 64},
    ],
)
def test_a_changed_entry_shows(change: dict[str, object]) -> None:
    *before, last = chain()
    assert not intact([*before, last.model_copy(update=change)])


def test_a_missing_or_moved_entry_shows() -> None:
    first, second, third = chain()
    assert not intact([first, third])
    assert not intact([second, third])
    assert not intact([first, third, second])
