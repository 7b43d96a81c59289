"""The model's answer as Markdown for Slack: no mention, image or odd link of its making comes alive, and it fits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.slack.text import BREAK, packed, size, visible

PAGE = 9_800
"""The most of an answer in one message: Slack refuses messages from about 13,000 characters on although each block is
legal, so 10,000 are our budget, with room for a note."""


def safe_markdown(text: str) -> str:
    """The text as Markdown that is safe to show; ordinary Markdown and code stay as they are.

    Mentions of people, channels and groups die everywhere, also in code, as Slack may read its `<@...>` even there.
    Outside fenced code an image becomes a link, and a link to anything but http, https or mailto becomes plain text.
    """
    legible = _legible(text)
    if not _fences_are_plain(legible):
        return _without_commands(_safe_prose(legible))
    return _without_commands("".join(part.text if part.fenced else _safe_prose(part.text) for part in _parts(legible)))


def split_answer(text: str) -> list[str]:
    """Safe Markdown in pages of at most `PAGE` characters, cut between paragraphs where that is possible.

    A fence that does not fit on one page is closed and opened again on the next. An empty text has no page.
    """
    return [page.strip("\n") for page in packed(_pieces(text), PAGE) if page.strip()]


# Joiners, direction marks and emoji selectors: whole scripts are written with them.
_INVISIBLE_BUT_USED = "\u200c\u200d\u200e\u200f\ufe0e\ufe0f"


def _legible(text: str) -> str:
    """The text with its line ends made one, and what would reorder it or hide in it written as escapes."""
    parts = re.split(f"([{_INVISIBLE_BUT_USED}]+)", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(part if part[:1] in _INVISIBLE_BUT_USED else visible(part) for part in parts if part)


@dataclass(frozen=True)
class _Part:
    """Some whole lines of a text, with their ends: a block of fenced code, or what stands between such."""

    text: str
    fenced: bool


_FENCE = re.compile(r"^```[^`\n]{0,40}\n(?:(?!```).*\n)*?```[ \t]*(?:\n|\Z)", re.MULTILINE)


def _parts(text: str) -> Iterator[_Part]:
    start = 0
    for fence in _FENCE.finditer(text):
        if start < fence.start():
            yield _Part(text[start : fence.start()], fenced=False)
        yield _Part(fence[0], fenced=True)
        start = fence.end()
    if start < len(text):
        yield _Part(text[start:], fenced=False)


# Here and below, no repetition runs over a place where it could start again, such as the next line: a hostile text must
# not cost quadratic time.
_HTML_BLOCK = re.compile(r"^[^\S\n]*+<[a-z!?/]", re.MULTILINE | re.IGNORECASE)


def _fences_are_plain(text: str) -> bool:
    """Whether every reader of Markdown takes the same lines for code.

    With any other fence about (indented, longer, unclosed, of tildes, within HTML) another reader may be outside where
    we are inside, and an image would come alive there.
    """
    parts = list(_parts(text))
    fences = sum(part.fenced for part in parts)
    html = any(_HTML_BLOCK.search(part.text) for part in parts if not part.fenced)
    return text.count("```") == 2 * fences and "~~~" not in text and not html


_COMMAND = re.compile(
    r"<(?=[@#!](?!--))"  # <@U1>, <#C1>, <!channel>, but no HTML comment
    r"|<(?=[a-z][a-z0-9+.-]*:[^\s<>]*\|)"  # <https://evil|bank.com>
    r"|@(?=channel|here|everyone)",
    re.IGNORECASE,
)


def _without_commands(text: str) -> str:
    return _COMMAND.sub(rf"\g<0>{BREAK}", text)


_IMAGE = re.compile(r"(?<!!)!++(?=\[[^\[\]\n]*+\][(\[])")
_OTHER_IMAGE = re.compile(r"!(?=\[)")  # by reference, with brackets in its words, or the vec![] of Rust
_LINK = re.compile(r"\](?=\(\s*+(?!https?://|mailto:))", re.IGNORECASE)
_DEFINITION = re.compile(
    r"^(?P<label>(?:[^\S\n]|[>*+\-.)\d])*+\[[^\]]{1,999}\])(?=:\s*+(?!<?https?://|<?mailto:))",
    re.IGNORECASE | re.MULTILINE,
)
_AUTOLINK = re.compile(r"<(?=[a-z][a-z0-9+.-]*:)(?!https?://|mailto:)", re.IGNORECASE)


def _safe_prose(text: str) -> str:
    """The text without images, and with all but plain web and mail links out of order."""
    text = _OTHER_IMAGE.sub(f"!{BREAK}", _IMAGE.sub("", text))
    text = _DEFINITION.sub(r"\g<label> ", _LINK.sub("] ", text))
    return _AUTOLINK.sub(f"<{BREAK}", text)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that fit on a page and may stand at its start: paragraphs, and closed fences."""
    for part in _parts(text):
        if part.fenced:
            yield from _fenced_pieces(part.text)
        else:
            for paragraph in re.split(r"(?<=\n)(?=[ \t]*\n)", part.text):
                yield from _lines(paragraph, PAGE)


def _fenced_pieces(fence: str) -> Iterator[str]:
    if size(fence) <= PAGE:
        yield fence
        return
    opening, _, rest = fence.partition("\n")
    code = rest.rstrip().removesuffix("```")
    for piece in _lines(code, PAGE - size(opening) - len("\n\n```\n")):
        yield opening + "\n" + piece.removesuffix("\n") + "\n```\n"


def _lines(text: str, limit: int) -> Iterator[str]:
    """As many whole lines at a time as fit; a line that does not is cut."""
    return packed((part for line in text.splitlines(keepends=True) for part in _cut(line, limit)), limit)


def _cut(line: str, limit: int) -> Iterator[str]:
    start = 0
    while size(line[start : start + limit + 1]) > limit:
        half = start + limit // 2  # as a character may count twice
        end = line.rfind(" ", start + limit // 4, half) + 1 or half
        yield line[start:end]
        start = end
    yield line[start:]
