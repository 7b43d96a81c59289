"""What a person types, as Slack's client sends it: text with mentions and links, and the same as blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.workspace.people import People
from bot.workspace.stamps import new_id
from bot.workspace.wire import JsonObject

_PIECE = re.compile(
    r"<(?P<raw>[@#][A-Z0-9]+|![a-z^A-Z0-9]+)(\|[^<>]*)?>|(?P<name>[@#][\w.-]*\w)|(?P<url>https?://[^\s<>]*[^\s<>.,;:!?)])"
)
_BROADCASTS = ("here", "channel", "everyone")


@dataclass(frozen=True)
class Piece:
    """A stretch of what was typed: as it stands in `text`, and as a rich_text element."""

    text: str
    element: JsonObject


def spoken(typed: str, people: People) -> tuple[str, list[JsonObject]]:
    """The text and blocks of a message that somebody typed.

    `@ana`, `@assent`, `@oncall`, `#ops`, their `<@ID>` forms and addresses become mentions and links; all else stays
    literal, with &, < and > escaped in the text.
    """
    pieces = list(_pieces(typed, people))
    section = {"type": "rich_text_section", "elements": [piece.element for piece in pieces]}
    blocks: list[JsonObject] = [{"type": "rich_text", "block_id": new_id("b"), "elements": [section]}]
    return "".join(piece.text for piece in pieces), blocks if pieces else []


def _pieces(typed: str, people: People) -> Iterator[Piece]:
    literal_from = 0
    for found in _PIECE.finditer(typed):
        piece = _link(found["url"]) if found["url"] else _mention(found["raw"] or found["name"], people)
        if piece is None or _inside_a_word(typed, found):
            continue
        yield from _literal(typed[literal_from : found.start()])
        yield piece
        literal_from = found.end()
    yield from _literal(typed[literal_from:])


def _literal(typed: str) -> Iterator[Piece]:
    if typed:
        escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield Piece(escaped, {"type": "text", "text": typed})


def _inside_a_word(typed: str, found: re.Match[str]) -> bool:
    """An e-mail address is no mention."""
    return bool(found["name"]) and found.start() > 0 and typed[found.start() - 1].isalnum()


def _link(url: str) -> Piece:
    return Piece(f"<{url.replace('&', '&amp;')}>", {"type": "link", "url": url})


def _mention(written: str, people: People) -> Piece | None:
    """The mention, or None when nobody and nothing is called that. `<!channel>` typed by a person stays literal."""
    name = written[1:]
    if written.startswith("#"):
        channel = people.channel(name)
        return Piece(f"<#{channel.id}|>", {"type": "channel", "channel_id": channel.id}) if channel else None
    if written.startswith("!"):
        return None
    user, group = people.user(name), people.group(name)
    if user:
        return Piece(f"<@{user.id}>", {"type": "user", "user_id": user.id})
    if group:
        return Piece(f"<!subteam^{group.id}>", {"type": "usergroup", "usergroup_id": group.id})
    if name in _BROADCASTS and written.startswith("@"):
        return Piece(f"<!{name}>", {"type": "broadcast", "range": name})
    return None
