"""Files that an app uploads: in three steps, into a thread, to be read by those who are there."""

import aiohttp
import pytest
from playwright.async_api import expect

from bot.workspace import Workspace
from bot.workspace.driver import ControlRefused, Driver
from tests.workspace.bolt import SlackClient, refused
from tests.workspace.browser import open_browser

TEXT = "".join(f"line {number} <!channel> é\n" for number in range(400))


async def test_an_app_uploads_a_file_into_a_thread(driver: Driver, slack: SlackClient) -> None:
    posted = await driver.say("ana", "#ops", "show me")
    await slack.files_upload_v2(
        content=TEXT, filename="log.txt", title="The log", channel="C0OPS", thread_ts=posted.ts, initial_comment="Here."
    )
    thread = await driver.thread("#ops", posted.ts, "ana")
    message = thread.messages[-1]
    assert message.visible == "Here.\nlog.txt"
    [file] = message.files
    assert (file.size, file.is_whole, file.preview) == (len(TEXT.encode()), False, TEXT[:1000])
    assert await driver.file(message, "log.txt", as_user="ana") == TEXT
    with pytest.raises(LookupError, match=r"log\.txt"):
        await driver.file(message, "other.txt", as_user="ana")
    read = await slack.conversations_replies(channel="C0OPS", ts=posted.ts)
    [shown] = read["messages"][-1]["files"]
    assert (shown["name"], shown["title"], shown["size"]) == ("log.txt", "The log", len(TEXT.encode()))


async def test_who_is_not_in_the_channel_does_not_read_its_files(driver: Driver, slack: SlackClient) -> None:
    await driver.change_channel("#payments", members=["ben", "assent"])
    await slack.files_upload_v2(content="secret", filename="plan.txt", channel="C0PAYMENTS")
    [message] = await driver.channel("#payments", "ben")
    assert await driver.file(message, "plan.txt", as_user="ben") == "secret"
    with pytest.raises(ControlRefused):
        await driver.file(message, "plan.txt", as_user="gus")


async def test_a_place_takes_what_was_announced_and_nothing_else(workspace: Workspace, slack: SlackClient) -> None:
    place = await slack.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session:
        for url, content, status in (
            (place["upload_url"], b"four", 404),
            (f"{workspace.url}/upload/guess", b"abc", 404),
            (place["upload_url"], b"abc", 200),
        ):
            async with session.post(url, data=content) as answer:
                assert answer.status == status
    done = await slack.files_completeUploadExternal(files=[{"id": place["file_id"]}])
    assert done["files"][0]["title"] == "a.txt"
    await refused(slack.files_completeUploadExternal(files=[{"id": place["file_id"]}]), "file_not_found")


@pytest.mark.parametrize("length", ["", "0", "many", "99999999999"])
async def test_a_file_has_a_length(length: str, slack: SlackClient) -> None:
    await refused(slack.files_getUploadURLExternal(filename="a.txt", length=length), "invalid_arguments")


async def test_a_file_that_never_came_or_is_to_go_nowhere_is_refused(driver: Driver, slack: SlackClient) -> None:
    place = await slack.files_getUploadURLExternal(filename="a.txt", length=3)
    files = [{"id": place["file_id"]}]
    await refused(slack.files_completeUploadExternal(files=files), "file_not_found")
    await refused(slack.files_completeUploadExternal(files=[]), "invalid_arguments")
    async with aiohttp.ClientSession() as session, session.post(place["upload_url"], data=b"abc") as answer:
        assert answer.status == 200
    await refused(slack.files_completeUploadExternal(files=files, channel_id="C0NOWHERE"), "channel_not_found")
    await refused(
        slack.files_completeUploadExternal(files=files, channel_id="C0OPS", thread_ts="1.000000"), "thread_not_found"
    )
    await driver.change_app("assent", scopes=["chat:write"])
    await refused(slack.files_completeUploadExternal(files=files), "missing_scope")


async def test_a_deleted_file_is_gone(driver: Driver, slack: SlackClient) -> None:
    await slack.files_upload_v2(content="abc", filename="a.txt", channel="C0OPS")
    [message] = await driver.channel("#ops", "ana")
    await driver.delete(message)
    assert await driver.channel("#ops", "ana") == []


async def test_the_page_shows_the_start_of_a_file_and_all_of_it_when_asked(
    workspace: Workspace, slack: SlackClient
) -> None:
    await slack.files_upload_v2(content=TEXT, filename="log.txt", channel="C0OPS")
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(workspace.page_url)
        file = page.get_by_role("figure", name="File log.txt")
        await expect(file).to_contain_text("line 0 <!channel> é")
        await expect(file).not_to_contain_text("line 399")
        await file.get_by_role("button", name="Show all of log.txt").click()
        await expect(file).to_contain_text("line 399 <!channel> é")
        await expect(file.get_by_role("button")).to_have_count(0)
