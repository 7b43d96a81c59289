"""Text from elsewhere: visible, literal, and as long as it may be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import code, cut, mrkdwn, size, visible, without_look_alikes
from tests.slack_views.hostile import ANY_TEXT, HOSTILE, INVISIBLE, assert_tame_markup

LIMITS = st.integers(3, 60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("pay\u202egpj.exe", "pay\\u202egpj.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("bell\x07", "bell\\u0007"),
        ("line\u2028break", "line\\u2028break"),
        ("half \ud83d", "half \\ud83d"),
        ("tag \U000e0041", "tag \\udb40\\udc41"),
        ("selector \ufe0f", "selector \\ufe0f"),
        ("filler \u3164", "filler \\u3164"),
        ("Größe 漢字 नमस्ते 😀", "Größe 漢字 नमस्ते 😀"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(HOSTILE)
def test_nothing_invisible_is_left(text: str) -> None:
    assert not INVISIBLE.search(visible(text))


@given(ANY_TEXT)
def test_a_json_text_made_visible_is_still_the_same_json(text: str) -> None:
    shown = visible(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == json.loads(json.dumps(text))


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [("short", 5, "short"), ("longer", 5, "long…"), ("😀😀", 4, "😀😀"), ("😀😀😀", 5, "😀😀…"), ("😀😀😀", 4, "😀…")],
)
def test_a_cut_is_announced_and_never_halves_a_character(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@given(HOSTILE, LIMITS)
def test_a_cut_text_fits(text: str, limit: int) -> None:
    assert size(cut(text, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("two\n lines", "two lines"),
        (":tada:", ":\u200btada:"),
        ("at 12:30", "at 12:30"),
        ("@here", "@\u200bhere"),
        ("@heretic", "@\u200bheretic"),
        ("ana@example.com", "ana@example.com"),
    ],
)
def test_markup_of_others_is_shown_and_not_obeyed(text: str, markup: str) -> None:
    assert mrkdwn(text, 100) == markup


def test_a_cut_does_not_make_a_mention() -> None:
    assert mrkdwn("@channel00000", 10) == "@\u200bchannel…"


@given(HOSTILE, LIMITS)
def test_markup_is_tame_and_fits_whatever_comes(text: str, limit: int) -> None:
    assert_tame_markup(mrkdwn(text, limit))
    assert size(mrkdwn(text, limit)) <= limit


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("restart", "`restart`"),
        ("", "`-`"),
        ("a`b", "`a'b`"),
        ("a<b", "`a&lt;b`"),
        ("abcdefghijklmnop", "`abcdefgh…`"),
        ("abcdefgh<b", "`abcdefgh…`"),
    ],
)
def test_a_name_stands_as_code(name: str, markup: str) -> None:
    assert code(name, 11) == markup


@given(HOSTILE, LIMITS)
def test_code_cannot_be_left_from_within(text: str, limit: int) -> None:
    markup = code(text, limit)
    assert markup.count("`") == 2
    assert size(markup) <= limit
    assert "<" not in markup
    assert ">" not in markup


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p\u0430ypal.com", "p\\u0430ypal.com"),
        ("\u0430\u0440\u0440\u0435.com", "\\u0430\\u0440\\u0440\\u0435.com"),
        ("привет мир", "привет мир"),
        ("Größe café 漢字", "Größe café 漢字"),
        ("b\uff41nk", "b\\uff41nk"),
    ],
)
def test_letters_that_look_like_others_are_written_out(text: str, shown: str) -> None:
    assert without_look_alikes(text) == shown
