"""The address of a conversation."""

from __future__ import annotations

import pytest

from bot.store.thread import DIRECT, Thread


def test_an_address_reads_as_it_was_written():
    for thread in (Thread("T1", "C1", "1763964000.000100"), Thread("T1", "D1", DIRECT)):
        assert Thread.parse(str(thread)) == thread


@pytest.mark.parametrize(
    "address", ["", "T1:C1", "T1:C1:1.1:x", "T1::1.1", "T1:C{1}:1.1", "T1:C 1:1.1", "T1:C1:" + "1" * 33]
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(ValueError, match="address"):
        Thread.parse(address)
