"""How a request ended: who decided it, whether that holds for later calls, and what has become of the call."""

from datetime import timedelta

from bot.approvals.request import Request, Settlement
from bot.approvals.words import verdict_in_words
from bot.slack.blocks import Block, Blocks, quote, rich_text, section
from bot.slack.choices import revoke
from bot.slack.kinds import called
from bot.slack.mentions import moment, who
from bot.slack.parts import REASON_SHOWN, CardView
from bot.slack.text import code, cut, mrkdwn, visible

_TENTH = timedelta(milliseconds=100)


def ending(view: CardView) -> Blocks:
    """The lines of a settled card that say how it ended; none while it waits."""
    settlement = view.request.settlement
    if settlement is None:
        return []
    return [_decision(view, settlement), *_reason(view, settlement.reason), *_grant(view)]


def verdict_on_card(request: Request) -> str:
    """How it ended in a few words: "Rejected", "Always approved in this run"."""
    verdict = verdict_in_words(request)
    return f"Always {verdict} in this run" if request.always else f"{verdict[0].upper()}{verdict[1:]}"


def later_calls(request: Request) -> str:
    """Which calls an "always" decides, in Slack's markup."""
    agent = code(request.agent, 100)
    whose = f"by {agent} while it works on this task" if request.asked_through else f"by {agent} in this run"
    return f"later calls of {code(called(request), 150)} {whose}, whatever their arguments"


def progress_in_words(view: CardView) -> str:
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


def _decision(view: CardView, settlement: Settlement) -> Block:
    """How the request ended, by whom and when, and then how the call did."""
    when = moment(settlement.at)
    if settlement.verdict == "expired":
        ended = f"Expired {when}: nobody had decided."
    else:
        by = f" by {who(settlement.by)}" if settlement.by else ""
        ended = f"{verdict_on_card(view.request)}{by} · {when}"
    notes = [
        *(["from the terminal"] if settlement.source == "terminal" else []),
        *(["as always in this run"] if settlement.source == "grant" else []),
        *(["self-approved"] if settlement.self_approved else []),
    ]
    first = " · ".join([f"*{ended}*", *notes])
    return section(f"{first}\n{progress_in_words(view)}".strip(), block_id=view.block_id("decision"))


def _reason(view: CardView, reason: str) -> Blocks:
    if not reason.strip():
        return []
    return [rich_text([quote(cut(visible(reason), REASON_SHOWN))], block_id=view.block_id("reason"))]


def _grant(view: CardView) -> Blocks:
    """That the decision holds for later calls, with a button as long as it does; and who ended it."""
    request = view.request
    if request.revocation:
        by = f"{who(request.revocation.by)} · {moment(request.revocation.at)}"
        text, beside = f"*Revoked by {by}*\nIt holds no longer: later calls are decided anew.", None
    elif view.revocable:
        text, beside = f"It holds for all {later_calls(request)}.", revoke(request)
    else:
        return []
    return [section(text, block_id=view.block_id("grant"), beside=beside)]


def _seconds(took: timedelta) -> str:
    return f"{took.total_seconds():.1f} s" if took >= _TENTH else "less than 0.1 s"
