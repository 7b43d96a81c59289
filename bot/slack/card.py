"""The card that shows a request, from the asking to how the call ended."""

from datetime import timedelta

from bot.approvals.request import Request, Settlement
from bot.approvals.words import verdict_in_words
from bot.slack.arguments import head_and_tail, shown
from bot.slack.blocks import (
    Block,
    Blocks,
    Content,
    context,
    header,
    line,
    preformatted,
    quote,
    rich_text,
    section,
)
from bot.slack.choices import choices
from bot.slack.mentions import deciders, moment, who
from bot.slack.parts import REASON_SHOWN, CardView, asked, evidence, facts, why
from bot.slack.text import code, cut, mrkdwn, size, visible

ARGUMENTS_SHOWN = 2000
TOOL_IN_TITLE = 100
"""The longest name of a tool that stands whole in the title, and so nowhere else."""

_TENTH = timedelta(milliseconds=100)


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
    return f"{title}{by}. {_progress(view)}".strip()


def _title(request: Request) -> str:
    if request.settlement:
        verdict = verdict_in_words(request)
        return f"{verdict[0].upper()}{verdict[1:]}: {_what(request)}"
    waiting = {"call": "Approval needed: ", "uncertain": "May have run: ", "limit": ""}
    return f"{waiting[request.kind]}{_what(request)}"


def _what(request: Request) -> str:
    return f"Limit of {request.label} reached" if request.kind == "limit" else request.label


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
    settlement = view.request.settlement
    return [
        header(_what(view.request), block_id=view.block_id("title")),  # how it ended is the next line
        *([_decision(view, settlement)] if settlement else []),
        *(_reason(view, settlement.reason) if settlement else []),
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
            text = (
                "This call was started, and whether it was carried out is not known. Please look, and then choose: "
                "*Run again* starts it once more, *Mark as done* tells the agent what came of it, "
                "*Reject* lets the agent do without it."
            )
        case "limit":
            text = "The run has used all its turns. *Continue* gives it as many again, *Stop* ends it with what it has."
    return [section(text, block_id=view.block_id("question")), *evidence(view)]


def _content(view: CardView) -> Blocks:
    if view.request.kind == "limit":
        return why(view)
    titled = view.request.label == view.request.tool and size(visible(view.request.tool)) <= TOOL_IN_TITLE
    return [*why(view), facts(view, with_tool=not titled), *_arguments(view)]


def _arguments(view: CardView) -> Blocks:
    """The arguments as literal text; whatever was cut or changed is said."""
    whole = shown(view.request.arguments)
    head, tail = head_and_tail(whole.text, ARGUMENTS_SHOWN)
    if not whole.text:
        return [rich_text([line("No arguments.", italic=True)], block_id=view.block_id("arguments"))]
    boxes = [preformatted(head)]
    notes = list(whole.notes)
    digest = view.request.digest[:12]
    if tail:
        hidden = size(whole.text) - size(head) - size(tail)
        boxes += [line(f"{hidden:,} characters are not shown here.", italic=True), preformatted(tail)]
        notes.insert(0, f"Showing {size(whole.text) - hidden:,} of {size(whole.text):,} characters.")
        digest = view.request.digest
    small_print = " ".join([*notes, f"SHA-256 {digest}"])
    return [
        rich_text([line("Arguments", bold=True), *boxes], block_id=view.block_id("arguments")),
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


def _decision(view: CardView, settlement: Settlement) -> Block:
    """How the request ended, by whom and when, and then how the call did."""
    when = moment(settlement.at)
    if settlement.verdict == "expired":
        ended = f"Expired {when}: nobody had decided."
    else:
        verdict = verdict_in_words(view.request)
        by = f" by {who(settlement.by)}" if settlement.by else ""
        ended = f"{verdict[0].upper()}{verdict[1:]}{by} · {when}"
    notes = [
        *(["from the terminal"] if settlement.source == "terminal" else []),
        *(["self-approved"] if settlement.self_approved else []),
    ]
    first = " · ".join([f"*{ended}*", *notes])
    return section(f"{first}\n{_progress(view)}".strip(), block_id=view.block_id("decision"))


def _reason(view: CardView, reason: str) -> Blocks:
    if not reason.strip():
        return []
    return [rich_text([quote(cut(visible(reason), REASON_SHOWN))], block_id=view.block_id("reason"))]


def _seconds(took: timedelta) -> str:
    return f"{took.total_seconds():.1f} s" if took >= _TENTH else "less than 0.1 s"


def _progress(view: CardView) -> str:
    """How the call goes or went; nothing while that says no more than the decision."""
    progress = view.progress
    match progress.status:
        case "waiting" | "refused":
            return ""
        case "allowed":
            return "About to run…"
        case "running":
            return "Running…"
        case "done" if view.request.settlement and view.request.settlement.verdict == "done":
            return ""
        case "done":
            return f"Done in {_seconds(progress.took)}." if progress.took else "Done."
        case "failed":
            return f"Failed: {mrkdwn(progress.error, 100)}." if progress.error else "Failed."
        case "unknown":
            return "It was started, and whether it was carried out is not known."
