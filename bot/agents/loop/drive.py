"""The one loop: bring a run as far as it can go, whether it is fresh, resumed, or found after a crash."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from bot.agents.errors import TripwireTriggered, UserError
from bot.agents.loop.answering import answer_at_limit, answer_of_tools
from bot.agents.loop.app_code import BrokenOff
from bot.agents.loop.asking import ask, keep_response
from bot.agents.loop.cancelling import wind_down
from bot.agents.loop.ended import keep_ended
from bot.agents.loop.live import Live
from bot.agents.loop.remembering import write_session
from bot.agents.loop.setting import Setting
from bot.agents.loop.settling import check_unaltered, find_broken_off, gate_again, settle
from bot.agents.record.decision import Decided
from bot.agents.record.decisions import change_arguments, grant, revoke
from bot.agents.record.message import in_order
from bot.agents.record.tree import Call, RunTree

_log = logging.getLogger(__name__)

LEAVES_WITHIN = timedelta(seconds=2)
"""How long what is broken off may hold the run."""


async def drive(run: RunTree, setting: Setting, path: str = "") -> None:
    """Go on with `run` until it has ended, waits for a person, is at its limit of turns, or is told to stop.

    `path` is that of the call which it is within, if it is.

    `run` changes in place, and is saved at each step. What a hook, the model or a tool without
    `failure_error_function` raises comes through, with everything that was done before it in `run`.
    """
    live = Live(run, setting, drive=drive, path=path)
    if run.ended:
        return await write_session(live)
    with live.spans.leg():
        await _go_on(live)
    return None


async def _go_on(live: Live) -> None:
    try:
        check_unaltered(live)
        await live.know_tools()
        gate_again(live)
        find_broken_off(live)
        await take_in(live)
        while not live.run.ended and await _step_unless_cancelled(live):
            pass
        await write_session(live)
    except TripwireTriggered:
        await write_session(live)  # what was done before a guardrail objected cannot be undone, so it is remembered
        raise
    finally:
        await _leave(live)


async def _step_unless_cancelled(live: Live) -> bool:
    """One move; where a cancel stopped the app's own code in the middle of it, the next one winds the run down."""
    try:
        return await step(live)
    except BrokenOff:
        if not live.setting.journal.cancelling.done():
            raise
        return True


async def step(live: Live) -> bool:
    """One move; false when there is none to make now."""
    journal = live.setting.journal
    if journal.moved.is_set() or journal.cancelling.done():
        await take_in(live)
    if live.cancelled:
        await wind_down(live)
    elif await _settled(live):
        pass
    elif live.under_way:
        await _wait(live)
    elif journal.stopping.is_set():
        return False
    elif live.run.open_calls:
        return await take_in(live) or live.run.decided
    elif await answer_of_tools(live):
        pass
    elif live.run.at_limit:
        return await take_in(live) or await answer_at_limit(live)
    else:
        await take_in(live)
        if not live.cancelled:
            await ask(live)
    return True


async def _settled(live: Live) -> bool:
    """Settle the calls. What fails takes nothing from those that run: it is raised once they have ended."""
    try:
        return await settle(live)
    except Exception as error:
        stopped = isinstance(error, BrokenOff) and live.setting.journal.cancelling.done()
        if live.unkept or stopped or not live.bodies:
            raise
        live.failures.append(error)
        return False


async def take_in(live: Live) -> bool:
    """Read what came from outside and apply it; true when it changed something for the run."""
    live.setting.journal.moved.clear()
    with live.keeping():
        incoming = await live.setting.journal.incoming()
    if incoming.cancelled_by:
        live.cancelled, live.cancelled_by = True, incoming.cancelled_by
    if incoming.messages:
        known = {message.id for turn in live.run.turns for message in turn.input}
        known.update(message.id for message in live.messages)
        new = [message for message in incoming.messages if message.id not in known]
        live.messages = in_order([*live.messages, *new])
    applied = [decided for decided in incoming.decisions if _apply(live, decided)]
    revoked = [path for path in incoming.revoked if revoke(live.run, path)]
    live.unsaved = live.unsaved or bool(revoked)
    live.stir_within()
    return bool(applied) or live.cancelled


def _apply(live: Live, decided: Decided) -> bool:
    """Let a decision count for the call that it names, as that stands now."""
    for owner, call in live.run.owned:
        if call.answers(decided):
            return _apply_to_call(owner, call, decided)
    return decided.path == f"t{live.run.current_turn}" and _apply_to_limit(live, decided)


def _apply_to_call(owner: RunTree, call: Call, decided: Decided) -> bool:
    """Write a decision into its call; one that says what cannot be done with such a call decides nothing."""
    try:
        if decided.decision.verdict == "done" and call.status != "unknown":
            raise UserError("only a call that may have run can be marked as done")
        if decided.arguments is not None:
            change_arguments(call, decided.arguments)
        if decided.always:
            grant(owner, call, decided.decision)
    except UserError as error:
        _log.warning("A decision on %s of %s does not count: %s", decided.path, owner.run_id, error)
        return False
    call.decision = decided.decision
    return True


def _apply_to_limit(live: Live, decided: Decided) -> bool:
    """The limit of turns waits for a person like a call: it is raised, or the run ends."""
    if not live.run.at_limit or live.run.max_turns is None:
        return False
    if decided.decision.verdict == "approve":
        live.run.max_turns += live.setting.more_turns
        live.unsaved = True
    else:
        live.cancelled, live.cancelled_by = True, decided.decision.by
    return True


async def _wait(live: Live) -> None:
    """Until a call or the model's answer has ended, or something came."""
    ended, _ = await asyncio.wait([*live.under_way, live.moved], return_when=asyncio.FIRST_COMPLETED)
    await keep_ended(live, [task for task in live.bodies if task in ended])
    if live.asking in ended:
        await keep_response(live)


async def _leave(live: Live) -> None:
    """End what is under way here. A record that says `started` is found by the next driver."""
    left = [*live.under_way, live.moved]
    for task in left:
        task.cancel()
    await asyncio.wait([asyncio.gather(*left, return_exceptions=True)], timeout=LEAVES_WITHIN.total_seconds())
