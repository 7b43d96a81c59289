"""Composition objects: texts, options, confirm dialogs."""

from bot.workspace.block_kit.rules import (
    Rule,
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

ACTION_ID = string(255)
URL = string(3000)


def plain(longest: int) -> Rule:
    """A plain_text object of so many characters."""
    return tagged({"plain_text": shape({"text": string(longest)}, {"emoji": boolean})})


def written(longest: int) -> Rule:
    """A text object, plain or mrkdwn, of so many characters."""
    return tagged(
        {
            "plain_text": shape({"text": string(longest)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(longest)}, {"verbatim": boolean}),
        }
    )


CONFIRM = shape(
    {"title": plain(100), "text": written(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)


def option(label: Rule) -> Rule:
    """An option; in checkboxes and radio buttons its label may be mrkdwn."""
    return shape({"text": label, "value": string(150)}, {"description": written(75), "url": URL})


PLAIN_OPTION = option(plain(75))
RICH_OPTION = option(written(75))
OPTION_GROUP = shape({"label": plain(75), "options": list_of(PLAIN_OPTION, most=100)})
FILTER = shape(
    {},
    {
        "include": list_of(choice("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
DISPATCH = shape(
    {}, {"trigger_actions_on": list_of(choice("on_enter_pressed", "on_character_entered"), most=2, least=1)}
)
PLACEHOLDER = plain(150)
USER_IDS = list_of(string(20), most=10)
PICTURE: dict[str, Rule] = {"image_url": URL, "slack_file": anything}
IMAGE_ELEMENT = shape({"alt_text": string(2000)}, PICTURE)
HAS_PICTURE = one_of_fields("image_url", "slack_file")
WHOLE = integer(-(2**53), 2**53)
