"""Block elements: what stands in actions, beside a section, in an input block."""

from bot.workspace.block_kit.objects import (
    ACTION_ID,
    CONFIRM,
    DISPATCH,
    FILTER,
    HAS_PICTURE,
    IMAGE_ELEMENT,
    OPTION_GROUP,
    PLACEHOLDER,
    PLAIN_OPTION,
    RICH_OPTION,
    URL,
    USER_IDS,
    plain,
)
from bot.workspace.block_kit.rules import (
    Rule,
    also,
    anything,
    boolean,
    choice,
    integer,
    list_of,
    one_of_fields,
    shape,
    string,
    tagged,
)

STYLE = choice("primary", "danger")
_CONFIRMED: dict[str, Rule] = {"action_id": ACTION_ID, "confirm": CONFIRM}
_SELECT: dict[str, Rule] = _CONFIRMED | {"placeholder": PLACEHOLDER, "focus_on_load": boolean}
_MULTI: dict[str, Rule] = _SELECT | {"max_selected_items": integer(1)}
_OPTIONS: dict[str, Rule] = {
    "options": list_of(PLAIN_OPTION, most=100),
    "option_groups": list_of(OPTION_GROUP, most=100),
}
_TYPED: dict[str, Rule] = {
    "action_id": ACTION_ID,
    "placeholder": PLACEHOLDER,
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
_IDS = list_of(string(20), most=100)
_TEN_OPTIONS = list_of(RICH_OPTION, most=10)
_HAS_OPTIONS = one_of_fields("options", "option_groups")

BUTTON = shape(
    {"text": plain(75)},
    _CONFIRMED
    | {
        "url": URL,
        "value": string(2000),
        "style": STYLE,
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
        "agent_prompt_display": string(75),
        "visible_to_user_ids": USER_IDS,
    },
)
OVERFLOW = shape({"options": list_of(PLAIN_OPTION, most=5)}, _CONFIRMED)

SELECTS: dict[str, Rule] = {
    "static_select": also(shape({}, _SELECT | _OPTIONS | {"initial_option": PLAIN_OPTION}), _HAS_OPTIONS),
    "external_select": shape({}, _SELECT | {"min_query_length": integer(0), "initial_option": PLAIN_OPTION}),
    "users_select": shape({}, _SELECT | {"initial_user": string(20)}),
    "conversations_select": shape(
        {},
        _SELECT
        | {
            "initial_conversation": string(20),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": FILTER,
        },
    ),
    "channels_select": shape({}, _SELECT | {"initial_channel": string(20), "response_url_enabled": boolean}),
}
MULTI_SELECTS: dict[str, Rule] = {
    "multi_static_select": also(
        shape({}, _MULTI | _OPTIONS | {"initial_options": list_of(PLAIN_OPTION, most=100)}), _HAS_OPTIONS
    ),
    "multi_external_select": shape(
        {}, _MULTI | {"min_query_length": integer(0), "initial_options": list_of(PLAIN_OPTION, most=100)}
    ),
    "multi_users_select": shape({}, _MULTI | {"initial_users": _IDS}),
    "multi_conversations_select": shape(
        {},
        _MULTI | {"initial_conversations": _IDS, "default_to_current_conversation": boolean, "filter": FILTER},
    ),
    "multi_channels_select": shape({}, _MULTI | {"initial_channels": _IDS}),
}
PICKERS: dict[str, Rule] = {
    "checkboxes": shape(
        {"options": _TEN_OPTIONS}, _CONFIRMED | {"initial_options": _TEN_OPTIONS, "focus_on_load": boolean}
    ),
    "radio_buttons": shape(
        {"options": _TEN_OPTIONS}, _CONFIRMED | {"initial_option": RICH_OPTION, "focus_on_load": boolean}
    ),
    "datepicker": shape({}, _SELECT | {"initial_date": string(10)}),
    "timepicker": shape({}, _SELECT | {"initial_time": string(5), "timezone": string(100)}),
    "datetimepicker": shape({}, _CONFIRMED | {"initial_date_time": integer(), "focus_on_load": boolean}),
}
TYPED: dict[str, Rule] = {
    "plain_text_input": shape(
        {},
        _TYPED
        | {
            "initial_value": string(3000, shortest=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
    "email_text_input": shape({}, _TYPED | {"initial_value": string(3000)}),
    "url_text_input": shape({}, _TYPED | {"initial_value": URL}),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        _TYPED | {"initial_value": string(100), "min_value": string(100), "max_value": string(100)},
    ),
    "rich_text_input": shape({}, _TYPED | {"initial_value": anything, "min_lines": integer(), "max_lines": integer()}),
    "file_input": shape({}, {"action_id": ACTION_ID, "filetypes": anything, "max_files": integer(1, 10)}),
}
WORKFLOW_BUTTON = shape(
    {"text": plain(75), "workflow": anything},
    {"action_id": ACTION_ID, "style": STYLE, "accessibility_label": string(75)},
)

_FEEDBACK_BUTTON = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
CONTEXT_ACTIONS: dict[str, Rule] = {
    "feedback_buttons": shape(
        {"positive_button": _FEEDBACK_BUTTON, "negative_button": _FEEDBACK_BUTTON}, {"action_id": ACTION_ID}
    ),
    "icon_button": shape(
        {"icon": choice("trash"), "text": plain(75)},
        _CONFIRMED | {"value": string(2000), "accessibility_label": string(75), "visible_to_user_ids": USER_IDS},
    ),
}

_PRESSED: dict[str, Rule] = {"button": BUTTON, "overflow": OVERFLOW, "workflow_button": WORKFLOW_BUTTON}
ACTIONS = tagged(_PRESSED | SELECTS | MULTI_SELECTS | PICKERS | {"rich_text_input": TYPED["rich_text_input"]})
ACCESSORY = tagged(
    _PRESSED | SELECTS | MULTI_SELECTS | PICKERS | {"image": also(IMAGE_ELEMENT, HAS_PICTURE)},
)
INPUT = tagged(SELECTS | MULTI_SELECTS | PICKERS | TYPED)
