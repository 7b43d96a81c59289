"""Text from elsewhere, made harmless and fitting: nothing in it comes alive, and nothing in it is invisible."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

ELLIPSIS = "…"

BREAK = "\u200b"
"""A space without width: put into the middle of something that would come alive, it changes nothing to the eye."""


def size(text: str) -> int:
    """The length as Slack counts it at worst: in UTF-16 units, where an emoji has two."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def cut(text: str, limit: int) -> str:
    """The text, or as much of its start as fits into `limit` with an "…" at its end."""
    return text if size(text) <= limit else _fitting(text, limit)


def visible(text: str) -> str:
    """The text with what cannot be seen, or would reorder the rest, as JSON writes it: "\\u202e".

    That is control, format, private and unassigned characters, lone surrogates, odd line breaks, and letters without a
    shape. Newline and tab stay.
    """
    return text.translate({ord(each): _escaped(each) for each in set(text) if _is_hidden(each)})


def mrkdwn(text: str, limit: int) -> str:
    """The text for a place that reads Slack's markup, on one line: no link, mention, date or emoji comes of it.

    Slack has no escape for emphasis, so `*bold*` stays bold; put names of things in `code`.
    """
    return _fitting(_markup(visible(text)), limit)


def code(text: str, limit: int) -> str:
    """A name of something in Slack's markup, literally, as inline code."""
    inner = _fitting(_markup(visible(text).replace("`", "'")), limit - 2)
    return f"`{inner or '-'}`"


def without_look_alikes(text: str) -> str:
    """The text with the foreign letters of each word that mixes alphabets as JSON writes them.

    Of "pаypal.com" with a Cyrillic "а" it makes "p\\u0430ypal.com". A word is what a host or a file name may hold.
    """
    return text if text.isascii() else _WORD.sub(lambda word: _in_one_alphabet(word[0]), text)


def packed(parts: Iterable[str], limit: int, *, measure: Callable[[str], int] = size) -> Iterator[str]:
    """The parts joined, as many at a time as fit into `limit` together; a part that does not fit stands alone."""
    together: list[str] = []
    used = 0
    for part in parts:
        if together and used + measure(part) > limit:
            yield "".join(together)
            together, used = [], 0
        together.append(part)
        used += measure(part)
    if together:
        yield "".join(together)


def _markup(text: str) -> Iterator[str]:
    """The characters of a text as Slack's markup, on one line."""
    line = _COMES_ALIVE.sub(rf"\1{BREAK}", " ".join(text.split()))
    return (_MARKUP.get(each, each) for each in line)


def _fitting(pieces: Iterable[str], limit: int) -> str:
    """The pieces, whole ones only, that fit into `limit` together, with "…" for the rest."""
    kept: list[str] = []
    used = 0
    for piece in pieces:
        if used + size(piece) > limit:
            break
        kept.append(piece)
        used += size(piece)
    else:
        return "".join(kept)
    while kept and used + size(ELLIPSIS) > limit:
        used -= size(kept.pop())
    return "".join(kept) + ELLIPSIS


_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

# Emoji codes, and the names that notify a whole channel, also at the start of a word, which a cut could end there.
_COMES_ALIVE = re.compile(r"(:(?=[\w+'-]{1,100}:)|@(?=channel|here|everyone))", re.IGNORECASE)

_HIDDEN = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
_WITHOUT_SHAPE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def _is_hidden(character: str) -> bool:
    if character in "\n\t":
        return False
    return unicodedata.category(character) in _HIDDEN or bool(_WITHOUT_SHAPE.match(character))


def _escaped(character: str) -> str:
    """As JSON writes it, so that what is shown of a JSON text is still that text."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


_WORD = re.compile(r"[\w.@-]+")
_LIKE_LATIN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH", "MATHEMATICAL")


def _in_one_alphabet(word: str) -> str:
    if word.isascii() or not re.search("[A-Za-z]", word):
        return word
    return "".join(_escaped(each) if unicodedata.name(each, "").startswith(_LIKE_LATIN) else each for each in word)
