"""A V4A diff is applied exactly, or refused with the hunk, the line and the reason."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agents.errors import AgentsError, NotPerformed, PatchRefused
from bot.agents.tools.apply_diff import apply_diff
from tests.agents.diffs import diff_between

CODE = """\
class Desk:
    def price(self):
        return 1

    def name(self):
        return "desk"


class Chair:
    def price(self):
        return 1

    def name(self):
        return "chair"
"""


def diff(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def reason(text: str, change: str) -> str:
    """Why a change is refused."""
    with pytest.raises(PatchRefused) as refused:
        apply_diff(text, change)
    return str(refused.value)


def test_a_hunk_takes_lines_away_and_adds_lines_between_those_that_stay():
    change = diff("@@", "     def name(self):", '-        return "desk"', '+        return "table"', "+", " ")
    assert apply_diff(CODE, change) == CODE.replace('"desk"\n', '"table"\n\n')


def test_hunks_are_applied_from_top_to_bottom():
    text = "one\ntwo\nthree\nfour\n"
    assert apply_diff(text, diff("-one", "+1", "@@", " three", "-four", "+4")) == "1\ntwo\nthree\n4\n"


def test_the_first_hunk_needs_no_at_signs_and_an_end_mark_is_no_line():
    assert apply_diff("a\nb\n", diff("-a", "+A", "*** End Patch")) == "A\nb\n"


def test_a_diff_without_lines_changes_nothing():
    assert apply_diff(CODE, "") == CODE


def test_an_anchor_says_in_which_block_a_hunk_is_that_fits_in_several():
    change = diff("@@ class Chair:", "     def price(self):", "-        return 1", "+        return 2")
    assert apply_diff(CODE, change) == CODE.replace("return 1", "return 2").replace("return 2", "return 1", 1)


def test_anchors_one_below_the_other_narrow_it_down():
    change = diff("@@ class Desk:", "@@ def price(self):", "-        return 1", "+        return 2")
    assert apply_diff(CODE, change) == CODE.replace("return 1", "return 2", 1)


def test_an_anchor_may_be_given_again_for_a_later_hunk_of_its_block():
    change = diff(
        "@@ class Desk:", "-        return 1", "+        return 2", "@@ class Desk:", '-        return "desk"'
    )
    assert apply_diff(CODE, change) == CODE.replace("return 1", "return 2", 1).replace('        return "desk"\n', "")


def test_lines_that_are_only_added_stand_right_below_their_anchor():
    assert apply_diff(CODE, diff("@@ class Chair:", "+    legs = 4")) == CODE.replace(
        "Chair:\n", "Chair:\n    legs = 4\n"
    )
    change = diff("@@ class Chair:", "@@ def price(self):", "+        print()")
    desk, chair = CODE.split("class Chair:")
    assert apply_diff(CODE, change) == f"{desk}class Chair:" + chair.replace(
        "        return 1", "        print()\n        return 1"
    )


def test_lines_are_added_at_the_end_of_the_text_above_its_final_newline():
    assert apply_diff("a\na\n", diff("@@", "+b", "*** End of File")) == "a\na\nb\n"
    assert apply_diff("a\na", diff("@@", "+b", "*** End of File")) == "a\na\nb"


def test_the_end_of_the_text_tells_one_place_from_others():
    assert apply_diff("a\nb\na\n", diff("@@", "-a", "+c", "*** End of File")) == "a\nb\nc\n"
    assert "is not at the end of the text" in reason("a\nb\n", diff("@@", "-a", "+c", "*** End of File"))


@pytest.mark.parametrize(
    ("text", "change", "changed"),
    [
        ("", diff("@@", "+hello", "+world"), "hello\nworld\n"),
        ("", diff("-", "+hello"), "hello"),
        ("a\n", diff("-a"), ""),
        ("a", diff("-a"), ""),
        ("a", diff("-a", "+b"), "b"),
        ("a", diff(" a", "+b"), "a\nb"),
        ("a\n", diff(" a", "+b"), "a\nb\n"),
        ("a\n", diff("-a", "-", "+b"), "b"),
        ("a", diff(" a", "+"), "a\n"),
        ("ä\u2028\x0b\x85", diff("-ä\u2028\x0b\x85", "+漢\N{GRINNING FACE}"), "漢\N{GRINNING FACE}"),
        ("a\n\nb\n", diff("-a", "", "-b"), "\n"),
    ],
)
def test_empty_texts_missing_final_newlines_and_odd_characters(text: str, change: str, changed: str):
    assert apply_diff(text, change) == changed


def test_line_ends_are_kept_and_new_lines_get_the_usual_one():
    assert apply_diff("a\r\nb\r\nc", diff("-b", "+B", " c", "+d")) == "a\r\nB\r\nc\r\nd"
    assert apply_diff("a\nb\n", "-a\r\n+A\r\n") == "A\nb\n"
    assert apply_diff("a\r\nb\nc\n", diff("-b", "+B")) == "a\r\nB\nc\n"
    assert apply_diff("", "@@\r\n+a\r\n") == "a\r\n"
    assert apply_diff("a\r", diff("-a\r\r", "+b")) == "b"


def test_a_new_text_is_the_lines_that_a_diff_adds():
    assert apply_diff("", diff("+hello", "+", "+world"), mode="create") == "hello\n\nworld"
    assert apply_diff("", diff("+hello", "+"), "create") == "hello\n"
    assert apply_diff("", "", "create") == ""
    assert apply_diff("", "+a\r\n+b\r\n", "create") == "a\r\nb"
    with pytest.raises(PatchRefused, match=r"Line 2 of the diff, ` b`, does not begin with \+"):
        apply_diff("", diff("+a", " b"), mode="create")


def test_a_hunk_that_fits_in_several_places_is_refused():
    why = reason(CODE, diff("@@", "     def price(self):", "-        return 1", "+        return 2"))
    assert why.startswith("Hunk 1 (line 1 of the diff) fits at lines 2, 10. Give more of the lines around it")
    assert "at lines 1, 2, 3, 4, 5 and more" in reason("a\n" * 9, diff("-a"))
    assert "fits at lines 2, 3, 5." in reason("f:\n  x\n  x\ng:\n  x\n", diff("@@ f:", "-  x"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            diff("@@", "-        return 3"),
            "wants `        return 3` (line 2 of the diff), which is no line of the text.",
        ),
        (
            diff("@@", "-      return 1"),
            "no line of the text; but for white space it is line 3, and white space counts.",
        ),
        (diff(" class Desk:", "     def name(self):"), "line 2 of the diff wants `    def name(self):`, and line 2 of"),
        (
            diff('         return "chair"', " ", " ", " class Chair:"),
            "line 3 of the diff wants ``, and line 16 of the text is not there.",
        ),
        (
            diff("-class Chair:", "@@", "-class Desk:"),
            "Hunk 2 (line 2 of the diff) fits at line 1 only, which the hunk",
        ),
        (
            diff(" class Chair:", "@@", " class Desk:", " class Chair:"),
            "begins with `class Desk:`, and the hunk before",
        ),
        (diff("@@ class Sofa:", "-        return 1"), "is to stand below `class Sofa:`, which is no line of the text."),
        (diff("@@ class Chair:", "@@ class Desk:", "+x"), "below `class Desk:`, which is no line below line 9 of"),
        (diff("@@ class Chair:", " class Desk:", "+x"), "fits at line 1 only, which is not below `class Chair:`."),
        (diff("@@ def price(self):", "+x"), "fits at lines 3, 11. Give more"),
        (diff("@@", "+x"), "only adds lines."),
        (diff("@@", "@@"), "Hunk 1 (line 1 of the diff) has no lines."),
        (diff("@@class Desk:", "+x"), "has no space after @@"),
        (diff("class Desk:"), "Line 1 of the diff, `class Desk:`, begins with neither"),
        (diff("*** Update File: a.py", "-x"), "Line 1 of the diff, `*** Update File: a.py`, has no place here"),
        (diff("-class Desk:", "*** End Patch", "-x"), "Line 2 of the diff, `*** End Patch`, has no place here"),
        (diff("-class Desk:", "*** End of File", "-x"), "Line 3 of the diff, `-x`, begins a hunk without @@"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place_and_the_reason(change: str, why: str):
    told = reason(CODE, change)
    assert why in told
    assert told.endswith("Nothing was changed.")


def test_a_long_line_is_cut_in_a_message():
    assert len(reason("a\n", "-" + "b" * 100_000)) < 300


def test_a_refusal_says_that_nothing_was_done_and_is_a_value_error():
    assert issubclass(PatchRefused, ValueError)
    assert issubclass(PatchRefused, NotPerformed)
    assert issubclass(PatchRefused, AgentsError)


LINES = st.lists(
    st.sampled_from(["a", "b", "", " a", "\ta", "ü", "\u2028", "x\ry", "+a", "-", "@@ a", "***"]), max_size=12
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """The lines of two texts, the second mostly like the first."""
    before = draw(LINES)
    after = list(before)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(after)))
        after[place : place + draw(st.integers(0, 3))] = draw(st.lists(st.sampled_from(["a", "c", ""]), max_size=3))
    return before, after


@given(changes(), st.integers(0, 4), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=500, deadline=None)
def test_a_diff_of_two_texts_makes_the_second_of_the_first(
    texts: tuple[list[str], list[str]], around: int, end: str, mark_end: bool
):
    before, after = (end.join(lines) for lines in texts)
    assert apply_diff(before, diff_between(before, after, around=around, end=end, mark_end=mark_end)) == after


@given(st.text(), st.sampled_from(["\n", "\r\n"]))
def test_any_text_can_be_created(text: str, end: str):
    text = end.join(text.replace("\r", "").split("\n"))
    assert apply_diff("", end.join(f"+{line}" for line in text.split(end)), mode="create") == text


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=10),
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), min_size=1, max_size=3),
)
@settings(max_examples=500, deadline=None)
def test_without_anchors_a_hunk_is_applied_just_when_there_is_one_place_for_it(
    lines: list[str], hunks: list[list[str]]
):
    done, expected = 0, list[str]()
    for hunk in hunks:
        places = [place for place in range(done, len(lines)) if lines[place : place + len(hunk)] == hunk]
        if len(places) != 1:
            assert reason(
                "\n".join(lines), diff(*(line for each in hunks for line in ["@@", *("-" + x for x in each)]))
            )
            return
        expected += lines[done : places[0]]
        done = places[0] + len(hunk)
    change = diff(*(line for hunk in hunks for line in ["@@", *(f"-{text}" for text in hunk)]))
    assert apply_diff("\n".join(lines), change) == "\n".join([*expected, *lines[done:]])


DIFF_LINES = st.one_of(
    st.text(max_size=5),
    st.tuples(st.sampled_from(["+", "-", " ", "@@ ", "@@", "***", ""]), st.sampled_from(["a", "b", "", "a\r"])).map(
        "".join
    ),
    st.sampled_from(["*** End of File", "*** End Patch"]),
)


@given(st.text(alphabet="ab\n\r ", max_size=30), st.lists(DIFF_LINES, max_size=12).map("\n".join), st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_text_as_a_diff_ends_in_a_text_or_a_refusal(text: str, change: str, create: bool):
    with suppress(PatchRefused):
        assert isinstance(apply_diff(text, change, mode="create" if create else "default"), str)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("a\n" * 500_000, "@@\n" + " a\n" * 250_000 + "-b\n"),
        ("a\n" * 500_000 + "b\n", "@@\n" + " a\n" * 250_000 + " b\n b\n"),
        ("a\nb\n" * 250_000, "@@ a\n a\n b\n+b\n" * 60_000),
        ("\n".join(f"{n}" for n in range(100_000)), "".join(f"@@\n-{n}\n+x\n" for n in range(100_000))),
        (
            "\n".join(f"def f{n}\n  x" for n in range(60_000)),
            "".join(f"@@ def f{n}\n-  x\n+  y\n" for n in range(60_000)),
        ),
        ("\n".join(" " * n + "x" for n in range(1_400)) + "\n" * 50_000, "@@ x\n" * 1_000 + " \n+y\n"),
        ("a" * 1_000_000, "@@ " + "b" * 900_000 + "\n-b\n"),
        ("x\n", "@@\n" * 300_000),
    ],
    ids=["repeated", "nearly", "alternating", "many hunks", "many anchors", "deep", "long line", "no lines"],
)
def test_a_megabyte_takes_seconds_at_most(text: str, change: str):
    begun = time.process_time()
    with suppress(PatchRefused):
        apply_diff(text, change)
    assert time.process_time() - begun < 20
