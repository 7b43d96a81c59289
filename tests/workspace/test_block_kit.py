"""Slack's rules for Block Kit: each with what it lets through and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workspace.block_kit import check_message, check_view, text_in
from bot.workspace.wire import JsonObject, objects
from tests.workspace.pieces import (
    CELL,
    actions,
    button,
    confirm,
    entry,
    header,
    mrkdwn,
    option,
    overflow,
    plain,
    rich,
    section,
    select,
    task,
    text,
)

RULES: list[tuple[str, JsonObject, JsonObject, str]] = [
    ("section text", section(text=mrkdwn(text(3000))), section(text=mrkdwn(text(3001))), "/text/text"),
    ("section text is not empty", section(text=mrkdwn("x")), section(text=mrkdwn("")), "/text/text"),
    ("section has something", section(fields=[plain("x")]), section(), ""),
    ("field text", section(fields=[plain(text(2000))]), section(fields=[plain(text(2001))]), "/fields/0/text"),
    ("fields", section(fields=[plain("x")] * 10), section(fields=[plain("x")] * 11), "/fields"),
    (
        "header",
        {"type": "header", "text": plain(text(150))},
        {"type": "header", "text": plain(text(151))},
        "/text/text",
    ),
    ("header is plain", header(plain("x")), header(mrkdwn("x")), "/text/type"),
    (
        "context elements",
        {"type": "context", "elements": [mrkdwn("x")] * 10},
        {"type": "context", "elements": [mrkdwn("x")] * 11},
        "/elements",
    ),
    (
        "no button in a context",
        {"type": "context", "elements": [mrkdwn("x")]},
        {"type": "context", "elements": [button()]},
        "/elements/0/type",
    ),
    (
        "actions elements",
        actions(*(button(action_id=str(number)) for number in range(25))),
        actions(*(button(action_id=str(number)) for number in range(26))),
        "/elements",
    ),
    ("actions are not empty", actions(button()), actions(), "/elements"),
    (
        "button text",
        actions(button(text=plain(text(75)))),
        actions(button(text=plain(text(76)))),
        "/elements/0/text/text",
    ),
    ("button value", actions(button(value=text(2000))), actions(button(value=text(2001))), "/elements/0/value"),
    ("button url", actions(button(url=text(3000))), actions(button(url=text(3001))), "/elements/0/url"),
    (
        "button accessibility_label",
        actions(button(accessibility_label=text(75))),
        actions(button(accessibility_label=text(76))),
        "/elements/0/accessibility_label",
    ),
    ("button style", actions(button(style="danger")), actions(button(style="green")), "/elements/0/style"),
    ("action_id", actions(button(action_id=text(255))), actions(button(action_id=text(256))), "/elements/0/action_id"),
    (
        "action_id used once in a block",
        actions(button(action_id="a"), button(action_id="b")),
        actions(button(), button()),
        "",
    ),
    (
        "one primary button",
        actions(button(action_id="a", style="primary"), button(action_id="b", style="danger")),
        actions(button(action_id="a", style="primary"), button(action_id="b", style="primary")),
        "/elements",
    ),
    (
        "block_id",
        section(text=plain("x"), block_id=text(255)),
        section(text=plain("x"), block_id=text(256)),
        "/block_id",
    ),
    ("unknown field", section(text=plain("x")), section(text=plain("x"), colour="red"), "/colour"),
    ("unknown block", {"type": "divider"}, {"type": "sparkles"}, "/type"),
    ("unknown element", actions(button()), actions({"type": "lever", "action_id": "x"}), "/elements/0/type"),
    ("no type", {"type": "divider"}, {"text": "x"}, ""),
    (
        "confirm title",
        actions(button(confirm=confirm(title=plain(text(100))))),
        actions(button(confirm=confirm(title=plain(text(101))))),
        "/elements/0/confirm/title/text",
    ),
    (
        "confirm text",
        actions(button(confirm=confirm(text=plain(text(300))))),
        actions(button(confirm=confirm(text=plain(text(301))))),
        "/elements/0/confirm/text/text",
    ),
    (
        "confirm buttons",
        actions(button(confirm=confirm(confirm=plain(text(30))))),
        actions(button(confirm=confirm(confirm=plain(text(31))))),
        "/elements/0/confirm/confirm/text",
    ),
    ("overflow options", actions(overflow(5)), actions(overflow(6)), "/elements/0/options"),
    (
        "option text",
        actions(overflow(1, text=plain(text(75)))),
        actions(overflow(1, text=plain(text(76)))),
        "/elements/0/options/0/text/text",
    ),
    (
        "option value",
        actions({**overflow(1), "options": [option(value=text(150))]}),
        actions({**overflow(1), "options": [option(value=text(151))]}),
        "/elements/0/options/0/value",
    ),
    (
        "option description",
        actions(overflow(1, description=plain(text(75)))),
        actions(overflow(1, description=plain(text(76)))),
        "/elements/0/options/0/description/text",
    ),
    ("select options", actions(select(100)), actions(select(101)), "/elements/0/options"),
    ("select has options", actions(select(1)), actions({"type": "static_select", "action_id": "pick"}), "/elements/0"),
    (
        "checkbox options",
        actions({"type": "checkboxes", "action_id": "c", "options": [option()] * 10}),
        actions({"type": "checkboxes", "action_id": "c", "options": [option()] * 11}),
        "/elements/0/options",
    ),
    (
        "placeholder",
        actions({"type": "users_select", "placeholder": plain(text(150))}),
        actions({"type": "users_select", "placeholder": plain(text(151))}),
        "/elements/0/placeholder/text",
    ),
    (
        "text input length",
        entry(element={"type": "plain_text_input", "max_length": 3000}),
        entry(element={"type": "plain_text_input", "max_length": 3001}),
        "/element/max_length",
    ),
    ("input label", entry(label=plain(text(2000))), entry(label=plain(text(2001))), "/label/text"),
    ("no button in an input", entry(), entry(element=button()), "/element/type"),
    (
        "preformatted holds text",
        rich({"type": "text", "text": "{}"}, kind="rich_text_preformatted"),
        rich({"type": "user", "user_id": "U0ANA"}, kind="rich_text_preformatted"),
        "/elements/0/elements/0/type",
    ),
    (
        "rich text is not empty",
        rich({"type": "text", "text": "x"}),
        rich({"type": "text", "text": ""}),
        "/elements/0/elements/0/text",
    ),
    (
        "image needs alt_text",
        {"type": "image", "image_url": "https://x/y.png", "alt_text": "y"},
        {"type": "image", "image_url": "https://x/y.png"},
        "",
    ),
    ("markdown", {"type": "markdown", "text": text(12_000)}, {"type": "markdown", "text": text(12_001)}, "/text"),
    ("lone task", task("in_progress"), task("pending"), "/status"),
    (
        "plan tasks",
        {"type": "plan", "title": "Plan", "tasks": [task("pending")] * 50},
        {"type": "plan", "title": "Plan", "tasks": [task("pending")] * 51},
        "/tasks",
    ),
    (
        "card actions",
        {"type": "card", "title": plain("x"), "actions": [button(action_id=n) for n in "abc"]},
        {"type": "card", "title": plain("x"), "actions": [button(action_id=n) for n in "abcd"]},
        "/actions",
    ),
    (
        "card body",
        {"type": "card", "body": mrkdwn(text(200))},
        {"type": "card", "body": mrkdwn(text(201))},
        "/body/text",
    ),
    (
        "container children",
        {"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}] * 10},
        {"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}] * 11},
        "/child_blocks",
    ),
    (
        "table rows",
        {"type": "table", "rows": [[CELL]] * 100},
        {"type": "table", "rows": [[CELL]] * 101},
        "/rows",
    ),
    (
        "icon button readers",
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain("x")}]},
        {
            "type": "context_actions",
            "elements": [
                {"type": "icon_button", "icon": "trash", "text": plain("x"), "visible_to_user_ids": ["U0ANA"] * 11}
            ],
        },
        "/elements/0/visible_to_user_ids",
    ),
]


@pytest.mark.parametrize(("good", "bad", "pointer"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_block_keeps_the_rule_or_is_pointed_at(good: JsonObject, bad: JsonObject, pointer: str) -> None:
    assert check_message([good]) == []
    assert f"/blocks/0{pointer}" in [problem.pointer for problem in check_message([bad])]


def test_a_message_has_one_to_fifty_blocks() -> None:
    assert check_message([{"type": "divider"}] * 50) == []
    assert check_message([{"type": "divider"}] * 51)
    assert check_message([])


def test_a_block_id_is_used_once() -> None:
    twice = [section(text=plain("x"), block_id="same"), section(text=plain("x"), block_id="same")]
    assert [problem.pointer for problem in check_message(twice)] == ["/blocks/1/block_id"]
    assert check_message([twice[0], {**twice[1], "block_id": "other"}]) == []


def test_all_markdown_of_a_message_is_counted_together() -> None:
    half: JsonObject = {"type": "markdown", "text": text(6000)}
    assert check_message([half, half]) == []
    assert check_message([half, half, {"type": "markdown", "text": "x"}])


def test_a_message_has_one_table() -> None:
    table: JsonObject = {"type": "table", "rows": [[CELL]]}
    assert check_message([table]) == []
    assert check_message([table, table])


def test_text_is_counted_wherever_it_stands() -> None:
    blocks = [section(text=mrkdwn("12345"), fields=[plain("678")]), rich({"type": "text", "text": "90"})]
    assert sum(text_in(block) for block in blocks) == 10


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "text", "elements", "blocks", "element", "rows"]), inner, max_size=4)
    ),
    max_leaves=20,
)
_KINDS = st.sampled_from(["section", "actions", "context", "rich_text", "input", "card", "container", "table", "modal"])


@given(_JSON, _KINDS)
def test_whatever_comes_is_judged_and_never_breaks_the_judge(value: object, kind: str) -> None:
    for judged in (value, [value], *({**one, "type": kind} for one in objects([value]))):
        check_message(judged)
        check_message([judged])
        check_view(judged)
