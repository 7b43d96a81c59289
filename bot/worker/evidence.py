"""What a holder that lost its lease can still tell, put on the cards of the calls that it ran."""

from __future__ import annotations

from datetime import datetime

from bot.approvals.audit import audited
from bot.approvals.decide import Outcome
from bot.approvals.request import Request
from bot.store.thread import Thread
from bot.worker.work import Work


async def add_evidence(work: Work, thread: Thread, run_id: str) -> None:
    """Requests that were opened before the evidence came get it as new content: whoever decides must have seen it."""
    told = await work.runs.evidence(thread, run_id)
    if not told:
        return
    for request in await work.requests.of(thread):
        text = "\n".join(each.text for each in told if each.path == request.path)
        if text and request.kind == "uncertain" and request.evidence != text and not request.settled:
            await work.requests.change(thread, request.name, lambda found, at, text=text: _with(found, text, at))


def _with(request: Request, text: str, at: datetime) -> Outcome | None:
    if request.settled or request.evidence == text:
        return None
    changed = request.model_copy(
        update={"evidence": text, "revision": request.revision + 1, "version": request.version + 1}
    )
    return Outcome(request=changed, event=audited(changed, "evidence", at=at, source="run"))
