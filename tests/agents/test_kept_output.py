"""Of a long output the beginning and the end are kept, and how much was cut is told exactly."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.agents.tools.kept_output import KeptOutput, shared

PIECES = st.lists(st.text(max_size=80), max_size=20)


@given(pieces=PIECES, most=st.integers(0, 400), within=st.integers(0, 400))
def test_what_is_kept_is_the_beginning_and_the_end_and_no_longer_than_wanted(
    pieces: list[str], most: int, within: int
) -> None:
    whole, kept = "".join(pieces), KeptOutput(most)
    for piece in pieces:
        kept.add(piece)
    text = kept.text(within)
    assert len(text) <= min(most, within)
    announced = re.search(r"\n\[\.\.\. ([\d,]+) characters cut \.\.\.\]\n", text)
    if announced is None:
        assert whole.startswith(text)
        assert text == whole or len(text) == min(most, within)
    else:
        beginning, end = text[: announced.start()], text[announced.end() :]
        assert whole.startswith(beginning)
        assert whole.endswith(end)
        assert len(beginning) + int(announced[1].replace(",", "")) + len(end) == len(whole)


@given(first=st.integers(0, 99), second=st.integers(0, 99), within=st.integers(0, 99))
def test_two_texts_share_what_there_is_and_leave_nothing_unused(first: int, second: int, within: int) -> None:
    of_first, of_second = shared(first, second, within=within)
    assert of_first + of_second == min(within, first + second)
    assert of_first >= min(first, within // 2)
    assert of_second >= min(second, within // 2)
