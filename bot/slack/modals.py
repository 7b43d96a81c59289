"""The modals: where people type a reason, read a request whole, or are told what a message cannot tell them.

The metadata of a form is the address of its request and nothing else. What is typed stands in the block, and under the
action, of the input's name.
"""

from functools import lru_cache
from itertools import islice
from typing import Literal

from bot.approvals.request import REASON_LIMIT, Request
from bot.slack.address import Address
from bot.slack.arguments import pieces
from bot.slack.blocks import (
    Block,
    Blocks,
    Content,
    alert,
    context,
    line,
    modal,
    preformatted,
    rich_text,
    section,
    text_input,
)
from bot.slack.ending import later_calls
from bot.slack.kinds import called, content
from bot.slack.parts import CardView, asked, evidence, facts, summary, through, why
from bot.slack.text import code, cut, size

Callback = Literal[
    "assent:reject", "assent:done", "assent:review", "assent:always_approve", "assent:always_reject", "assent:shown"
]
"""The callback_id of each view; of those that only show something it is "assent:shown"."""

REASON = "reason"
OUTCOME = "outcome"
TYPED_NAME = "typed_name"

ALL_IN_A_FILE = "All of it is in a file in the thread."

PIECES = 80
PIECE = 2700
"""Bytes of a piece of arguments: with these a view stays under 240 KB, of the 250 that Slack takes, and 100 blocks."""


_SURELY_FITS = 8000
"""Characters of arguments that fit however they are indented and escaped, so that nobody need look."""

_HARDLY_FITS = 500_000
"""Characters of arguments that do not fit unless most of them is redacted."""

ARGUMENTS_SHOWN = 300
"""Characters of the arguments where they only tell one call from another."""

_OWN = "This is your own request, for a tool of high risk. Please read it whole before you approve it."


def reject_modal(request: Request) -> Block:
    """Ask why a call is rejected; the model reads the answer."""
    return _form(
        request,
        "assent:reject",
        title="Reject request",
        submit="Reject",
        blocks=[
            *_which(request, "will not be carried out:"),
            _reason(),
        ],
    )


def always_approve_modal(request: Request) -> Block:
    """Ask once more whether this call and the later ones of its tool are to go ahead."""
    return _form(
        request,
        "assent:always_approve",
        title="Always approve",
        submit="Always approve",
        blocks=[
            alert("Nobody is shown the later calls before they are carried out.", block_id="risk"),
            *_which(request, "will be carried out:"),
            section(f"So will all {later_calls(request)}, until somebody revokes it.", block_id="later"),
        ],
    )


def always_reject_modal(request: Request) -> Block:
    """Ask once more whether this call and the later ones of its tool are to be rejected, and why."""
    return _form(
        request,
        "assent:always_reject",
        title="Always reject",
        submit="Always reject",
        blocks=[
            *_which(request, "will not be carried out:"),
            section(f"Nor will any {later_calls(request)}, until somebody revokes it.", block_id="later"),
            _reason(),
        ],
    )


def done_modal(request: Request) -> Block:
    """Ask what came of a call that may have run; the model takes the answer as its output."""
    return _form(
        request,
        "assent:done",
        title="Mark as done",
        submit="Mark as done",
        blocks=[
            *_which(request, "will not be carried out again:"),
            text_input(
                "What came of it, for the agent",
                block_id=OUTCOME,
                action_id=OUTCOME,
                limit=REASON_LIMIT,
                lines=True,
                optional=False,
            ),
        ],
    )


def review_modal(request: Request) -> Block:
    """Show a high-risk request whole, and take the tool's name as the word for it.

    Arguments that do not fit cannot be approved here, as nobody would have seen them.
    """
    view = CardView(request)
    boxes, hidden = _arguments(request)
    read = [
        asked(view),
        *through(view),
        *why(view),
        facts(view, with_tool=True),
        *evidence(view),
    ]
    if hidden:
        warning = alert("Too long to be shown whole, so it cannot be approved in Slack.", block_id="risk")
        return _form(request, "assent:shown", title="Review request", submit=None, blocks=[warning, *read, *boxes])
    again = request.kind == "uncertain"
    warning = "This may have run already. It would be carried out a second time." if again else _OWN
    typed = text_input(
        f"Type {request.tool} to {'run it again' if again else 'approve your own request'}",
        block_id=TYPED_NAME,
        action_id=TYPED_NAME,
        limit=200,
        lines=False,
        optional=False,
    )
    return _form(
        request,
        "assent:review",
        title="Review request",
        submit="Run again" if again else "Approve",
        blocks=[alert(warning, block_id="risk"), *read, *boxes, typed],
    )


def full_request_modal(request: Request) -> Block:
    """Show a request whole, but for arguments beyond about 215 KB."""
    view = CardView(request)
    boxes, _ = _arguments(request)
    blocks = [asked(view), *through(view), *why(view), facts(view, with_tool=True), *evidence(view), *boxes]
    return _form(request, "assent:shown", title="Full request", submit=None, blocks=blocks)


def too_long(request: Request) -> bool:
    """Whether a modal cannot show a request whole, or hardly so."""
    length = len(request.arguments)
    return length > _SURELY_FITS and (length > _HARDLY_FITS or _arguments(request)[1] > 0)


def notice_modal(content: Content) -> Block:
    """Tell somebody something when no message can reach them."""
    return modal("Please note", content.blocks, callback_id="assent:shown", metadata="", close="Close")


def _form(request: Request, callback_id: Callback, *, title: str, submit: str | None, blocks: Blocks) -> Block:
    metadata = Address.of(request).to_value()
    close = "Go back" if submit else "Close"
    return modal(title, blocks, callback_id=callback_id, metadata=metadata, submit=submit, close=close)


def _reason() -> Block:
    return text_input(
        "Reason, which the agent will read",
        block_id=REASON,
        action_id=REASON,
        limit=REASON_LIMIT,
        lines=True,
        optional=True,
    )


def _which(request: Request, sentence: str) -> Blocks:
    """Which call it is, as there may be several of one tool: its name, and the start of what it would do."""
    whole = content(request)
    start = cut(whole.text, ARGUMENTS_SHOWN) or ("" if whole.summary else "No arguments.")
    return [
        section(f"{code(called(request), 200)} {sentence}", block_id="tool"),
        *summary(whole, block_id="summary"),
        *([rich_text([preformatted(start)], block_id="arguments")] if start else []),
    ]


@lru_cache(maxsize=32)  # it is asked at every look whether all of a request fits
def _boxes(text: str) -> tuple[tuple[str, ...], int]:
    boxes = tuple(islice(pieces(text, of=PIECE), PIECES))
    return boxes, size(text) - sum(map(size, boxes))


def _arguments(request: Request) -> tuple[Blocks, int]:
    """What the call would do, in boxes, as many as fit, with its digest; and how many characters did not."""
    whole = content(request)
    boxes, hidden = _boxes(whole.text)
    first = f"Showing the first {size(whole.text) - hidden:,} of {size(whole.text):,} characters."
    cut = [first, ALL_IN_A_FILE] if hidden else []
    small_print = " ".join([*cut, *whole.notes, f"SHA-256 {request.digest}"])
    blocks = [rich_text([preformatted(box)], block_id=f"arguments.{at}") for at, box in enumerate(boxes)]
    if not blocks and not whole.summary:
        blocks = [rich_text([line("No arguments.", italic=True)], block_id="arguments")]
    title = [section(f"*{whole.title}*", block_id="title")] if blocks else []
    said = summary(whole, block_id="summary")
    return [*said, *title, *blocks, context(small_print, block_id="digest")], hidden
