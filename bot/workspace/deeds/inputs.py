"""What people choose and type in elements, as Slack's state and actions write it."""

from collections.abc import Iterator

from bot.workspace.block_kit import interactive
from bot.workspace.deeds.people import DeedRefused
from bot.workspace.wire import JsonObject, a_list, an_object, objects, strings, text

_TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
_ONE_OF_OPTIONS = ("static_select", "external_select", "radio_buttons", "overflow")
_SOME_OF_OPTIONS = ("multi_static_select", "multi_external_select", "checkboxes")
_FIELDS = {
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "rich_text_input": ("rich_text_value", "initial_value"),
} | dict.fromkeys(_TYPED, ("value", "initial_value"))
_PRESSED = ("button", "workflow_button", "feedback_buttons", "icon_button")

Values = dict[str, JsonObject]
"""What was filled in, by block_id and action_id: strings, lists of strings, None."""


def chosen(element: JsonObject, value: object) -> JsonObject:
    """The element with `value` in it, as Slack writes it in `state` and, with more around it, in `actions`.

    `value` is the value of an option, an id, a date or a text; a list of them where several can be chosen.
    """
    kind = text(element.get("type"))
    if kind in _ONE_OF_OPTIONS:
        return {"type": kind, "selected_option": _option(element, text(value)) if value else None}
    if kind in _SOME_OF_OPTIONS:
        picked = [value] if isinstance(value, str) and value else strings(value)
        return {"type": kind, "selected_options": [_option(element, one) for one in picked]}
    if kind in _FIELDS:
        return {"type": kind, _FIELDS[kind][0]: value if value != "" else None}
    return {"type": kind, "value": value}


def untouched(element: JsonObject) -> JsonObject:
    """The element as it is before anybody touched it: with its initial value."""
    kind = text(element.get("type"))
    if kind in _ONE_OF_OPTIONS:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _SOME_OF_OPTIONS:
        return {"type": kind, "selected_options": a_list(element.get("initial_options"))}
    selected, initial = _FIELDS.get(kind, ("value", "initial_value"))
    return {"type": kind, selected: element.get(initial)}


def state_of(blocks: list[JsonObject], before: JsonObject, values: Values) -> JsonObject:
    """What Slack calls `state.values`: what was filled in now, or before, or stands there from the start."""
    state: JsonObject = {}
    for block, element in holders(blocks):
        block_id, action_id = text(block.get("block_id")), text(element.get("action_id"))
        given = an_object(values.get(block_id))
        earlier = an_object(before.get(block_id)).get(action_id) or untouched(element)
        now = chosen(element, given[action_id]) if action_id in given else earlier
        state.setdefault(block_id, {})[action_id] = now
    _check_known(values, state)
    return state


def complaints(blocks: list[JsonObject], state: JsonObject) -> dict[str, str]:
    """What Slack's client says beside inputs before it sends anything: empty, too short, too long."""
    found: dict[str, str] = {}
    for block, element in holders(blocks):
        if block.get("type") != "input":
            continue
        block_id = text(block.get("block_id"))
        filled = an_object(state[block_id][element["action_id"]])
        complaint = _complaint(block, element, [value for name, value in filled.items() if name != "type"])
        if complaint:
            found[block_id] = complaint
    return found


def holders(blocks: list[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Every element that holds a value, with its block."""
    for block in blocks:
        for element in interactive(block):
            if holds_value(element):
                yield block, element


def holds_value(element: JsonObject) -> bool:
    """Whether it keeps what was chosen; buttons and menus do not."""
    return element.get("type") not in (*_PRESSED, "overflow")


def _complaint(block: JsonObject, element: JsonObject, filled: list[object]) -> str:
    if not any(value not in (None, "", []) for value in filled):
        return "" if block.get("optional") else "Please complete this required field."
    length = len(text(filled[0]))
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if element.get("type") == "plain_text_input" and not least <= length <= most:
        return f"This must have {least} to {most} characters."
    return ""


def _option(element: JsonObject, value: str) -> JsonObject:
    groups = objects(element.get("option_groups"))
    options = objects(element.get("options")) + [one for group in groups for one in objects(group.get("options"))]
    if "external" in text(element.get("type")):
        return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
    known = next((option for option in options if option.get("value") == value), None)
    if known is None:
        offered = ", ".join(text(option.get("value")) for option in options)
        raise DeedRefused("option_not_found", f"There is no option with the value {value!r}. Options: {offered}.")
    return known


def _check_known(values: Values, state: JsonObject) -> None:
    for block_id, inputs in values.items():
        for action_id in inputs:
            if action_id not in an_object(state.get(block_id)):
                known = ", ".join(f"{block}.{action}" for block, actions in state.items() for action in actions)
                message = f"There is no input {block_id}.{action_id} in what is shown. Inputs: {known or 'none'}."
                raise DeedRefused("input_not_found", message)
