"""Lists for one person: what waits for a decision, and what was decided for later calls."""

from collections.abc import Sequence

from bot.approvals.request import Request
from bot.approvals.words import verdict_in_words
from bot.slack.blocks import Content, section
from bot.slack.kinds import called
from bot.slack.mentions import moment, who
from bot.slack.text import code

_HOW_TO_ASK = "Mention me to ask for something, and write `cancel` to me to stop a run."
_WAITING = "Waiting for a decision here, each with a card in its thread:"
_GRANTED = "Decided for later calls as well, until somebody revokes it on its card:"


def listed_here(waiting: Sequence[Request], grants: Sequence[Request]) -> Content:
    """The answer to /assent: what waits in this channel, and what decides later calls there; ten of each at most."""
    paragraphs = {"waiting": "\n".join([_WAITING, *map(_waiting, waiting)]) if waiting else "Nothing waits here."}
    if grants:
        paragraphs["granted"] = "\n".join([_GRANTED, *map(granted, grants)])
    paragraphs["how"] = _HOW_TO_ASK
    return Content([section(text, block_id=name) for name, text in paragraphs.items()], paragraphs["waiting"])


def granted(grant: Request) -> str:
    """An "always" in a line."""
    settlement = grant.settlement
    by = f" by {who(settlement.by)}, {moment(settlement.at)}" if settlement and settlement.by else ""
    return f"• {code(called(grant), 80)} of {code(grant.agent, 80)}: always {verdict_in_words(grant)}{by}"


def _waiting(request: Request) -> str:
    risk = " (*high risk* ▲)" if request.risk == "high" else ""
    by, until = who(request.requesters[0]), moment(request.expires_at)
    return f"• {code(called(request), 80)}{risk}, asked by {by}, expires {until}"
