"""The rich_text block: literal text, mentions and links as elements of their own."""

from bot.workspace.block_kit.objects import URL
from bot.workspace.block_kit.rules import Rule, anything, boolean, choice, integer, list_of, shape, string, tagged

_STYLE = shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_STYLED: dict[str, Rule] = {"style": _STYLE}
_LONG = 1_000_000  # Slack names no limit for one text; the total of a message bounds it

_TEXT = shape({"text": string(_LONG)}, _STYLED)
_LINK = shape({"url": URL}, _STYLED | {"text": string(_LONG, shortest=0), "unsafe": boolean})
_INLINE = tagged(
    {
        "text": _TEXT,
        "link": _LINK,
        "user": shape({"user_id": string(20)}, _STYLED),
        "usergroup": shape({"usergroup_id": string(20)}, _STYLED),
        "channel": shape({"channel_id": string(20)}, _STYLED),
        "team": shape({"team_id": string(20)}, _STYLED),
        "broadcast": shape({"range": choice("here", "channel", "everyone")}, _STYLED),
        "emoji": shape({"name": string(255)}, _STYLED | {"unicode": anything, "skin_tone": anything}),
        "date": shape({"timestamp": integer(), "format": string(255)}, _STYLED | {"url": URL, "fallback": string(255)}),
        "color": shape({"value": string(20)}, _STYLED),
    }
)
_MANY = 10_000
_SECTION = shape({"elements": list_of(_INLINE, most=_MANY, least=0)})
_BORDER: dict[str, Rule] = {"border": integer(0, 1)}

RICH_TEXT_ELEMENTS = list_of(
    tagged(
        {
            "rich_text_section": _SECTION,
            "rich_text_list": shape(
                {
                    "style": choice("bullet", "ordered"),
                    "elements": list_of(tagged({"rich_text_section": _SECTION}), most=_MANY),
                },
                _BORDER | {"indent": integer(0, 8), "offset": integer()},
            ),
            "rich_text_preformatted": shape(
                {"elements": list_of(tagged({"text": _TEXT, "link": _LINK}), most=_MANY, least=0)},
                _BORDER | {"language": string(50)},
            ),
            "rich_text_quote": shape({"elements": list_of(_INLINE, most=_MANY, least=0)}, _BORDER),
        }
    ),
    most=_MANY,
    least=0,
)
RICH_TEXT = tagged({"rich_text": shape({"elements": RICH_TEXT_ELEMENTS}, {"block_id": string(255)})})
