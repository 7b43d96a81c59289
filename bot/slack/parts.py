"""What a card and a modal both say of a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from bot.approvals.request import Request
from bot.slack.arguments import Shown
from bot.slack.blocks import Block, Blocks, fields, line, preformatted, quote, rich_text, section
from bot.slack.kinds import called
from bot.slack.mentions import all_of, moment
from bot.slack.text import code, cut, visible

NAME_SHOWN = 100
WHY_SHOWN = 300
REASON_SHOWN = 600
EVIDENCE_SHOWN = 600


@dataclass(frozen=True)
class Progress:
    """What has become of the call: how long it took when it is done, and the class of its error when it failed."""

    status: Literal["waiting", "allowed", "running", "done", "failed", "unknown", "refused"] = "waiting"
    took: timedelta | None = None
    error: str = ""


@dataclass(frozen=True)
class CardView:
    """All that a card shows.

    `groups` gives the ids of the user groups that the policy names, by handle, so that their members are notified.
    `hint` is a sentence of ours about the mode, such as where to act as another person. `revocable` is whether an
    "always" that was said here still decides later calls.
    """

    request: Request
    progress: Progress = Progress()
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
    hint: str = ""
    revocable: bool = False

    def block_id(self, part: str) -> str:
        """The id of one block of the card, another with every edit, as Slack asks."""
        held = ".held" if self.revocable else ""
        return f"{part}.{self.progress.status}{held}.{self.request.revision}.{self.request.version}"


def asked(view: CardView) -> Block:
    """Who asked, and how much is at risk."""
    risk = {"low": "Low risk", "medium": "Medium risk", "high": "*High risk* ▲"}[view.request.risk]
    at_risk = "" if view.request.kind == "limit" else f" · {risk}"
    return section(f"Asked by {all_of(view.request.requesters)}{at_risk}", block_id=view.block_id("asked"))


def through(view: CardView) -> Blocks:
    """Which agents had the call made, where one called another: "refund, asked by billing expert for support agent"."""
    request = view.request
    if not request.asked_through:
        return []
    agents = [request.agent, *reversed(request.asked_through)]
    words = f"{_name(called(request))}, asked by {' for '.join(map(_name, agents))}"
    return [rich_text([line(words)], block_id=view.block_id("through"))]


def why(view: CardView) -> Blocks:
    """What the model said before the call, as its words; nothing when it said nothing."""
    said = view.request.why.strip()
    if not said:
        return []
    words = quote(cut(visible(said[: WHY_SHOWN + 1]), WHY_SHOWN))
    return [rich_text([line("The agent says:", italic=True), words], block_id=view.block_id("why"))]


def facts(view: CardView, *, with_tool: bool) -> Block:
    """Agent and time in two columns; with the tool and its server, where no title names them."""
    request = view.request
    facts = {"Tool": code(request.tool, 200)} if with_tool else {}
    facts["Agent"] = code(request.agent, 200)
    if with_tool and request.server:
        facts["Server"] = code(request.server, 200)
    if not request.settled:
        facts["Expires"] = moment(request.expires_at)
    return fields([f"*{name}*\n{fact}" for name, fact in facts.items()], block_id=view.block_id("facts"))


def summary(whole: Shown, *, block_id: str) -> Blocks:
    """What the call would do in a sentence, where there is more to say than that it has arguments."""
    return [section(whole.summary, block_id=block_id)] if whole.summary else []


def _name(name: str) -> str:
    return cut(" ".join(visible(name).split()), NAME_SHOWN)


def evidence(view: CardView) -> Blocks:
    """What is known of a call that may have run."""
    if view.request.evidence is None:
        return []
    known = preformatted(cut(visible(view.request.evidence), EVIDENCE_SHOWN) or "(no output)")
    return [
        rich_text([line("A result came back too late to count:", bold=True), known], block_id=view.block_id("late"))
    ]
