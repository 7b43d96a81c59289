"""Block Kit, as little of it as we use: each function gives a block as Slack's API takes it.

Text from elsewhere comes in through `bot.slack.text`, or as a rich text element, which Slack shows as it stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.slack.text import cut, visible

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
Block: TypeAlias = "dict[str, Json]"
Blocks: TypeAlias = "list[Block]"

HEADER_LIMIT = 150
BUTTON_LIMIT = 75
CONFIRM_LIMIT = 300
TITLE_LIMIT = 24  # of a view, its submit and its close


@dataclass(frozen=True)
class File:
    """A text as a file in a thread. It is never edited, so its name tells which text it is, and `read` gives it."""

    name: str
    read: Callable[[], str]


@dataclass(frozen=True)
class Content:
    """What a message shows: its blocks, and the text for notifications, search and screen readers.

    A message with a file has its text beside it, and no blocks.
    """

    blocks: Blocks
    text: str
    file: File | None = None

    @property
    def digest(self) -> str:
        """A digest of all that is shown: two contents that look the same have the same."""
        return shown_digest(self.blocks, self.text, *([self.file.name] if self.file else []))


def shown_digest(blocks: Blocks, text: str, *file: str) -> str:
    """SHA-256 in hexadecimal of the blocks and the text of a message, and of the file in it."""
    canonical = json.dumps([blocks, text, *file], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def plain(text: str, limit: int) -> Block:
    """Literal text without emoji codes, which could fake a tick; never empty, as Slack refuses that."""
    return {"type": "plain_text", "text": cut(visible(text).strip(), limit) or "-", "emoji": False}


def mrkdwn(text: str) -> Block:
    """Text in Slack's markup, of which only what is written here comes alive: no bare name, channel or link does."""
    return {"type": "mrkdwn", "text": text or "-", "verbatim": True}


def header(text: str, *, block_id: str) -> Block:
    """A title of one line, whatever breaks of lines the text has."""
    return {"type": "header", "text": plain(" ".join(text.split()), HEADER_LIMIT), "block_id": block_id}


def section(text: str, *, block_id: str, beside: Block | None = None) -> Block:
    """A paragraph of markup, 3,000 characters at most; `beside` it a button."""
    block: Block = {"type": "section", "text": mrkdwn(text), "block_id": block_id}
    return {**block, "accessory": beside} if beside else block


def fields(texts: Sequence[str], *, block_id: str) -> Block:
    """Up to ten texts of markup in two columns, 2,000 characters each at most."""
    return {"type": "section", "fields": [mrkdwn(text) for text in texts], "block_id": block_id}


def context(text: str, *, block_id: str) -> Block:
    """Small print in markup, 3,000 characters at most."""
    return {"type": "context", "elements": [mrkdwn(text)], "block_id": block_id}


def divider(*, block_id: str) -> Block:
    return {"type": "divider", "block_id": block_id}


def actions(elements: Sequence[Block], *, block_id: str) -> Block:
    return {"type": "actions", "elements": elements, "block_id": block_id}


def alert(text: str, *, block_id: str) -> Block:
    """A warning, 200 characters at most; in modals only."""
    return {"type": "alert", "level": "warning", "text": plain(text, 200), "block_id": block_id}


def markdown(text: str) -> Block:
    """A Markdown text; Slack ignores a block_id here, and takes 12,000 characters in a whole message."""
    return {"type": "markdown", "text": text}


def rich_text(elements: Sequence[Block], *, block_id: str) -> Block:
    return {"type": "rich_text", "elements": elements, "block_id": block_id}


def line(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    """A line of ours between rich texts."""
    style: dict[str, Json] = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    element: Block = {"type": "text", "text": text}
    return {"type": "rich_text_section", "elements": [{**element, "style": style} if style else element]}


def quote(text: str) -> Block:
    """Somebody's words, literally."""
    return {"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}


def preformatted(text: str) -> Block:
    """Text in a box, literally: no mention, link, date or emoji in it comes alive."""
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}], "border": 0}


def button(
    text: str, *, action_id: str, value: str, label: str, style: str | None = None, confirm: Block | None = None
) -> Block:
    """A button; `label` is what a screen reader says, `style` is "primary" or "danger"."""
    element: Block = {
        "type": "button",
        "text": plain(text, BUTTON_LIMIT),
        "action_id": action_id,
        "value": value,
        "accessibility_label": cut(visible(label).strip(), BUTTON_LIMIT),
    }
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def confirm(title: str, text: str, *, yes: str, no: str, danger: bool = False) -> Block:
    """The dialog that asks once more before a button counts."""
    dialog: Block = {
        "title": plain(title, 100),
        "text": plain(text, CONFIRM_LIMIT),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }
    return {**dialog, "style": "danger"} if danger else dialog


def overflow(options: Mapping[str, str], *, action_id: str) -> Block:
    """A menu of up to five choices: value -> text."""
    choices: list[Block] = [{"text": plain(text, BUTTON_LIMIT), "value": value} for value, text in options.items()]
    return {"type": "overflow", "action_id": action_id, "options": choices}


def text_input(label: str, *, block_id: str, action_id: str, limit: int, lines: bool, optional: bool) -> Block:
    """A field to type into, with room for `limit` characters, in several lines or one."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "optional": optional,
        "element": {"type": "plain_text_input", "action_id": action_id, "multiline": lines, "max_length": limit},
    }


def home(blocks: Blocks) -> Block:
    """The view of somebody's App Home."""
    return {"type": "home", "blocks": blocks}


def modal(
    title: str, blocks: Blocks, *, callback_id: str, metadata: str, submit: str | None = None, close: str
) -> Block:
    """A view; `metadata` comes back with its submission and is neither secret nor to be trusted."""
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_LIMIT),
        "close": plain(close, TITLE_LIMIT),
        "private_metadata": metadata,
        "blocks": blocks,
    }
    return {**view, "submit": plain(submit, TITLE_LIMIT)} if submit else view
