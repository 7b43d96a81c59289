"""`assent decide`: settle a request from the terminal, when Slack lost the click."""

import asyncio
import getpass
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.approvals.decide import Outcome
from bot.approvals.decide import decide as decided
from bot.approvals.people import Voter
from bot.approvals.request import REASON_LIMIT, Request, Verdict, Vote
from bot.approvals.words import verdict_in_words
from bot.cli.failed import CommandFailed
from bot.cli.kept import RequestId, kept
from bot.cli.options import DataDir
from bot.cli.say import printable, say
from bot.config import StoreSettings, read_settings
from bot.store.requests import Requests


class Word(StrEnum):
    """What the operator may say; `again` and `done` answer a call that may have run."""

    APPROVE = "approve"
    REJECT = "reject"
    AGAIN = "again"
    DONE = "done"


_VERDICTS: dict[Word, Verdict] = {
    Word.APPROVE: "approve",
    Word.REJECT: "reject",
    Word.AGAIN: "approve",
    Word.DONE: "done",
}


def decide(
    request: Annotated[str, typer.Argument(metavar="ID", help="The request, as assent pending prints it.")],
    verdict: Annotated[Word, typer.Argument(help="again and done are for a call that may have run already.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; of a call that is done, what it did.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Decide a request from the terminal, as yourself."""
    if len(reason) > REASON_LIMIT:
        raise CommandFailed(f"The reason has {len(reason)} characters; {REASON_LIMIT} are the most.")
    asyncio.run(
        _decide(read_settings(StoreSettings), RequestId.parse(request), verdict, reason=reason, data_dir=data_dir)
    )


async def _decide(settings: StoreSettings, id: RequestId, word: Word, *, reason: str, data_dir: Path | None) -> None:
    async with kept(settings, data_dir=data_dir) as client:
        requests = Requests(client)
        request = await requests.find(id.thread, id.name)
        if request is None:
            raise CommandFailed(f"There is no request {id}. See what waits with: assent pending")
        vote = _vote(request, word, reason)

        def change(current: Request, at: datetime) -> Outcome:
            return decided(current, vote, at)

        outcome = await requests.change(id.thread, id.name, change)  # and wakes whoever holds the thread
    if outcome.refusal:
        raise CommandFailed(outcome.refusal.reason)
    say(f"{printable(request.tool)}: {verdict_in_words(outcome.request)} by {vote.by.name}, from the terminal.")


def _vote(request: Request, word: Word, reason: str) -> Vote:
    if word is Word.AGAIN and request.kind != "uncertain":
        raise CommandFailed("Only a call that may have run can run again. Say approve or reject.")
    verdict = _VERDICTS[word]
    to_type = request.policy.typed_name_review and verdict == "approve" and request.kind != "limit"
    return Vote(
        by=_operator(request),
        verdict=verdict,
        nonce=request.nonce,
        revision=request.revision,
        reason=reason,
        typed_name=_typed_name() if to_type else "",
        source="terminal",
    )


def _operator(request: Request) -> Voter:
    """Who sits at the terminal, by the operating system's name."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        name = "somebody"
    return Voter(id=f"terminal:{name}", name=name, team=request.team, terminal=True)


def _typed_name() -> str:
    print("This is a high-risk tool. Type its name to approve it: ", end="", flush=True)
    return sys.stdin.readline().strip()
