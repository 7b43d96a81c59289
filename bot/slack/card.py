"""The card that shows a request, from the asking to how the call ended."""

import re

from bot.approvals.request import Request
from bot.slack.arguments import head_and_tail
from bot.slack.blocks import (
    Block,
    Blocks,
    Content,
    context,
    header,
    line,
    preformatted,
    rich_text,
    section,
)
from bot.slack.choices import MAY_STILL_RUN, choices, may_still_run
from bot.slack.ending import ending, progress_in_words, verdict_on_card
from bot.slack.kinds import called, content
from bot.slack.mentions import deciders
from bot.slack.modals import ALL_IN_A_FILE, too_long
from bot.slack.parts import CardView, asked, evidence, facts, summary, through, why
from bot.slack.text import code, mrkdwn, size, visible

ARGUMENTS_SHOWN = 2000
NAME_IN_TITLE = 100
"""The longest name of a call that stands whole in the title; a tool that is in it stands nowhere else."""


def approval_card(view: CardView) -> Content:
    """The card as it is to look now; about 5,000 characters at most, of the 10,000 that a message should have."""
    blocks = _settled(view) if view.request.settled else _waiting(view)
    return Content(blocks, fallback_text(view))


def fallback_text(view: CardView) -> str:
    """The card in a sentence without arguments, as a locked phone shows it."""
    request = view.request
    title = mrkdwn(_title(request), 200)
    if request.settlement is None:
        return f"{title}, asked by {mrkdwn(request.requesters[0].name, 80) or 'somebody'}"
    by = f", by {mrkdwn(request.settlement.by.name, 80)}" if request.settlement.by else ""
    return f"{title}{by}. {progress_in_words(view)}".strip()


def _title(request: Request) -> str:
    if request.settlement:
        return f"{verdict_on_card(request)}: {_what(request)}"
    waiting = {"call": "Approval needed: ", "uncertain": "May have run: ", "limit": ""}
    return f"{waiting[request.kind]}{_what(request)}"


def _what(request: Request) -> str:
    return f"Limit of {request.label} reached" if request.kind == "limit" else called(request)


def _waiting(view: CardView) -> Blocks:
    return [
        header(_title(view.request), block_id=view.block_id("title")),
        asked(view),
        *_question(view),
        *_content(view),
        *_stranded(view),
        choices(view.request),
        _who_may(view),
    ]


def _settled(view: CardView) -> Blocks:
    return [
        header(_what(view.request), block_id=view.block_id("title")),  # how it ended is the next line
        *ending(view),
        asked(view),
        *_content(view),
        context(code(view.request.name, 200), block_id=view.block_id("name")),
    ]


def _question(view: CardView) -> Blocks:
    """What is asked, where it is another question than whether to approve."""
    match view.request.kind:
        case "call":
            return []
        case "uncertain":
            look = f"{MAY_STILL_RUN} " if may_still_run(view.request) else "Please look, and then choose: "
            text = (
                f"This call was started, and whether it was carried out is not known. {look}"
                "*Run again* starts it once more, *Mark as done* tells the agent what came of it, "
                "*Reject* lets the agent do without it."
            )
        case "limit":
            text = "The run has used all its turns. *Continue* gives it as many again, *Stop* ends it with what it has."
    return [section(text, block_id=view.block_id("question")), *evidence(view)]


def _content(view: CardView) -> Blocks:
    if view.request.kind == "limit":
        return why(view)
    name = called(view.request)
    in_title = view.request.tool in name and (view.request.server or "") in name
    plain = re.fullmatch(r"[\w.-]+", view.request.tool) is not None  # another may read like words of ours
    titled = in_title and plain and size(visible(name)) <= NAME_IN_TITLE
    return [*through(view), *why(view), facts(view, with_tool=not titled), *_arguments(view)]


def _arguments(view: CardView) -> Blocks:
    """What the call would do, as literal text; whatever was cut or changed is said."""
    whole = content(view.request)
    head, tail = head_and_tail(whole.text, ARGUMENTS_SHOWN)
    if not whole.text and not whole.summary:
        return [rich_text([line("No arguments.", italic=True)], block_id=view.block_id("arguments"))]
    boxes = [preformatted(head)] if head else []
    notes = list(whole.notes)
    digest = view.request.digest[:12]
    if tail:
        hidden = size(whole.text) - size(head) - size(tail)
        boxes += [line(f"{hidden:,} characters are not shown here.", italic=True), preformatted(tail)]
        where = [ALL_IN_A_FILE] if too_long(view.request) else []
        notes = [f"Showing {size(whole.text) - hidden:,} of {size(whole.text):,} characters.", *where, *notes]
        digest = view.request.digest
    small_print = " ".join([*notes, f"SHA-256 {digest}"])
    box = [rich_text([line(whole.title, bold=True), *boxes], block_id=view.block_id("arguments"))] if boxes else []
    return [
        *summary(whole, block_id=view.block_id("summary")),
        *box,
        context(small_print, block_id=view.block_id("digest")),
    ]


def _stranded(view: CardView) -> Blocks:
    if view.request.stranded is None:
        return []
    return [section(f"▲ {mrkdwn(view.request.stranded, 1000)}", block_id=view.block_id("stranded"))]


def _who_may(view: CardView) -> Block:
    """Who may decide, what else is to be known of it, and the request's name."""
    request = view.request
    words = deciders(request, view.groups)
    sentences = [f"{words[0].upper()}{words[1:]} may decide."]
    if request.kind != "limit" and not request.policy.requester_may_approve:
        sentences.append("You cannot approve your own request.")
    if request.policy.typed_name_review:
        sentences.append("To approve it, its name has to be typed.")
    if request.extended_because:
        sentences.append(mrkdwn(request.extended_because, 200))
    if view.hint:
        sentences.append(view.hint)
    return context(f"{' '.join(sentences)} · {code(request.name, 200)}", block_id=view.block_id("who"))
