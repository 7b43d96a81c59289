"""Slack's rules for modals and Home tabs: each with what it lets through and what it refuses."""

import pytest

from bot.workspace.block_kit import check_view
from bot.workspace.wire import JsonObject
from tests.workspace.pieces import entry, plain, text


def modal(*blocks: JsonObject, **fields: object) -> JsonObject:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **fields}


VIEW_RULES: list[tuple[str, JsonObject, JsonObject, str]] = [
    ("blocks", modal(*[{"type": "divider"}] * 100), modal(*[{"type": "divider"}] * 101), "/blocks"),
    ("title", modal(title=plain(text(24))), modal(title=plain(text(25))), "/title/text"),
    ("submit", modal(submit=plain(text(24))), modal(submit=plain(text(25))), "/submit/text"),
    ("close", modal(close=plain(text(24))), modal(close=plain(text(25))), "/close/text"),
    ("metadata", modal(private_metadata=text(3000)), modal(private_metadata=text(3001)), "/private_metadata"),
    ("callback_id", modal(callback_id=text(255)), modal(callback_id=text(256)), "/callback_id"),
    ("external_id", modal(external_id=text(255)), modal(external_id=text(256)), "/external_id"),
    ("an input needs submit", modal(entry()), {"type": "modal", "title": plain("x"), "blocks": [entry()]}, ""),
    ("no markdown in a modal", modal(), modal({"type": "markdown", "text": "x"}), "/blocks/0/type"),
    (
        "no container in a modal",
        {"type": "home", "blocks": [{"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}]}]},
        modal({"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}]}),
        "/blocks/0/type",
    ),
    (
        "an alert stands in a modal only",
        modal({"type": "alert", "text": plain("x"), "level": "warning"}),
        {"type": "home", "blocks": [{"type": "alert", "text": plain("x")}]},
        "/blocks/0/type",
    ),
    (
        "alert text",
        modal({"type": "alert", "text": plain(text(200))}),
        modal({"type": "alert", "text": plain(text(201))}),
        "/blocks/0/text/text",
    ),
    (
        "a home has no title",
        {"type": "home", "blocks": []},
        {"type": "home", "title": plain("x"), "blocks": []},
        "/title",
    ),
    ("a view is a modal or a home", modal(), {"type": "drawer", "blocks": []}, "/type"),
]


@pytest.mark.parametrize(
    ("good", "bad", "pointer"), [rule[1:] for rule in VIEW_RULES], ids=[rule[0] for rule in VIEW_RULES]
)
def test_a_view_keeps_the_rule_or_is_pointed_at(good: JsonObject, bad: JsonObject, pointer: str) -> None:
    assert check_view(good) == []
    assert pointer in [problem.pointer for problem in check_view(bad)]
