"""A call's arguments: whole, legible, without secrets."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.arguments import head_and_tail, pieces, shown
from bot.slack.text import size
from tests.slack_views.hostile import HOSTILE, INVISIBLE, TIMES, repeated

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | HOSTILE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HOSTILE, inner, max_size=4),
    max_leaves=12,
)


def test_arguments_are_indented_with_sorted_keys() -> None:
    assert shown('{"b":[1,2.5],"a":"x"}').text == '{\n  "a": "x",\n  "b": [\n    1,\n    2.5\n  ]\n}'
    assert shown("").text == ""


@pytest.mark.parametrize(
    "text", ["not json", '{"a":1,"a":2}', '{"a":1e999}', '{"a":01}', '{"a":1.10}', "NaN", "[" * 5000]
)
def test_a_text_that_would_lose_something_is_shown_as_it_stands(text: str) -> None:
    assert shown(text).text == text


def test_deep_arguments_stay_small() -> None:
    deep = "[" * 400 + "1," * 9000 + "1" + "]" * 400
    assert len(shown(deep).text) < 2 * len(deep)


@given(JSON)
def test_what_is_shown_is_the_same_value_but_for_secrets(value: object) -> None:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    whole = shown(canonical)
    assert not INVISIBLE.search(whole.text)
    if not any("redacted" in note for note in whole.notes):
        assert json.loads(whole.text) == json.loads(json.dumps(value))


SECRETS = [
    ('{"password":"hunter2!"}', "hunter2!"),
    ('{"db_password":"hunter2!"}', "hunter2!"),
    ('{"apiKey":"k-0123456789"}', "k-0123456789"),
    ('{"API_KEY":"k-0123456789"}', "k-0123456789"),
    ('{"auth":{"token":["t-0123456789"]}}', "t-0123456789"),
    ('{"pin":4711}', "4711"),
    ('{"note":"use xoxb-123456789012-abcdefghijkl please"}', "xoxb-123456789012-abcdefghijkl"),
    ('{"note":"sk-proj-abcdefghijklmnopqrstuvwx"}', "sk-proj-abcdefghijklmnopqrstuvwx"),
    ('{"url":"postgres://app:s3cret@db/prod"}', "s3cret"),
    ('{"header":"Authorization: Bearer abcdefghijklmnop"}', "abcdefghijklmnop"),
    (
        '{"key":"-----BEGIN RSA PRIVATE KEY-----\\n' + "MIIEow" + "A" * 58 + '\\n-----END RSA PRIVATE KEY-----"}',
        "MIIEow",
    ),
    ('{"jwt":"eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl"}', "eyJzdWIiOiIx"),
    ('{"xoxb-123456789012-abcdefghijkl":1}', "xoxb-123456789012"),
]


CODE = [
    ("ping://a:$(echo${IFS}x>>y)@host; true", "$(echo${IFS}x>>y)"),
    ("curl https://u:$(rm${IFS}-rf${IFS}~)@x/", "$(rm${IFS}-rf${IFS}~)"),
    ("echo -----BEGIN PRIVATE KEY-----\nshutdown now\nrm /data/db\necho -----END PRIVATE KEY-----", "shutdown now"),
    ("+-----BEGIN PRIVATE KEY-----\n+shutdown now\n+-----END PRIVATE KEY-----", "shutdown now"),
    ("-----BEGIN PRIVATE KEY-----\n" + "/bin/sh" + "a" * 64 + "\n-----END PRIVATE KEY-----", "/bin/sh"),
]


@pytest.mark.parametrize(("text", "code"), CODE)
def test_nothing_that_could_run_is_hidden_as_if_it_were_a_secret(text: str, code: str) -> None:
    assert code in shown(json.dumps({"command": text})).text.replace("\\n", "\n")


@pytest.mark.parametrize(("arguments", "secret"), SECRETS)
def test_a_secret_is_replaced_by_a_mark_and_that_is_said(arguments: str, secret: str) -> None:
    whole = shown(arguments)
    assert secret not in whole.text
    assert "[redacted, " in whole.text
    assert whole.notes == ("One secret is redacted.",)


@pytest.mark.parametrize(
    "arguments",
    [
        '{"max_tokens":500}',
        '{"secret_name":"db"}',
        '{"token_count":"3"}',
        '{"key":"value"}',
        '{"password":""}',
        '{"pinned":1}',
    ],
)
def test_what_only_sounds_like_a_secret_is_shown(arguments: str) -> None:
    assert "redacted" not in shown(arguments).text


def test_nothing_but_texts_and_numbers_can_hide_under_a_telling_name() -> None:
    hidden = shown('{"token":{"command":"rm -rf /","then":["x",true]}}').text
    assert '"command": "[redacted, 8 characters]"' in hidden
    assert "true" in hidden


def test_a_mark_that_the_model_wrote_is_not_counted_as_ours() -> None:
    assert shown('{"note":"[redacted, 5 characters]"}').notes == ()


def test_mixed_alphabets_are_written_out_and_that_is_said() -> None:
    whole = shown('{"to":"p\u0430ypal.com"}')
    assert "p\\u0430ypal.com" in whole.text
    assert len(whole.notes) == 1


@given(HOSTILE, TIMES, st.integers(40, 4000))
def test_head_and_tail_fit_and_stand_at_both_ends(unit: str, times: int, limit: int) -> None:
    text = repeated(unit, times)
    head, tail = head_and_tail(text, limit)
    if tail:
        assert limit - 4 - limit // 8 <= size(head) + size(tail) <= limit
    assert text.startswith(head)
    assert text.endswith(tail)
    assert tail or head == text


@given(HOSTILE, TIMES, st.sampled_from([100, 2700]))
def test_pieces_are_small_enough_and_together_are_the_text(unit: str, times: int, of: int) -> None:
    text = repeated(unit, times)
    found = list(pieces(text, of=of))
    assert "".join(found) == text
    assert all(len(json.dumps(piece)) - 2 <= of for piece in found)


def test_pieces_break_between_lines_where_they_can() -> None:
    lines = "".join(f"{letter * 30}\n" for letter in string.ascii_letters)
    assert all(piece.endswith("\n") for piece in pieces(lines, of=100))
