"""The model's answer: ordinary Markdown passes, and nothing that it makes up comes alive."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.markdown import PAGE, safe_markdown, split_answer
from bot.slack.text import BREAK, size
from tests.slack_views.hostile import HOSTILE, TIMES, repeated

ORDINARY = [
    "# Title\n\nSome **bold**, _italic_, ~~struck~~ text with `code` and a [link](https://example.com/a?b=1&c=2).",
    "| a | b |\n|---|---|\n| 1 < 2 | 3 > 2 |",
    "- [ ] task\n- [x] done\n\n1. one\n2. two\n\n> quoted\n\n---",
    "```python\ndef f(x: list[int]) -> None:\n    print(f'{x}')  # ![not an image](x)\n```",
    "Before\n```\na[0](b) ![x](y) [z]: q\n```\nAfter",
    "Mail [ops](mailto:ops@example.com), see <https://example.com>.",
    "[1]: https://example.com",
    "a < b && c > d; List<String>; x <- y; 5 @ 3; ops@example.com",
    "नमस्ते می‌خواهم 👩‍👩‍👧 ⚠️",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_markdown_passes_unchanged(text: str) -> None:
    assert safe_markdown(text) == text
    assert split_answer(text) == [text]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<!channel> look", f"<{BREAK}!channel> look"),
        ("<@U0EVIL> and <#C0EVIL|x>", f"<{BREAK}@U0EVIL> and <{BREAK}#C0EVIL|x>"),
        ("<!subteam^S0EVIL|ops>", f"<{BREAK}!subteam^S0EVIL|ops>"),
        ("@channel, @Here!", f"@{BREAK}channel, @{BREAK}Here!"),
        ("`<!here>`", f"`<{BREAK}!here>`"),
        ("```\n<@U0EVIL>\n```", f"```\n<{BREAK}@U0EVIL>\n```"),
        ("<https://evil.example|bank>", f"<{BREAK}https://evil.example|bank>"),
        ("![logo](https://evil.example/p.png)", "[logo](https://evil.example/p.png)"),
        ("![logo](data:image/png;base64,x)", "[logo] (data:image/png;base64,x)"),
        ("!![logo][ref]", "[logo][ref]"),
        ("![a [b] c](https://evil.example/p.png)", f"!{BREAK}[a [b] c](https://evil.example/p.png)"),
        ("![a ![b](x:y)](z:y)", f"!{BREAK}[a [b] (x:y)] (z:y)"),
        ("\n\n > \n1. [r]: slack://open", "\n\n > \n1. [r] : slack://open"),
        ("vec![1]", f"vec!{BREAK}[1]"),
        ("[x](javascript:alert)", "[x] (javascript:alert)"),
        ("[x](JaVaScript:alert)", "[x] (JaVaScript:alert)"),
        ("[x]( \n slack://open)", "[x] ( \n slack://open)"),
        ("[x](<slack://open>)", f"[x] (<{BREAK}slack://open>)"),
        ("[r]: slack://open", "[r] : slack://open"),
        ("> [r]:\n  javascript:x", "> [r] :\n  javascript:x"),
        ("<slack://open>", f"<{BREAK}slack://open>"),
        ("safe\u202etxt.exe", "safe\\u202etxt.exe"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_what_would_come_alive_is_disarmed(text: str, safe: str) -> None:
    assert safe_markdown(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        " ```\ncode\n```\n![x](https://e)\n```",
        "````\n```\n````\n![x](https://e)\n```",
        "~~~\n```\n~~~\n![x](https://e)\n```",
        "```\n![x](https://e)",
        "- a\n  ```\n![x](https://e)\n```\n\n```",
        "<!--\n```\n-->\n![x](https://e)\n```",
        "<pre>\n```\n</pre>\n![x](https://e)\n```",
        "```\nx ``` y\n![x](https://e)\n```",
        "```a`b\n![x](https://e)\n```",
        "> ```\n```\n![x](https://e)\n```",
    ],
)
def test_an_image_cannot_hide_in_what_only_some_take_for_code(text: str) -> None:
    assert "![" not in safe_markdown(text)


COMMAND = re.compile(r"<[@#](?!--)|<!(?!--)|@(channel|here|everyone)\b|<[a-z][a-z0-9+.-]*:[^\s<>]*\|", re.IGNORECASE)


@given(HOSTILE)
def test_no_mention_is_ever_alive(text: str) -> None:
    safe = safe_markdown(text)
    assert not COMMAND.search(safe)
    assert not any(COMMAND.search(page) for page in split_answer(safe))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00-\x08]", safe)


@given(HOSTILE)
def test_no_image_and_no_odd_link_is_alive_outside_of_code(text: str) -> None:
    safe = safe_markdown(text.replace("```", ""))
    assert "![" not in safe
    assert not re.search(r"\]\(\s*(?!\s|https?://|mailto:)", safe, re.IGNORECASE)


@given(HOSTILE, TIMES)
def test_every_page_fits(unit: str, times: int) -> None:
    for page in split_answer(safe_markdown(repeated(unit, times))):
        assert 0 < size(page) <= PAGE


LINES = st.lists(st.sampled_from(["word " * 30, "", "- item", "x" * 300]), min_size=1, max_size=400)


@given(st.lists(st.tuples(st.booleans(), LINES), min_size=1, max_size=6))
def test_pages_say_the_same_as_the_whole_with_every_fence_closed(parts: list[tuple[bool, list[str]]]) -> None:
    text = "\n".join("\n".join(["```py", *lines, "```"] if fenced else lines) for fenced, lines in parts)
    pages = split_answer(text)
    assert all(page.count("```") % 2 == 0 for page in pages)
    assert words(*pages) == words(text)


def words(*pages: str) -> list[str]:
    return [word for page in pages for word in re.sub(r"^```(py)?$", "", page, flags=re.MULTILINE).split()]


def test_pages_are_cut_between_paragraphs() -> None:
    paragraph = "word " * 200
    text = "\n\n".join([paragraph.strip()] * 30)
    pages = split_answer(text)
    assert len(pages) == 4
    assert "\n\n".join(pages) == text


def test_a_long_fence_is_closed_and_opened_again() -> None:
    code = "\n".join(f"line {number}" for number in range(3000))
    pages = split_answer(f"```python\n{code}\n```")
    assert all(page.startswith("```python\n") and page.endswith("\n```") for page in pages)
    assert "\n".join(page.removeprefix("```python\n").removesuffix("\n```") for page in pages) == code


def test_an_empty_answer_has_no_page() -> None:
    assert split_answer("") == []
    assert split_answer(" \n\n ") == []
