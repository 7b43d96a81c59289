"""Every block: its fields, its limits, and on which surfaces it may stand."""

from collections.abc import Iterator
from typing import Literal

from bot.workspace.block_kit.elements import ACCESSORY, ACTIONS, BUTTON, CONTEXT_ACTIONS, INPUT, OVERFLOW
from bot.workspace.block_kit.objects import HAS_PICTURE, IMAGE_ELEMENT, PICTURE, URL, plain, written
from bot.workspace.block_kit.rich_text import RICH_TEXT, RICH_TEXT_ELEMENTS
from bot.workspace.block_kit.rules import (
    Pointer,
    Problem,
    Rule,
    also,
    anything,
    boolean,
    choice,
    list_of,
    one_of_fields,
    shape,
    string,
    tagged,
)
from bot.workspace.wire import an_object, text

Surface = Literal["message", "modal", "home"]

_BLOCK_ID: dict[str, Rule] = {"block_id": string(255)}
_IMAGE = also(IMAGE_ELEMENT, HAS_PICTURE)
_TASK_STATUS = choice("pending", "in_progress", "complete", "error")
_TASK: dict[str, Rule] = {"task_id": string(255), "title": string(255), "status": _TASK_STATUS}
_SOURCES = list_of(anything, most=50, least=0)
_TASK_MORE: dict[str, Rule] = {"details": RICH_TEXT, "output": RICH_TEXT, "sources": _SOURCES}
_TASK_CARD = shape(_TASK, _TASK_MORE | _BLOCK_ID)
_CARD = shape(
    {},
    _BLOCK_ID
    | {
        "title": written(150),
        "subtitle": written(150),
        "body": written(200),
        "hero_image": tagged({"image": _IMAGE}),
        "icon": tagged({"image": _IMAGE}),
        "actions": list_of(tagged({"button": BUTTON, "overflow": OVERFLOW}), most=3),
    },
)
_CELL = tagged(
    {
        "raw_text": shape({"text": string(3000, shortest=0)}),
        "rich_text": shape({"elements": RICH_TEXT_ELEMENTS}, _BLOCK_ID),
        "raw_number": anything,
    }
)
_TABLE = shape(
    {"rows": list_of(list_of(_CELL, most=20), most=100)},
    _BLOCK_ID | {"column_settings": list_of(anything, most=20, least=0)},
)


def _standing_alone(value: object, at: Pointer) -> Iterator[Problem]:
    if text(an_object(value).get("status")) == "pending":
        yield Problem(f"{at}/status", "not_allowed", "a task_card outside of a plan may not be pending", "pending")


def _a_child(value: object, at: Pointer) -> Iterator[Problem]:
    kind = text(an_object(value).get("type"))
    if kind == "container":
        yield Problem(f"{at}/type", "unsupported_type", "unsupported type: container", "container")
    else:
        yield from BLOCK(value, at)


_BLOCKS: dict[str, tuple[Rule, tuple[Surface, ...]]] = {
    "section": (
        also(
            shape(
                {},
                _BLOCK_ID
                | {
                    "text": written(3000),
                    "fields": list_of(written(2000), most=10),
                    "accessory": ACCESSORY,
                    "expand": boolean,
                },
            ),
            one_of_fields("text", "fields"),
        ),
        ("message", "modal", "home"),
    ),
    "header": (shape({"text": plain(150)}, _BLOCK_ID), ("message", "modal", "home")),
    "divider": (shape({}, _BLOCK_ID), ("message", "modal", "home")),
    "image": (
        also(shape({"alt_text": string(2000)}, _BLOCK_ID | PICTURE | {"title": plain(2000)}), HAS_PICTURE),
        ("message", "modal", "home"),
    ),
    "context": (
        shape(
            {
                "elements": list_of(
                    tagged(
                        {
                            "image": _IMAGE,
                            "plain_text": written(3000),
                            "mrkdwn": written(3000),
                        }
                    ),
                    most=10,
                )
            },
            _BLOCK_ID,
        ),
        ("message", "modal", "home"),
    ),
    "actions": (shape({"elements": list_of(ACTIONS, most=25)}, _BLOCK_ID), ("message", "modal", "home")),
    "input": (
        shape(
            {"label": plain(2000), "element": INPUT},
            _BLOCK_ID | {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        ("message", "modal", "home"),
    ),
    "rich_text": (shape({"elements": RICH_TEXT_ELEMENTS}, _BLOCK_ID), ("message", "modal", "home")),
    "markdown": (shape({"text": string(12_000)}, _BLOCK_ID), ("message",)),
    "context_actions": (
        shape({"elements": list_of(tagged(CONTEXT_ACTIONS), most=5)}, _BLOCK_ID),
        ("message",),
    ),
    "alert": (
        shape({"text": written(200)}, _BLOCK_ID | {"level": choice("default", "info", "warning", "error", "success")}),
        ("modal",),
    ),
    "card": (also(_CARD, one_of_fields("title", "body", "hero_image")), ("message", "modal", "home")),
    "carousel": (
        shape({"elements": list_of(tagged({"card": _CARD}), most=10)}, _BLOCK_ID),
        ("message", "modal", "home"),
    ),
    "container": (
        also(
            shape(
                {"child_blocks": list_of(_a_child, most=10)},
                _BLOCK_ID
                | {
                    "title": plain(150),
                    "rich_text_title": RICH_TEXT,
                    "subtitle": written(150),
                    "width": choice("narrow", "standard", "wide", "full"),
                    "icon": tagged({"image": _IMAGE}),
                    "is_collapsible": boolean,
                    "default_collapsed": boolean,
                    "has_header_divider": boolean,
                },
            ),
            one_of_fields("title", "rich_text_title"),
        ),
        ("message", "home"),
    ),
    "task_card": (also(_TASK_CARD, _standing_alone), ("message",)),
    "plan": (
        shape(
            {"title": string(255)}, _BLOCK_ID | {"tasks": list_of(tagged({"task_card": _TASK_CARD}), most=50, least=0)}
        ),
        ("message",),
    ),
    "table": (_TABLE, ("message",)),
    "file": (shape({"external_id": string(255), "source": choice("remote")}, _BLOCK_ID), ("message",)),
    "video": (
        shape(
            {"alt_text": string(2000), "title": plain(200), "thumbnail_url": URL, "video_url": URL},
            _BLOCK_ID
            | {
                "title_url": URL,
                "description": plain(200),
                "provider_icon_url": URL,
                "provider_name": string(50),
                "author_name": string(50),
            },
        ),
        ("message", "modal", "home"),
    ),
}

BLOCK = tagged({kind: rule for kind, (rule, _) in _BLOCKS.items()})


def block_on(surface: Surface) -> Rule:
    """The rule for a block that stands on `surface`."""
    return tagged({kind: rule for kind, (rule, surfaces) in _BLOCKS.items() if surface in surfaces})
