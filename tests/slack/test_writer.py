"""What stands in a thread: posted once, whatever becomes of Slack's answers, and shown as its record is now."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.slack.blocks import Content, section
from bot.slack.writer import Render, Shown, ThreadWriter
from bot.store.client import Client
from bot.store.clock import now
from bot.store.posts import Posts
from bot.store.thread import DIRECT, Thread
from bot.workspace.config import SCOPES
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault
from bot.workspace.seen import Message, Posted
from tests.slack.people import OPS, TEAM

CARD = "card r_1/t0.c0/1"


async def test_a_post_is_written_once_and_edited_when_its_record_changes(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "done"
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "done"
    assert await _texts(driver, asked) == ["Approve?"]
    assert (await writer.show(thread, CARD, _says("Approved."))).how == "done"
    assert await _texts(driver, asked) == ["Approved."]
    assert await _calls(driver) == ["chat.postMessage", "chat.update"]


async def test_nothing_is_posted_where_there_is_nothing_to_show(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    assert (await writer.show(thread, CARD, _says(None))).how == "done"
    assert await _texts(driver, asked) == []


async def test_what_changes_while_it_is_written_is_shown_as_well(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    record = iter(["Approve?", "One vote", "Approved."])
    latest = "Approved."

    async def render() -> Content:
        return _content(next(record, latest))

    assert (await writer.show(thread, CARD, render)).how == "done"
    assert await _texts(driver, asked) == ["Approved."]


async def test_who_finds_a_post_busy_may_rely_on_its_writer(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    record = ["Approve?"]

    async def render() -> Content:
        shown = record[-1]
        if shown == "Approve?":
            record.append("Approved.")
            assert (await writer.show(thread, CARD, render)).how == "busy"
        return _content(shown)

    assert (await writer.show(thread, CARD, render)).how == "done"
    assert await _texts(driver, asked) == ["Approved."]


async def test_many_writers_post_once(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    results = await asyncio.gather(*(writer.show(thread, CARD, _says("Approve?")) for _ in range(8)))
    assert sorted(result.how for result in results) == ["busy"] * 7 + ["done"]
    assert await _texts(driver, asked) == ["Approve?"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="drop_response", method="chat.postMessage"),
        Fault(kind="timeout", method="chat.postMessage"),
        Fault(kind="error", method="chat.postMessage", status=503),
        Fault(kind="error", method="chat.postMessage", error="fatal_error"),
    ],
    ids=["dropped", "timeout", "503", "fatal_error"],
)
async def test_after_a_lost_answer_the_post_is_looked_for_before_it_is_sent_again(
    fault: Fault, driver: Driver, writer: ThreadWriter
) -> None:
    asked, thread = await _thread(driver)
    await driver.fault(fault)
    first = await writer.show(thread, CARD, _says("Approve?"))
    assert first.how == "later"
    assert first.at
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "done"
    assert await _texts(driver, asked) == ["Approve?"]


async def test_a_lost_post_in_a_direct_message_is_found_too(driver: Driver, writer: ThreadWriter) -> None:
    dm = await driver.direct_message("ana")
    thread = Thread(TEAM, dm.id, DIRECT)
    await driver.fault(Fault(kind="drop_response", method="chat.postMessage"))
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "later"
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "done"
    assert [message.text for message in await driver.channel(dm.id, "ana")] == ["Approve?"]


async def test_without_the_scopes_to_look_it_is_posted_again_and_says_so(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    await driver.change_app("assent", scopes=[scope for scope in SCOPES if not scope.endswith(":history")])
    await driver.fault(Fault(kind="drop_response", method="chat.postMessage"))
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "later"
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "done"
    first, second = await _messages(driver, asked)
    assert "may be a repeat" not in first.visible
    assert "may be a repeat" in second.visible
    assert (await writer.show(thread, CARD, _says("Approved."))).how == "done"
    assert await _texts(driver, asked) == ["Approve?", "Approved."]


async def test_a_repeat_says_so_though_slack_was_busy_in_between(
    driver: Driver, writer: ThreadWriter, posts: Posts
) -> None:
    asked, thread = await _thread(driver)
    await driver.change_app("assent", scopes=[scope for scope in SCOPES if not scope.endswith(":history")])
    await driver.fault(Fault(kind="drop_response", method="chat.postMessage"))
    await driver.fault(Fault(kind="rate_limited", method="chat.postMessage", retry_after=0))
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "later"
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "later"
    assert (await posts.of(thread))[CARD].posting
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "done"
    assert "may be a repeat" in (await _messages(driver, asked))[-1].visible


async def test_a_rate_limit_is_respected_by_all_writers(driver: Driver, writer: ThreadWriter, store: Client) -> None:
    asked, thread = await _thread(driver)
    await driver.fault(Fault(kind="rate_limited", method="chat.postMessage", retry_after=60))
    before = await now(store)
    result = await writer.show(thread, CARD, _says("Approve?"))
    assert result.how == "later"
    assert result.at
    assert timedelta(seconds=59) < result.at - before < timedelta(seconds=61)
    assert (await writer.show(thread, CARD, _says("Approve?"))).how == "later"
    assert await _calls(driver) == ["chat.postMessage"]
    assert await _texts(driver, asked) == []


async def test_a_deleted_card_is_posted_anew(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    await writer.show(thread, CARD, _says("Approve?"))
    [card] = await _messages(driver, asked)
    await driver.delete(card)
    assert (await writer.show(thread, CARD, _says("Approved."))).how == "done"
    assert await _texts(driver, asked) == ["Approved."]


async def test_a_refusal_of_slacks_is_a_result(driver: Driver, writer: ThreadWriter, posts: Posts) -> None:
    nowhere = Thread(TEAM, "C0RANDOM", "1.0")
    assert await writer.show(nowhere, CARD, _says("Approve?")) == Shown("refused", error="not_in_channel")
    assert CARD not in await posts.of(nowhere), "it cannot stand there"
    _, thread = await _thread(driver)

    async def too_long() -> Content:
        return Content([section("x" * 4000, block_id="b")], "x")

    assert await writer.show(thread, CARD, too_long) == Shown("refused", error="invalid_blocks")


async def test_it_ends_within_five_seconds_however_slow_slack_is(driver: Driver, writer: ThreadWriter) -> None:
    _, thread = await _thread(driver)
    await driver.fault(Fault(kind="timeout", method="chat.*", times=10))
    async with asyncio.timeout(5):
        assert (await writer.show(thread, CARD, _says("Approve?"))).how == "later"


async def test_a_second_copy_is_taken_away_when_a_click_tells_where_the_first_stands(
    driver: Driver, writer: ThreadWriter, posts: Posts
) -> None:
    asked, thread = await _thread(driver)
    await driver.change_app("assent", scopes=[scope for scope in SCOPES if not scope.endswith(":history")])
    await driver.fault(Fault(kind="drop_response", method="chat.postMessage"))
    await writer.show(thread, CARD, _says("Approve?"))
    await driver.change_app("assent", scopes=SCOPES)
    [first] = await _messages(driver, asked)

    async def render_while_somebody_clicks() -> Content:
        await posts.adopt(thread, CARD, first.ts)
        return _content("Approve?")

    await driver.change_app("assent", scopes=[scope for scope in SCOPES if not scope.endswith(":history")])
    assert (await writer.show(thread, CARD, render_while_somebody_clicks)).how == "later"
    assert (await writer.show(thread, CARD, _says("Approved."))).how == "done"
    assert await _texts(driver, asked) == ["Approved."]


async def test_a_status_stands_under_the_thread_and_is_given_up_where_there_is_none(
    driver: Driver, writer: ThreadWriter
) -> None:
    asked, thread = await _thread(driver)
    await writer.status(thread, "is thinking…")
    status = (await driver.thread(OPS, asked.ts, "ana")).status
    assert status
    assert status.text == "is thinking…"
    await driver.fault(Fault(kind="error", method="assistant.threads.setStatus", error="unknown_method"))
    await writer.status(thread, "is working…")
    await writer.status(thread, "is working…")
    assert (await _calls(driver)).count("assistant.threads.setStatus") == 2


async def test_a_person_is_told_in_the_thread_or_else_directly(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    await writer.tell("U0BEN", thread, _content("Only Ana may."))
    assert [message.text for message in await _messages(driver, asked, as_user="ben")] == ["Only Ana may."]
    assert await _messages(driver, asked) == []
    await driver.fault(Fault(kind="error", method="chat.postEphemeral", error="user_not_in_channel"))
    await writer.tell("U0BEN", thread, _content("Only Ana may."))
    dm = await driver.direct_message("ben")
    assert [message.text for message in await driver.channel(dm.id, "ben")] == ["Only Ana may."]


async def test_telling_somebody_never_raises(driver: Driver, writer: ThreadWriter) -> None:
    _, thread = await _thread(driver)
    await driver.fault(Fault(kind="error", error="not_authed", times=10))
    await writer.tell("U0BEN", thread, _content("Only Ana may."), trigger_id="1.2.3")


async def _thread(driver: Driver) -> tuple[Posted, Thread]:
    asked = await driver.say("ana", "#ops", "please")
    return asked, Thread(TEAM, OPS, asked.ts)


async def _messages(driver: Driver, asked: Posted, *, as_user: str = "ana") -> list[Message]:
    """Ours, in the order in which they stand."""
    seen = await driver.thread(asked.channel, asked.ts, as_user)
    return [message for message in seen.messages if message.name == "assent"]


async def _texts(driver: Driver, asked: Posted) -> list[str]:
    return [message.text for message in await _messages(driver, asked)]


async def _calls(driver: Driver) -> list[str]:
    """What was asked of Slack, but for looks."""
    return [entry.method for entry in await driver.log() if entry.method and "conversations" not in entry.method]


def _says(text: str | None) -> Render:
    async def render() -> Content | None:
        return _content(text) if text else None

    return render


def _content(text: str) -> Content:
    return Content([section(text, block_id="b")], text)
