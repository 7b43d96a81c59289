"""What the bot says in a thread or to one person: answers, notices and refusals."""

from collections.abc import Mapping, Sequence

from bot.approvals.people import Person, Refusal
from bot.approvals.request import Request
from bot.approvals.words import verdict_in_words
from bot.slack.blocks import Content, context, markdown, section
from bot.slack.kinds import called
from bot.slack.markdown import safe_markdown, split_answer
from bot.slack.mentions import deciders, moment, who
from bot.slack.text import code, mrkdwn

EXCERPT = 200

ANSWER_LIMIT = 200_000
"""The most characters of an answer that are shown: some twenty messages, and nobody reads more in a thread."""


def answer(text: str) -> list[Content]:
    """The model's final answer, in as many messages as it takes; at least one. The last says how much is left out."""
    pages = split_answer(safe_markdown(text[:ANSWER_LIMIT])) or ["(The agent has finished and said nothing.)"]
    contents = [Content([markdown(page)], mrkdwn(page, EXCERPT)) for page in pages]
    hidden = len(text) - ANSWER_LIMIT
    return contents if hidden <= 0 else [*contents[:-1], _ends_here(contents[-1], hidden)]


def repeated(content: Content) -> Content:
    """A message that may stand in the thread already, and says so."""
    note = context("This may be a repeat: Slack did not say whether it took the message before.", block_id="repeat")
    return Content([*content.blocks, note], content.text)


def _ends_here(content: Content, hidden: int) -> Content:
    note = context(f"The answer goes on: {hidden:,} characters more are not shown.", block_id="cut")
    return Content([*content.blocks, note], content.text)


def failed(error: str) -> Content:
    """The run ended by an error, named by its class, and told in its words where they are ours."""
    return _notice(f"This run failed: {code(error, 400)}. What had been decided is kept; you can ask again.")


def expired(request: Request) -> Content:
    """Nobody decided in time, so the call is not made."""
    asker = who(request.requesters[0])
    return _notice(f"{asker} Nobody decided on {code(called(request), 200)} in time, so I go on without it.")


def cancelled(by: Person | None, *, may_have_run: Sequence[str] = ()) -> Content:
    """The run was cancelled; `may_have_run` names the tools that had been started."""
    text = f"Cancelled by {who(by)}." if by else "Cancelled."
    if may_have_run:
        names = ", ".join(code(tool, 100) for tool in may_have_run[:10])
        text += f" These calls had been started, and whether they were carried out is not known: {names}."
    return _notice(text)


def nothing_to_cancel() -> Content:
    return _notice("There is nothing to cancel here: no run is going.")


def not_begun() -> Content:
    """Somebody would cancel what they asked for, and it has not been begun."""
    return _notice("I have not begun with what was asked here. Write `cancel` again as soon as I have.")


def queued(*, waiting: bool) -> Content:
    """A message came while a run goes, or while it waits for a decision."""
    if waiting:
        return _notice("I am waiting for a decision. I will take this into account as soon as I go on.")
    return _notice("I am still at work. I will take this into account before my next step.")


def may_not_ask(refusal: Refusal) -> Content:
    """Somebody may not ask the bot for anything; told once per thread."""
    return _notice(mrkdwn(refusal.reason, 500))


def may_not_cancel(refusal: Refusal) -> Content:
    """To one person: why they may not cancel the run."""
    return _notice(mrkdwn(refusal.reason, 500))


def nothing_said() -> Content:
    """Somebody mentioned the bot and wrote nothing else."""
    return _notice("Hello! Mention me and say what you would like me to do. Write `cancel` to me to stop a run.")


def parked() -> Content:
    """The run stopped again and again without getting further, and rests until somebody asks for it."""
    return _notice("I stopped several times without getting further, so I have paused this. Write to me to go on.")


def unreadable() -> Content:
    """What was saved of the run is damaged."""
    return _notice(
        "I cannot read what I had saved of this conversation, so I do nothing here any more. "
        "Please tell whoever runs me, and ask again in a new thread."
    )


def too_new() -> Content:
    """The run was saved by a newer version than any that is running."""
    return _notice("A newer version of me began this run. I will go on with it once that version is back.")


def at_limit(turns: int) -> Content:
    """The run used all its turns; its card asks whether to go on."""
    return _notice(f"I have used all {turns} turns that a run has, and ask whether to go on.")


def refused(refusal: Refusal, request: Request, *, groups: Mapping[str, str] | None = None) -> Content:
    """To one person: why their click did not count, in Slack's words; `groups` as in `CardView`."""
    settlement = request.settlement
    may = deciders(request, groups or {})
    match refusal.code:
        case "settled" if settlement and settlement.verdict != "expired":
            by = f" by {who(settlement.by)}" if settlement.by else ""
            return _notice(f"Already {verdict_in_words(request)}{by}, {moment(settlement.at)}.")
        case "settled" | "expired" if settlement:
            return _notice(f"This expired {moment(settlement.at)} without a decision.")
        case "revoked" if request.revocation:
            by = who(request.revocation.by)
            return _notice(f"Already revoked by {by}, {moment(request.revocation.at)}: later calls are decided anew.")
        case "not_approver":
            return _notice(f"Only {may} may decide this.")
        case "own_request":
            return _notice(f"You cannot approve your own request: {may} may decide it. You can cancel the run.")
        case _:
            return _notice(mrkdwn(refusal.reason, 500))


def not_recorded() -> Content:
    """To one person: their click could not be written down, and Slack will not send it again."""
    return _notice("That could not be recorded, so nothing has happened. Please try again.")


def could_not_check() -> Content:
    """To one person: Slack did not say who they are, so their click did not count."""
    return _notice("I could not check who may decide this, so nothing has happened. Please try again.")


def not_kept() -> Content:
    """To one person: what they wrote could not be kept, though Slack told it several times."""
    return _notice("I could not take in what you wrote, so nothing has happened. Please write it again in a while.")


def not_here() -> Content:
    """To one person: a click on a button that belongs to no request in this place."""
    return _notice("This button belongs to no request of mine here, so nothing has happened.")


def holds_no_more() -> Content:
    """To one person: they would revoke what decides no later calls any more."""
    return _notice("This decides no later calls any more: its run is over, or a newer decision has taken its place.")


def another_copy() -> Content:
    """To one person: they clicked a card that was posted twice, and not the one that is kept up to date."""
    return _notice("This is not the card that I keep up to date. Please use the other one in this thread.")


def not_looked_up() -> Content:
    """What waits could not be read."""
    return _notice("I could not look up what waits here. Please try again.")


def _notice(text: str) -> Content:
    """A sentence in Slack's markup, the same for the eye and for the notification."""
    return Content([section(text, block_id="notice")], text or "-")
