"""The App Home: what the bot does, how to ask, and what waits or was decided for later calls where its reader is."""

from collections.abc import Sequence
from datetime import datetime

from bot.approvals.people import Refusal
from bot.approvals.request import Request
from bot.slack.blocks import Block, Blocks, context, divider, header, home, section
from bot.slack.kinds import called
from bot.slack.listing import granted
from bot.slack.mentions import moment, place, who
from bot.slack.text import code, mrkdwn

SHOWN_AT_MOST = 10


def home_of(bot_user: str, waiting: Sequence[Request], grants: Sequence[Request], *, at: datetime) -> Block:
    """The Home of a full member: what they may see of what waits, and of what decides later calls, as it was `at`."""
    shown = waiting[:SHOWN_AT_MOST]
    lists = [*_waiting(shown), *_granted(grants[:SHOWN_AT_MOST])]
    return home([*_introduction(bot_user), divider(block_id="divider"), *lists, _small_print(shown, at)])


def home_of_stranger(bot_user: str, refusal: Refusal) -> Block:
    """The Home of somebody who may not ask and sees no requests, with the reason."""
    return home([*_introduction(bot_user), section(mrkdwn(refusal.reason, 500), block_id="why_not")])


def _introduction(bot_user: str) -> Blocks:
    return [
        header("Agents that ask before they act", block_id="title"),
        section(
            "*What I do.* I carry out what people ask of me. Before a step that needs approval I stop, and post a card "
            "in the thread with Approve and Reject. I take the step only when somebody who may decide approves it.",
            block_id="what",
        ),
        section(
            f"*How to ask.* Mention <@{bot_user}> in a channel and say what you would like, or write to me under "
            "Messages. I answer in the thread. Write `cancel` to me there to stop. "
            "`/assent` in a channel lists what waits there.",
            block_id="how",
        ),
    ]


def _waiting(shown: Sequence[Request]) -> Blocks:
    title = header("Waiting for a decision", block_id="waiting")
    if not shown:
        return [title, section("Nothing waits in your channels.", block_id="nothing")]
    return [title, *(_row(request, place_in_list) for place_in_list, request in enumerate(shown))]


def _granted(shown: Sequence[Request]) -> Blocks:
    if not shown:
        return []
    lines = [f"{granted(grant)} in {place(grant.channel)}" for grant in shown]
    return [
        header("Decided for later calls", block_id="granted"),
        *(section(line, block_id=f"grant.{place_in_list}") for place_in_list, line in enumerate(lines)),
        context("Each ends with its run, or when somebody revokes it on its card.", block_id="until"),
    ]


def _row(request: Request, place_in_list: int) -> Block:
    risk = " · *High risk* ▲" if request.risk == "high" else ""
    what = {"call": "", "uncertain": "May have run: ", "limit": "Limit reached: "}[request.kind]
    return section(
        f"{what}{code(called(request), 100)} in {place(request.channel)}{risk}\n"
        f"Asked by {who(request.requesters[0])}, {moment(request.created_at)}. Expires {moment(request.expires_at)}.",
        block_id=f"request.{place_in_list}",
    )


def _small_print(shown: Sequence[Request], at: datetime) -> Block:
    where = "Each has its card in its thread. " if shown else ""
    most = f"These are the {SHOWN_AT_MOST} oldest. " if len(shown) == SHOWN_AT_MOST else ""
    return context(f"{where}{most}As of {moment(at)}; open this tab again to look anew.", block_id="at")
