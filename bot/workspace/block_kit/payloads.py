"""Whole payloads: a message's blocks, a modal, a Home tab, and what must hold across their blocks."""

from collections.abc import Iterator

from bot.workspace.block_kit.blocks import Surface, block_on
from bot.workspace.block_kit.objects import plain
from bot.workspace.block_kit.rules import Pointer, Problem, Rule, boolean, list_of, shape, string
from bot.workspace.wire import JsonObject, a_list, an_object, objects, text

TOTAL_TEXT_LIMIT = 13_200
"""Characters in all blocks of one message. Not documented: messages were seen to fail from about 13,172 on."""

VIEW_SIZE_LIMIT = 250 * 1024
"""Bytes of one view."""

_MARKDOWN_LIMIT = 12_000
_MOST: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
_ONCE = ("table",)

_VIEW: dict[str, Rule] = {
    "callback_id": string(255, shortest=0),
    "private_metadata": string(3000, shortest=0),
    "external_id": string(255, shortest=0),
}
_MODAL = shape(
    {"title": plain(24)},
    _VIEW
    | {
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = shape({}, _VIEW)


def check_message(blocks: object) -> list[Problem]:
    """What is wrong with the blocks of a message; the total length of its text is `text_in`'s to measure."""
    return list(_check_blocks(blocks, "message"))


def check_view(view: object) -> list[Problem]:
    """What is wrong with a modal or Home tab; its size in bytes is looked at elsewhere."""
    fields = an_object(view)
    match fields.get("type"):
        case "modal":
            return [*_frame(fields, _MODAL), *_check_blocks(fields.get("blocks"), "modal"), *_submittable(fields)]
        case "home":
            return [*_frame(fields, _HOME), *_check_blocks(fields.get("blocks"), "home")]
        case other:
            return [Problem("/type", "unsupported_type", f"unsupported type: {other}", "modal, home")]


def text_in(value: object) -> int:
    """How many characters people would read in `value`: every `text` of it, wherever it stands."""
    fields = an_object(value)
    own = len(text(fields.get("text")))
    return own + sum(text_in(part) for part in [*fields.values(), *a_list(value)])


def _frame(view: JsonObject, rule: Rule) -> Iterator[Problem]:
    """The fields of the view itself."""
    yield from rule({name: value for name, value in view.items() if name != "blocks"}, "")


def _submittable(view: JsonObject) -> Iterator[Problem]:
    if "submit" not in view and any(block.get("type") == "input" for block in objects(view.get("blocks"))):
        yield Problem("", "missing_field", "missing required field: submit", "submit")


def _check_blocks(blocks: object, surface: Surface) -> Iterator[Problem]:
    least = 1 if surface == "message" else 0
    yield from list_of(block_on(surface), most=_MOST[surface], least=least)(blocks, "/blocks")
    found = objects(blocks)
    yield from _ids_used_once(found)
    yield from _kinds_used_once(found)
    yield from _one_primary(found)
    markdown = sum(len(text(block.get("text"))) for block in found if block.get("type") == "markdown")
    if markdown > _MARKDOWN_LIMIT:
        message = f"all markdown blocks together must be less than {_MARKDOWN_LIMIT + 1} characters"
        yield Problem("/blocks", "too_long", message, _MARKDOWN_LIMIT)


def _ids_used_once(blocks: list[JsonObject]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        id = text(block.get("block_id"))
        if id and id in seen:
            yield Problem(f"/blocks/{number}/block_id", "duplicate", f"block_id {id} already exists", id)
        seen.add(id)
        yield from _action_ids_used_once(block, f"/blocks/{number}")


def _action_ids_used_once(block: JsonObject, at: Pointer) -> Iterator[Problem]:
    seen: set[str] = set()
    for element in interactive(block):
        id = text(element.get("action_id"))
        if id and id in seen:
            yield Problem(at, "duplicate", f"action_id {id} already exists for another element of the block", id)
        seen.add(id)


def _kinds_used_once(blocks: list[JsonObject]) -> Iterator[Problem]:
    kinds = [block.get("type") for block in blocks]
    for kind in _ONCE:
        if kinds.count(kind) > 1:
            yield Problem("/blocks", "too_many", f"only one {kind} block is allowed in a message", 1)


def _one_primary(blocks: list[JsonObject]) -> Iterator[Problem]:
    """Slack's guidance is one primary button in a set; two are treated as a mistake here."""
    for number, block in enumerate(blocks):
        styles = [element.get("style") for element in interactive(block)]
        if styles.count("primary") > 1:
            at = f"/blocks/{number}/elements"
            yield Problem(at, "too_many", "only one button of a set may be primary", 1)


def interactive(block: JsonObject) -> list[JsonObject]:
    """The elements of a block that a person can use, children of a container and cards of a carousel too."""
    alone = [an_object(block.get(name)) for name in ("accessory", "element") if an_object(block.get(name))]
    several = [*objects(block.get("actions")), *objects(block.get("elements"))]
    inner = [*objects(block.get("child_blocks")), *(one for one in several if one.get("type") == "card")]
    own = [one for one in alone + several if text(one.get("type")) in INTERACTIVE]
    return own + [element for child in inner for element in interactive(child)]


INTERACTIVE = frozenset(
    {
        "button",
        "overflow",
        "workflow_button",
        "static_select",
        "external_select",
        "users_select",
        "conversations_select",
        "channels_select",
        "multi_static_select",
        "multi_external_select",
        "multi_users_select",
        "multi_conversations_select",
        "multi_channels_select",
        "checkboxes",
        "radio_buttons",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "rich_text_input",
        "file_input",
        "feedback_buttons",
        "icon_button",
    }
)
