"""Text that means harm, of every sort, and what must not be found in what is made of it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from hypothesis import strategies as st

NASTY = [
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<!subteam^S0EVIL>",
    "<!date^1^{date}|now>",
    "<@U0EVIL>",
    "<@U0EVIL|Ben>",
    "<#C0EVIL>",
    "<https://evil.example|https://bank.example>",
    "<slack://evil>",
    "@channel",
    "@here",
    "@everyone",
    ":white_check_mark:",
    "```",
    "````",
    "~~~",
    "`",
    "*bold*",
    "&lt;!channel&gt;",
    "![pixel](https://evil.example/p.png)",
    "![pixel][ref]",
    "![ref]",
    "[ref]: javascript:alert(1)",
    "[ref]: https://evil.example/p.png",
    "[bank](javascript:alert(1))",
    "[bank]( <slack://evil> )",
    "\u202eexe.cod\u202c",
    "\u2066isolate\u2069",
    "zero\u200bwidth\u200djoin\ufeff",
    "\x00\x07\x1b[31m",
    "\u2028line\u2029paragraph\x85",
    "\ud800",
    "\U000e0041\U000e007f",
    "\ufe01\ufe02\U000e0101",
    "\u3164\u115f\u2800",
    "p\u0430ypal.com",
    "😀👩‍👩‍👧",
    "\r\n\r",
    "<!--",
    "-->",
    "<pre>",
    "> ",
    "    ",
    "- ",
    "\n",
    "\n\n",
    "\\",
    '"',
    "xoxb-123456789012-abcdefghijkl",
]

ANY_TEXT = st.text(st.characters(exclude_categories=()))
HOSTILE = st.lists(st.sampled_from(NASTY) | ANY_TEXT, max_size=12).map("".join)
TIMES = st.sampled_from([1, 50, 1000])
"""How often a hostile text is repeated to be huge; by itself, so that a failing example stays legible."""


def repeated(text: str, times: int) -> str:
    """The text so many times, up to 60,000 characters."""
    return (text * times)[:60_000]


INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Characters that nobody sees, or that reorder the rest; in our markup a U+200B may stand, as a break of ours."""

OURS = re.compile(
    r"<@U0(ANA|BEN|CLEO|ASSENT)>|<#C0OPS>|<!subteam\^S0ONCALL>|<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[^<>|]+>"
)
EMOJI = re.compile(r":[\w+'-]+:")
WHOLE_CHANNEL = re.compile(r"@(channel|here|everyone)\b", re.IGNORECASE)


def assert_tame_markup(text: str) -> None:
    """Nothing in a text in Slack's markup is alive that is not ours."""
    rest = OURS.sub("", text)
    assert "<" not in rest
    assert ">" not in rest
    assert not re.search(r"&(?!amp;|lt;|gt;)", rest)
    assert not EMOJI.search(rest)
    assert not WHOLE_CHANNEL.search(rest)
    assert not INVISIBLE.search(rest.replace("\u200b", ""))


def texts(value: object) -> Iterator[tuple[str, str]]:
    """Every text object and rich text element in some blocks: its type and its text."""
    match value:
        case {"type": str(kind), "text": str(text)}:
            yield kind, text
        case Mapping():
            for part in value.values():  # pyright: ignore[reportUnknownVariableType]: any JSON
                yield from texts(part)  # pyright: ignore[reportUnknownArgumentType]: any JSON
        case Sequence() if not isinstance(value, str):
            for part in value:  # pyright: ignore[reportUnknownVariableType]: any JSON
                yield from texts(part)  # pyright: ignore[reportUnknownArgumentType]: any JSON
        case _:
            return


def assert_tame(blocks: object) -> None:
    """Nothing in some blocks is alive that is not ours, and nothing is invisible."""
    for kind, text in texts(blocks):
        if kind == "mrkdwn":
            assert_tame_markup(text)
        elif kind != "markdown":
            assert not INVISIBLE.search(text)
