"""Read a card as people do: what stands on it, and what it offers."""

from collections.abc import Mapping
from typing import Any

from bot.approvals.request import Request
from bot.slack.card import approval_card
from bot.slack.parts import CardView
from tests.slack_views.hostile import texts


def written(view: CardView | Request) -> str:
    """All that stands on the card, line by line."""
    shown = approval_card(view if isinstance(view, CardView) else CardView(view))
    return "\n".join(text for _, text in texts(shown.blocks))


def block(view: CardView, part: str) -> Mapping[str, Any]:
    """The one block of the card whose id begins so."""
    [found] = [block for block in approval_card(view).blocks if str(block["block_id"]).startswith(part)]
    return found


def offered(asked: Request) -> dict[str, Mapping[str, Any]]:
    """The elements that a person can use, by what they say; the menu is "…"."""
    rows = [block["elements"] for block in approval_card(CardView(asked)).blocks if block["type"] == "actions"]
    elements: list[Any] = [element for row in rows if isinstance(row, list) for element in row]
    return {element["text"]["text"] if "text" in element else "…": element for element in elements}


def menu(asked: Request) -> list[str]:
    """The values of the options in the menu."""
    return [option["value"] for option in offered(asked)["…"]["options"]]
