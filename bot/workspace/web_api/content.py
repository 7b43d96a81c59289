"""What an app wants shown: blocks, views and metadata, taken in only when Slack would take them."""

from collections.abc import Sequence

from bot.workspace.block_kit import (
    TOTAL_TEXT_LIMIT,
    VIEW_SIZE_LIMIT,
    Problem,
    check_message,
    check_view,
    interactive,
    text_in,
)
from bot.workspace.stamps import new_id
from bot.workspace.web_api.call import ApiError, Call
from bot.workspace.wire import JsonObject, an_object, objects, size, text

_TEXT_KEPT = 40_000
_MARKDOWN_TEXT_LIMIT = 12_000


def read_text(call: Call, name: str = "text") -> str:
    """The `text` argument, or another that is like it; Slack cuts it at 40,000 characters."""
    return call.string(name)[:_TEXT_KEPT]


def read_blocks(call: Call) -> list[JsonObject] | None:
    """The `blocks` argument, checked, with ids where the app gave none; None when it is not there."""
    blocks = call.json("blocks")
    if blocks is None or blocks == "":
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if not blocks:
        return []
    refuse(check_message(blocks), "invalid_blocks")  # pyright: ignore[reportUnknownArgumentType]: it checks the type
    found = with_ids(objects(blocks))  # pyright: ignore[reportUnknownArgumentType]: it takes what is an object
    if sum(text_in(block) for block in found) > TOTAL_TEXT_LIMIT:
        raise ApiError("msg_blocks_too_long")
    return found


def read_markdown(call: Call) -> list[JsonObject] | None:
    """The `markdown_text` argument as a block; it goes with neither `text` nor `blocks`."""
    markdown = call.string("markdown_text")
    if not markdown:
        return None
    if call.string("text") or call.json("blocks"):
        raise ApiError("markdown_text_conflict")
    if len(markdown) > _MARKDOWN_TEXT_LIMIT:
        raise ApiError("msg_too_long")
    return with_ids([{"type": "markdown", "text": markdown}])


def read_metadata(call: Call) -> JsonObject | None:
    metadata = call.json("metadata")
    if metadata is None or metadata == "":
        return None
    fields = an_object(metadata)
    if metadata == {}:
        return None  # how an update takes metadata away
    if not text(fields.get("event_type")) or not isinstance(fields.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    return fields


def read_view(call: Call, *, home: bool) -> JsonObject:
    """The `view` argument, checked, with ids where the app gave none."""
    view = call.object("view")
    if not view:
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]})
    return take_view(view, home=home)


def take_view(view: JsonObject, *, home: bool = False) -> JsonObject:
    """A view as it can be shown; raises what views.open and its sisters answer otherwise."""
    refuse(check_view(view), "invalid_arguments")
    if home != (view["type"] == "home"):
        raise ApiError("invalid_arguments", response_metadata={"messages": ["[ERROR] a view of the wrong type"]})
    if size(view) > VIEW_SIZE_LIMIT:
        raise ApiError("view_too_large")
    return view | {"blocks": with_ids(objects(view.get("blocks")))}


def refuse(problems: Sequence[Problem], error: str) -> None:
    """Raise `error` with a line for each problem, if there are any."""
    if problems:
        raise ApiError(
            error,
            errors=[str(problem) for problem in problems],
            response_metadata={"messages": [str(problem) for problem in problems]},
        )


def with_ids(blocks: list[JsonObject]) -> list[JsonObject]:
    """The blocks with a block_id and action_ids everywhere; Slack keeps no block_id of a markdown block."""
    return [_with_action_ids(block) | {"block_id": _block_id(block)} for block in blocks]


def _block_id(block: JsonObject) -> str:
    kept = "" if block.get("type") == "markdown" else text(block.get("block_id"))
    return kept or new_id("b")


def _with_action_ids(block: JsonObject) -> JsonObject:
    for element in interactive(block):
        element.setdefault("action_id", new_id("a"))
    return block
