"""A file stands in its thread once, whatever becomes of Slack's answers."""

from __future__ import annotations

import pytest

from bot.slack.blocks import Content, File
from bot.slack.writer import ThreadWriter
from bot.store.posts import Posts
from bot.store.thread import DIRECT, Thread
from bot.workspace.driver import Driver
from bot.workspace.faults import Fault, FaultKind
from bot.workspace.seen import Posted
from tests.slack.people import OPS, TEAM

NAME = "file r_1/t0.c0/1"
TEXT = "+line <!channel> é\n" * 5000


async def render() -> Content:
    return Content([], "All that `apply_patch` would do.", File("apply_patch-3fa9.diff", lambda: TEXT))


async def test_a_file_is_put_into_the_thread_once(driver: Driver, writer: ThreadWriter, posts: Posts) -> None:
    asked, thread = await _thread(driver)
    for _ in range(2):
        assert (await writer.show(thread, NAME, render)).how == "done"
    assert await _files(driver, asked) == [TEXT]
    post = (await posts.of(thread))[NAME]
    assert post.ts
    assert post.shown == (await render()).digest


async def test_a_file_that_would_be_made_otherwise_today_stays_as_it_is(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)

    async def other() -> Content:
        return Content([], "All.", File("another-name.txt", lambda: "other"))

    assert (await writer.show(thread, NAME, render)).how == "done"
    assert (await writer.show(thread, NAME, other)).how == "done"
    assert await _files(driver, asked) == [TEXT]


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("kind", ["drop_response", "timeout", "rate_limited", "error"])
async def test_where_an_answer_is_lost_it_is_looked_for_before_it_is_sent_again(
    method: str, kind: FaultKind, driver: Driver, writer: ThreadWriter, posts: Posts
) -> None:
    asked, thread = await _thread(driver)
    await driver.fault(Fault(kind=kind, method=method))
    assert (await writer.show(thread, NAME, render)).how in ("later", "done")
    shown = await writer.show(thread, NAME, render)
    if shown.at and kind == "rate_limited":
        await posts.client.command("HDEL", f"assent:{thread.tag}:posts", f"{NAME}#not_before")
        shown = await writer.show(thread, NAME, render)
    assert shown.how == "done"
    assert await _files(driver, asked) == [TEXT]


async def test_without_the_scope_slack_refuses_it(driver: Driver, writer: ThreadWriter) -> None:
    asked, thread = await _thread(driver)
    await driver.change_app("assent", scopes=["chat:write", "channels:history"])
    shown = await writer.show(thread, NAME, render)
    assert (shown.how, shown.error) == ("refused", "missing_scope")
    assert await _files(driver, asked) == []


async def test_a_file_goes_into_a_direct_message_too(driver: Driver, writer: ThreadWriter) -> None:
    channel = await driver.direct_message("ana")
    assert (await writer.show(Thread(TEAM, channel.id, DIRECT), NAME, render)).how == "done"
    [message] = await driver.channel(channel.id, "ana")
    assert await driver.file(message, "apply_patch-3fa9.diff", as_user="ana") == TEXT


async def _thread(driver: Driver) -> tuple[Posted, Thread]:
    asked = await driver.say("ana", "#ops", "please")
    return asked, Thread(TEAM, OPS, asked.ts)


async def _files(driver: Driver, asked: Posted) -> list[str]:
    """What is in the files of the thread."""
    seen = await driver.thread("#ops", asked.ts, "ana")
    return [await driver.file(one, file.name, as_user="ana") for one in seen.messages for file in one.files]
